"""The target: class labels as canonical text, or values; and the rows that have one."""

from __future__ import annotations

from dataclasses import dataclass, replace

import polars as pl

from luodi.core.errors import LuodiError
from luodi.core.task import Goal
from luodi.core.values import Finding, Labels
from luodi.modalities.tabular.read import kinds
from luodi.modalities.tabular.read.missing import NOT_A_NUMBER, TARGET_WORDS
from luodi.modalities.tabular.read.numbers import EXACT
from luodi.modalities.tabular.read.texts import canonical_text, distinct
from luodi.modalities.tabular.read.wishes import Hints, Wish, absent_words, look


@dataclass(frozen=True)
class Truth:
    """A target column: String labels or Float64 values, null where a row has none."""

    values: pl.Series
    labels: Labels
    notes: tuple[Finding, ...] = ()


def truth(series: pl.Series, goal: Goal, wanted: Wish, known: Hints) -> Truth:
    """Read the target.

    Args:
        series: The column as it stands in the source.
        goal: ``classify`` or ``regress``.
        wanted: What the task says of it.
        known: What other columns prove about decimal signs.

    Raises:
        LuodiError: ``read.target_not_finite``, ``read.target_not_number``.
    """
    return _labels(series, wanted) if goal == "classify" else _values(series, wanted, known)


def usable(found: Truth, name: str) -> None:
    """Refuse a target from which nothing can be learned.

    Raises:
        LuodiError: ``read.target_missing``, ``read.target_constant``.
    """
    filled = found.values.drop_nulls()
    if not len(filled):
        raise LuodiError("read.target_missing", target=name, rows=len(found.values))
    if filled.n_unique() == 1:
        facts = {"value": str(filled[0])[:60], "rows": len(filled)}
        raise LuodiError("read.target_constant", target=name, **facts)


def _labels(series: pl.Series, wanted: Wish) -> Truth:
    """Class labels as canonical text, and the type they had."""
    if series.dtype == pl.Boolean:
        return Truth(series.cast(pl.String), "boolean")
    if series.dtype == pl.String:
        words = TARGET_WORDS | absent_words(wanted.column)
        seen = distinct(series, words)
        numbers = seen.texts.cast(pl.Float64, strict=False)
        if numbers.null_count() > seen.texts.null_count():
            return Truth(seen.spread(seen.texts), _kind_of_words(seen.texts))
        if not seen.filled or (numbers.abs() >= EXACT).any():
            return Truth(seen.spread(seen.texts), "string")
        series = seen.spread(numbers)
    texts = canonical_text(series)
    texts = texts.set(texts.is_in(list(absent_words(wanted.column))).fill_null(False), None)
    whole = series.dtype.is_numeric() and bool(texts.str.contains(r"^-?\d+$").all())
    return Truth(texts, "integer" if whole else "string")


def _kind_of_words(texts: pl.Series) -> Labels:
    words = set(texts.drop_nulls().unique().to_list())
    return "boolean" if words <= {"true", "false"} else "string"


def _values(series: pl.Series, wanted: Wish, known: Hints) -> Truth:
    """Values to predict; a failed computation among them is an error, a missing one is not."""
    decided = Wish(replace(wanted.column, kind="number"), decided=True)
    _refuse_failed(series, wanted.column.name)
    seen = look(series, decided)
    reading = kinds.understand(series, seen, decided, known)
    infinite = [note for note in reading.notes if note.code == "read.infinite"]
    if infinite:
        count = infinite[0].evidence["count"]
        raise LuodiError("read.target_not_finite", target=wanted.column.name, count=count)
    unread = [note for note in reading.notes if note.code == "read.unread"]
    if unread and unread[0].evidence["count"] > (1 - kinds.MOSTLY) * unread[0].evidence["filled"]:
        raise LuodiError("read.target_not_number", target=wanted.column.name, **unread[0].evidence)
    return Truth(reading.values, "number", reading.notes)


def _refuse_failed(series: pl.Series, name: str) -> None:
    failed = 0
    if series.dtype.is_float():
        failed = int(series.is_nan().sum() or 0)
    elif series.dtype == pl.String:
        failed = int(series.str.strip_chars().is_in(list(NOT_A_NUMBER)).sum() or 0)
    if failed:
        raise LuodiError("read.target_not_finite", target=name, count=failed)
