"""What a column is: a number, a category or a time, and its values as that."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from luodi.core.values import Column, Finding, Kind
from luodi.modalities.tabular.read import moments, numbers, remarks
from luodi.modalities.tabular.read.moments import MOMENT, UNIX
from luodi.modalities.tabular.read.texts import Distinct, canonical_text
from luodi.modalities.tabular.read.wishes import Hints, Wish, absent_words, look

MOSTLY = 0.95
"""Share of the filled values that must read as a number or a time to make the column one."""

HALF = 0.5
TYPES: dict[Kind, pl.DataType] = {"number": pl.Float64(), "category": pl.String(), "time": MOMENT}


@dataclass(frozen=True)
class Reading:
    """A column as understood: its description, its values in the type of its kind, remarks."""

    column: Column
    values: pl.Series
    notes: tuple[Finding, ...] = ()


def understand(series: pl.Series, seen: Distinct | None, wanted: Wish, known: Hints) -> Reading:
    """Read a column as what it is, or as what was decided.

    Args:
        series: The column as it stands in the source.
        seen: Its distinct values if it holds text.
        wanted: What is known of it.
        known: What other columns prove.
    """
    if seen is not None:
        return _of_text(seen, wanted, known)
    dtype = series.dtype
    if dtype == pl.Null:
        return _as(
            wanted, wanted.column.kind, pl.Series(series.name, series, TYPES[wanted.column.kind])
        )
    if dtype in (pl.Date, pl.Datetime):
        return _of_moments(series, wanted)
    if dtype == pl.Duration:
        series = series.dt.total_microseconds() / 1e6
    if series.dtype.is_numeric():
        return _of_numbers(series, wanted)
    if dtype == pl.Boolean and wanted.decided and wanted.column.kind == "number":
        return _of_numbers(series.cast(pl.Float64), wanted)
    texts = series if dtype == pl.Boolean else _plain_text(series)
    if texts.dtype == pl.String:
        return _of_text(_distinct(texts, wanted), wanted, known)
    return _category(texts, wanted)


def _distinct(texts: pl.Series, wanted: Wish) -> Distinct:
    found = look(texts, wanted)
    assert found is not None
    return found


def _plain_text(series: pl.Series) -> pl.Series:
    if series.dtype in (pl.Categorical, pl.Enum, pl.Binary, pl.Time):
        return series.cast(pl.String, strict=False)
    return pl.Series(series.name, [None if v is None else str(v) for v in series], pl.String)


def _as(
    wanted: Wish, kind: Kind, values: pl.Series, *notes: Finding, formats: tuple[str, ...] = ()
) -> Reading:
    column = replace(wanted.column, kind=kind, formats=formats or wanted.column.formats)
    return Reading(column, values.alias(wanted.column.name), notes)


def _category(values: pl.Series, wanted: Wish, *notes: Finding) -> Reading:
    texts = canonical_text(values)
    absent = list(absent_words(wanted.column))
    if absent:
        texts = texts.set(texts.is_in(absent).fill_null(False), None)
    return _as(wanted, "category", texts, *notes)


def _of_moments(series: pl.Series, wanted: Wish) -> Reading:
    if isinstance(series.dtype, pl.Datetime) and series.dtype.time_zone:
        series = series.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
    values = series.cast(MOMENT)
    if wanted.decided and wanted.column.kind == "category":
        return _as(wanted, "category", values.dt.to_string("iso"))
    if wanted.decided and wanted.column.kind == "number":
        return _as(wanted, "number", values.dt.timestamp("us") / 1e6)
    return _as(wanted, "time", values)


def _of_numbers(series: pl.Series, wanted: Wish, *notes: Finding) -> Reading:
    """A column of numbers: infinite and missing ones go, dates written as 20240305 are seen."""
    kind = wanted.column.kind if wanted.decided else None
    if kind == "category":
        return _category(series, wanted, *notes)
    if kind is None and series.dtype.is_integer() and _too_long(series):
        return _category(series, wanted, *notes, remarks.note("read.long_numbers", wanted))
    values, infinite = _finite(series, wanted)
    if infinite:
        evidence = {"count": infinite, "rows": len(values)}
        notes = (*notes, Finding("read.infinite", "warning", wanted.column.name, evidence))
    pattern = None if kind == "number" else _time_pattern(values, wanted, kind)
    if pattern is not None:
        return _as(
            wanted, "time", moments.from_numbers(values, pattern), *notes, formats=(pattern,)
        )
    if kind == "time":
        lost = len(values) - values.null_count()
        return _as(
            wanted,
            "time",
            pl.Series([None] * len(values), dtype=MOMENT),
            *notes,
            *remarks.unread(wanted, lost, ""),
        )
    return _as(wanted, "number", values, *notes)


def _finite(series: pl.Series, wanted: Wish) -> tuple[pl.Series, int]:
    """Numbers as floats, null where they are infinite, failed or missing; how many are infinite."""
    series = series.cast(pl.Float64)
    absent = [float(m) for m in wanted.column.missing if not isinstance(m, str)]
    array = series.to_numpy()
    wrong = ~np.isfinite(array)
    if absent:
        wrong |= np.isin(array, absent)
    if int(wrong.sum()) == series.null_count():
        return series, 0
    infinite = int(np.isinf(array).sum())
    return pl.Series(series.name, np.where(wrong, np.nan, array), nan_to_null=True), infinite


def _time_pattern(values: pl.Series, wanted: Wish, kind: Kind | None) -> str | None:
    """How numbers stand for times, if they do; timestamps count only by the task's word."""
    for known in wanted.column.formats:
        if known in UNIX or moments.from_numbers(values, known).null_count() == values.null_count():
            return known
    if pattern := moments.compact(values):
        return pattern
    if not wanted.trained and (kind == "time" or wanted.hoped):
        return moments.unix(values, named=kind == "time")
    return None


