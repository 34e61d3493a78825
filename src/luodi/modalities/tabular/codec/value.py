"""One value of a record, read for its column."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from luodi.core.errors import LuodiError
from luodi.core.text import MISSING_WORDS, canonical
from luodi.modalities.tabular.codec import dates
from luodi.modalities.tabular.codec.columns import CategoryColumn, NumberColumn, TimeColumn
from luodi.modalities.tabular.codec.dates import NO_TIME

LONGEST_TEXT = 512
"""Longer categories are cut: an array of text takes the longest one's room for every value."""
_INF = math.inf


def quiet(column: NumberColumn) -> tuple[float, float]:
    """The interval in which a plain number needs no second look."""
    low = max(-_INF if column.low is None else column.low, column.seen_low)
    high = min(_INF if column.high is None else column.high, column.seen_high)
    marks = [marked(word) for word in column.missing]
    return (_INF, -_INF) if any(low <= mark <= high for mark in marks) else (low, high)


def marked(word: float | str) -> float:
    """The number that a word for "missing" is; NaN if it is none."""
    try:
        return float(word)
    except ValueError:
        return math.nan


def absent(value: Any, missing: tuple[float | str, ...]) -> bool:
    """Whether a value means "missing"."""
    if value is None or value != value:
        return True
    if isinstance(value, str) and canonical(value) in MISSING_WORDS:
        return True
    return bool(missing) and (value in missing or canonical(value) in map(canonical, missing))


def number(value: Any, column: NumberColumn, notes: list[str]) -> float:
    """One number, read from text if need be; broken and missing values become NaN."""
    if isinstance(value, str):
        value = canonical(value)
    if absent(value, column.missing):
        if column.required:
            notes.append(f"missing_required:{column.name}")
        return math.nan
    number = as_float(value, column.name)
    low = -_INF if column.low is None else column.low
    high = _INF if column.high is None else column.high
    if not low <= number <= high:
        notes.append(f"out_of_range:{column.name}")
        return math.nan
    if not column.seen_low <= number <= column.seen_high:
        notes.append(f"out_of_range:{column.name}")
    return number


def as_float(value: Any, name: str) -> float:
    """A finite number.

    Raises:
        LuodiError: ``rows.not_a_number``, ``rows.not_finite``.
    """
    if isinstance(value, str):
        value = value.replace("\u2212", "-")  # the minus sign of typesetting
    wrong = isinstance(value, bool | np.bool_) or (isinstance(value, str) and "_" in value)
    try:
        if wrong:
            raise ValueError
        number = float(value)
    except (TypeError, ValueError):
        raise LuodiError("rows.not_a_number", column=name, value=repr(value)[:60], row=0) from None
    except OverflowError:
        number = _INF
    if not math.isfinite(number):
        raise LuodiError("rows.not_finite", column=name, value=repr(value)[:60], row=0)
    return number


def category(value: Any, column: CategoryColumn, known: frozenset[str], notes: list[str]) -> str:
    """The canonical text of a category; missing is the empty string."""
    if isinstance(value, list | tuple | dict | set | bytes):
        raise LuodiError("rows.not_a_category", column=column.name, value=repr(value)[:60], row=0)
    text = "" if absent(value, column.missing) else canonical(value)[:LONGEST_TEXT]
    if not text and column.required:
        notes.append(f"missing_required:{column.name}")
    elif text and text not in known:
        notes.append(f"unseen_category:{column.name}")
    return text


def time(value: Any, column: TimeColumn, notes: list[str]) -> int:
    """Microseconds since 1970; ``NO_TIME`` for none."""
    moment = NO_TIME if absent(value, column.missing) else dates.micros(value, column.formats)
    if moment is None:
        facts = {"column": column.name, "value": repr(value)[:60], "row": 0}
        raise LuodiError(
            "rows.not_a_time", formats=", ".join(column.formats) or "ISO 8601", **facts
        )
    if moment == NO_TIME and column.required:
        notes.append(f"missing_required:{column.name}")
    return moment
