"""Numbers that stand for "missing": -200, 999, 1e20 and their like, far from every other value."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from luodi.core.values import Finding
from luodi.modalities.tabular.inspect.about import found, shown
from luodi.modalities.tabular.inspect.look import Look

NINES = [float("9" * digits) for digits in range(2, 11)]
KNOWN = np.array(
    [96.0, 97.0, 98.0, -9.0, -98.0, 998.0, -100.0, -200.0, -300.0, -500.0, -1000.0, -10000.0]
    + NINES
    + [-value for value in NINES]
    + [32767.0, -32768.0, 65535.0, 2147483647.0, -2147483648.0, 4294967295.0]
    + [sign * 10.0**power for sign in (1, -1) for power in (18, 20, 30, 31, 35, 36, 37, 38)]
    + [999.9, -999.9, 99.99, -99.99, 9999.9, -9999.9, -999.25]
)
GAP = 0.5
ROWS_AT_LEAST = 3
SHARE_AT_LEAST = 0.0002


def find(look: Look) -> Iterator[Finding]:
    """Find spikes at a customary code for "missing" (``data.sentinel``)."""
    for column in look.of_kind("number"):
        values = look.numbers(column.name)
        values = values[~np.isnan(values)]
        marks = _marks(values)
        if marks:
            counts = {shown(mark): int((values == mark).sum()) for mark in marks}
            yield found(
                "data.sentinel",
                "warning",
                column.name,
                values=", ".join(counts),
                rows=sum(counts.values()),
                share=sum(counts.values()) / max(len(values), 1),
                others_from=float(values[~np.isin(values, marks)].min()),
                others_to=float(values[~np.isin(values, marks)].max()),
            )


def _marks(values: np.ndarray) -> list[float]:
    """The customary codes that lie apart from every other value, if one of them is frequent."""
    suspect = np.isin(values, KNOWN)
    bulk = values[~suspect]
    if not suspect.any() or len(np.unique(bulk)) < 5:
        return []
    low, high = np.quantile(bulk, [0.01, 0.99])
    apart = GAP * max(high - low, 1e-12)
    wanted = max(ROWS_AT_LEAST, SHARE_AT_LEAST * len(values))
    marks, counts = np.unique(values[suspect], return_counts=True)
    beyond = np.maximum(bulk.min() - marks, marks - bulk.max())
    if not ((beyond > apart) & (counts >= wanted)).any():
        return []
    return [float(mark) for mark in marks[beyond > apart]]
