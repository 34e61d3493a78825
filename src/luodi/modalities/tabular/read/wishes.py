"""What is known of a column before its values are read: the task's words, and its neighbours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from luodi.core.task import ColumnRule, Task
from luodi.core.text import canonical
from luodi.core.values import Column
from luodi.modalities.tabular.read import day_order, numbers
from luodi.modalities.tabular.read.missing import WORDS
from luodi.modalities.tabular.read.numbers import SIGNS, Sign
from luodi.modalities.tabular.read.texts import Distinct, distinct


@dataclass(frozen=True, slots=True)
class Wish:
    """What is known of a column before its values are looked at.

    Attributes:
        column: Its name and everything the task says; ``kind`` counts only if ``decided``.
        decided: Whether the kind is decided.
        trained: Whether a release decided it: then nothing is guessed that training did not see.
        hoped: Whether it may be a time although it holds plain numbers (``data.time``).
        words: Canonical texts that mean "missing".
    """

    column: Column
    decided: bool = False
    trained: bool = False
    hoped: bool = False
    words: frozenset[str] = WORDS


@dataclass(frozen=True, slots=True)
class Hints:
    """What the columns of a source prove for each other.

    Attributes:
        given: Decimal sign by the task, or proven by any column.
        usual: Decimal sign that the form of the file suggests.
        day_first: Whether dates such as 3/4/2024 have the day first.
    """

    given: Sign | None = None
    usual: Sign | None = None
    day_first: bool | None = None


def wish(task: Task | Mapping[str, ColumnRule] | None, name: str) -> Wish:
    """What a task, or rules alone, say of a column."""
    rules = task.columns if isinstance(task, Task) else task or {}
    rule = rules.get(name) or ColumnRule()
    everywhere = task.data.missing if isinstance(task, Task) else ()
    low, high = rule.range or (None, None)
    column = Column(
        name=name,
        kind=rule.kind or "number",
        unit=rule.unit,
        low=low,
        high=high,
        missing=tuple(dict.fromkeys((*everywhere, *rule.missing))),
        sensitive=isinstance(task, Task) and name in task.sensitive or rule.sensitive,
    )
    moment = isinstance(task, Task) and task.data.time == name
    return Wish(column, decided=rule.kind is not None, hoped=moment)


def absent_words(column: Column) -> frozenset[str]:
    """The canonical texts that the task says mean "missing" in a column."""
    return frozenset(canonical(value) for value in column.missing)


def look(series: pl.Series, wanted: Wish) -> Distinct | None:
    """The distinct values of a column that holds text; None for typed columns."""
    if series.dtype != pl.String:
        return None
    return distinct(series, wanted.words | absent_words(wanted.column))


def hints(
    looks: Mapping[str, Distinct | None], task_sign: Sign | None, usual: Sign | None
) -> Hints:
    """What text columns prove about decimal signs and the order of day and month."""
    signs, orders = set(), set()
    for seen in looks.values():
        if seen is not None and seen.figures:
            signs.add(numbers.evidence(seen.texts))
            orders.add(day_order.proves_day_first(seen.texts))
    proven: list[Sign] = [sign for sign in SIGNS if sign in signs]
    given: Sign | None = proven[0] if len(proven) == 1 else None
    order = True in orders if (True in orders) != (False in orders) else None
    return Hints(task_sign or given, usual, order)