def _too_long(series: pl.Series) -> bool:
    most = [bound for bound in (series.min(), series.max()) if isinstance(bound, int)]
    return any(abs(bound) >= numbers.EXACT for bound in most)


def _of_text(seen: Distinct, wanted: Wish, known: Hints) -> Reading:
    if not wanted.decided:
        return _inferred(seen, wanted, known)
    if wanted.column.kind == "category":
        return _as(wanted, "category", seen.spread(_without_point(seen.texts)))
    if wanted.column.kind == "number":
        values, *notes = _numbers(seen, wanted, known)
        lost = seen.texts.is_not_null() & values.is_null()
        notes += remarks.unread(wanted, seen.count(lost), seen.examples(lost), seen.filled)
        return _of_numbers(seen.spread(values), wanted, *notes)
    return _as_time(seen, wanted, known)


def _inferred(seen: Distinct, wanted: Wish, known: Hints) -> Reading:
    """Number if nearly all is, else time if nearly all is, else category; doubts are told."""
    if not seen.filled:
        return _as(wanted, "number", pl.Series([None] * len(seen.column), dtype=pl.Float64))
    if not seen.figures:
        return _as(wanted, "category", seen.spread(seen.texts))
    values, *notes = _numbers(seen, wanted, known)
    share = seen.count(values.is_not_null()) / seen.filled
    if share < HALF:
        return _perhaps_time(seen, wanted, known)
    if share < MOSTLY:
        doubt = remarks.mixed("read.mixed_category", seen, values, wanted)
        return _as(wanted, "category", seen.spread(seen.texts), doubt)
    if _long_texts(seen, values):
        long = remarks.note("read.long_numbers", wanted)
        return _as(wanted, "category", seen.spread(seen.texts), long)
    if share < 1:
        notes.append(remarks.mixed("read.mixed_types", seen, values, wanted))
    return _of_numbers(seen.spread(values), wanted, *notes)


def _perhaps_time(seen: Distinct, wanted: Wish, known: Hints) -> Reading:
    """A time if nearly all reads as one and no two formats contradict each other."""
    found = moments.recognised(seen.texts, known.day_first)
    share = seen.count(found.values.is_not_null()) / seen.filled
    if share >= MOSTLY and not found.torn:
        return _time(seen, found, wanted)
    if share < HALF and not found.torn:
        return _as(wanted, "category", seen.spread(seen.texts))
    evidence = {"formats": ", ".join(found.formats) or "-", "percent": round(100 * share, 1)}
    doubt = Finding("read.mixed_dates", "warning", wanted.column.name, evidence)
    return _as(wanted, "category", seen.spread(seen.texts), doubt)


def _numbers(seen: Distinct, wanted: Wish, known: Hints) -> tuple[pl.Series, *tuple[Finding, ...]]:
    """The distinct values as numbers, and a remark where the decimal sign was a guess."""
    sign, sure = numbers.sign_of(seen.texts, known.given, known.usual)
    values = numbers.parsed(seen.texts, sign)
    if sure or not values.is_not_null().any():
        return (values,)
    either = seen.texts.str.contains(",", literal=True).fill_null(False)
    evidence = {"sign": sign, "examples": seen.examples(either)}
    return values, Finding("read.ambiguous_numbers", "warning", wanted.column.name, evidence)


def _as_time(seen: Distinct, wanted: Wish, known: Hints) -> Reading:
    """Text that the task, or training, says is a time."""
    plain = numbers.parsed(seen.texts)
    if seen.filled and seen.count(plain.is_not_null()) >= MOSTLY * seen.filled:
        return _of_numbers(seen.spread(plain), wanted)
    found = moments.recognised(seen.texts, known.day_first, wanted.column.formats)
    return _time(seen, found, wanted)


def _time(seen: Distinct, found: moments.Moments, wanted: Wish) -> Reading:
    notes = []
    if found.guessed:
        evidence = {"format": found.guessed, "examples": seen.examples(found.values.is_not_null())}
        notes.append(Finding("read.ambiguous_dates", "warning", wanted.column.name, evidence))
    if found.turned:
        evidence = {"format": found.turned, "examples": seen.examples(found.values.is_not_null())}
        notes.append(Finding("read.turned_dates", "warning", wanted.column.name, evidence))
    lost = seen.texts.is_not_null() & found.values.is_null()
    notes += remarks.unread(wanted, seen.count(lost), seen.examples(lost), seen.filled)
    formats = tuple(dict.fromkeys((*wanted.column.formats, *found.formats)))
    return _as(wanted, "time", seen.spread(found.values), *notes, formats=formats)


def _long_texts(seen: Distinct, values: pl.Series) -> bool:
    long = seen.texts.str.contains(numbers.LONG).fill_null(False)
    return bool(long.any()) and bool((values.filter(long).abs() >= numbers.EXACT).any())


def _without_point(texts: pl.Series) -> pl.Series:
    """Whole numbers kept as categories lose a decimal point that only another format added."""
    filled = texts.drop_nulls()
    if len(filled) and filled.cast(pl.Float64, strict=False).null_count() == 0:
        return texts.str.replace(r"^([+-]?(?:0|[1-9]\d*))\.0+$", "$1")
    return texts
