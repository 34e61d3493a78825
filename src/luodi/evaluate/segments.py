"""A column's parts with names: each frequent value, each quarter of a number, and the missing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from luodi.evaluate.answers import Index, Mask

MOST_VALUES, QUARTERS = 20, 4


@dataclass(frozen=True)
class Segment:
    """Some rows of one column.

    Attributes:
        column: The column.
        value: The value, or the range as text; empty for missing.
        range: Lowest and highest value inside, for numbers.
        mask: The rows.
    """

    column: str
    value: str
    range: tuple[float, float] | None
    mask: Mask


def segments(series: pl.Series, rows: Index, fewest: int) -> Iterator[Segment]:
    """Cut one column of the judged rows into segments with enough rows.

    Args:
        series: The column over the whole table.
        rows: The judged rows.
        fewest: Smallest number of rows a segment may have.
    """
    series = series[rows]
    absent = series.is_null().to_numpy()
    if fewest <= absent.sum() < len(series):
        yield Segment(series.name, "", None, absent)
    if series.dtype.is_numeric():
        yield from _quarters(series, fewest)
    elif series.dtype.is_temporal():
        yield from _moments(series, fewest)
    else:
        yield from _values(series.cast(pl.String), fewest)


def _values(series: pl.Series, fewest: int) -> Iterator[Segment]:
    counts = series.drop_nulls().value_counts(sort=True)
    names = [(name, count) for name, count in counts.iter_rows() if count >= fewest]
    for name, _ in sorted(names, key=lambda pair: (-pair[1], pair[0]))[:MOST_VALUES]:
        mask = (series == name).fill_null(False).to_numpy()
        if not mask.all():
            yield Segment(series.name, name, None, mask)


def _quarters(series: pl.Series, fewest: int) -> Iterator[Segment]:
    """Quarters of the values; a number with few values is cut at each of them."""
    values = series.cast(pl.Float64).fill_null(float("nan")).to_numpy()
    known = values[np.isfinite(values)]
    if not len(known):
        return
    if len(distinct := np.unique(known)) <= QUARTERS:
        inner = distinct[:-1]
    else:
        inner = np.unique(np.quantile(known, np.arange(1, QUARTERS) / QUARTERS))
    place = np.where(np.isfinite(values), np.searchsorted(inner, values, side="left"), -1)
    for at in range(len(inner) + 1):
        mask = place == at
        if mask.sum() >= fewest and not mask.all():
            low, high = float(values[mask].min()), float(values[mask].max())
            text = f"{low:.4g}" if low == high else f"{low:.4g} – {high:.4g}"
            yield Segment(series.name, text, (low, high), mask)


def _moments(series: pl.Series, fewest: int) -> Iterator[Segment]:
    for part in _quarters(series.to_physical().cast(pl.Float64), fewest):
        inside = series.filter(pl.Series(part.mask))
        text = f"{str(inside.min())[:16]} – {str(inside.max())[:16]}"
        yield Segment(series.name, text, None, part.mask)
