"""Rows in another unit than the rest: millimetres among metres, Fahrenheit among Celsius."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from luodi.core.values import Finding
from luodi.modalities.tabular.inspect.about import found
from luodi.modalities.tabular.inspect.look import Look


class Conversion(NamedTuple):
    """A usual mix-up: what was written = factor x what was meant + offset."""

    name: str
    factor: float
    offset: float = 0.0


CONVERSIONS = (
    Conversion("x 1000", 1000.0),
    Conversion("x 1000000", 1e6),
    Conversion("x 100", 100.0),
    Conversion("inch -> mm (x 25.4)", 25.4),
    Conversion("x 3600", 3600.0),
    Conversion("x 60", 60.0),
    Conversion("bar -> psi (x 14.5)", 14.5038),
    Conversion("psi -> kPa (x 6.89)", 6.89476),
    Conversion("Celsius -> Kelvin", 1.0, 273.15),
    Conversion("Celsius -> Fahrenheit", 1.8, 32.0),
    Conversion("Fahrenheit -> Kelvin", 1 / 1.8, 273.15 - 32 / 1.8),
)
ROWS_AT_LEAST = 10
SHARE_AT_LEAST = 0.001
SAME = 0.001
ROWS_COMPARED = 2000


def find(look: Look) -> Iterator[Finding]:
    """Find a cluster of rows that fits the rest after a usual conversion (``data.unit_break``)."""
    for column in look.of_kind("number"):
        values = look.numbers(column.name)
        known = np.flatnonzero(~np.isnan(values))
        cut = _gap(values[known])
        conversion = None if cut is None else _conversion(values[known], cut)
        if cut is None or conversion is None:
            continue
        above = values[known] > cut
        odd = above if above.sum() * 2 <= len(known) else ~above
        rows = known[odd]
        yield found(
            "data.unit_break",
            "warning",
            column.name,
            conversion=conversion.name,
            rows=int(odd.sum()),
            share=odd.mean(),
            first=int(rows[0]) + 1,
            last=int(rows[-1]) + 1,
            odd_median=np.median(values[rows]),
            median=np.median(values[known][~odd]),
        )


def _gap(values: np.ndarray) -> float | None:
    """The middle of the widest empty stretch, if it is wider than what lies below it.

    Enough rows and different values must lie on both sides.
    """
    unique, counts = np.unique(values, return_counts=True)
    least = max(ROWS_AT_LEAST, SHARE_AT_LEAST * len(values))
    below = np.cumsum(counts)[:-1]
    distinct = np.arange(1, len(unique))
    fair = (below >= least) & (len(values) - below >= least)
    fair &= (distinct >= 3) & (len(unique) - distinct >= 3)
    if not fair.any():
        return None
    widths = np.where(fair, np.diff(unique), -1.0)
    at = int(widths.argmax())
    low, high = np.quantile(values[values <= unique[at]], [0.05, 0.95])
    return float((unique[at] + unique[at + 1]) / 2) if widths[at] > high - low else None


def _conversion(values: np.ndarray, cut: float) -> Conversion | None:
    """The conversion that lays the upper cluster on the lower one, if one does.

    Both must have the same distribution (Kolmogorov-Smirnov) and the same median and spread: the
    test alone is lenient with few rows.
    """
    from scipy.stats import ks_2samp

    generator = np.random.default_rng(0)
    low, high = (
        generator.choice(part, min(len(part), ROWS_COMPARED), replace=False)
        for part in (values[values < cut], values[values > cut])
    )
    for conversion in CONVERSIONS:
        back = (high - conversion.offset) / conversion.factor
        if _alike(low, back) and ks_2samp(low, back).pvalue > SAME:
            return conversion
    return None


def _alike(one: np.ndarray, other: np.ndarray) -> bool:
    """Whether two samples have about the same median and spread."""
    middles = np.median(one), np.median(other)
    spreads = [float(np.subtract(*np.quantile(part, [0.75, 0.25]))) for part in (one, other)]
    if min(spreads) <= 0:
        return False
    near = abs(middles[0] - middles[1]) <= 0.5 * max(spreads)
    return bool(near and 0.4 <= spreads[0] / spreads[1] <= 2.5)
