"""Records made one after another, and a split that lets the future explain the past."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from luodi.core.values import Finding, Severity
from luodi.modalities.tabular.inspect.about import found
from luodi.modalities.tabular.inspect.hidden import by_order, evidence
from luodi.modalities.tabular.inspect.look import Look

DRIFTING = 0.9
SORTED_SHARE = 0.98
ROWS_AT_LEAST = 100


def find(look: Look) -> Iterator[Finding]:
    """Find a time column, or rows that follow each other, under a split that ignores it."""
    if look.task.split_by not in ("random", "stratified") or len(look) < ROWS_AT_LEAST:
        return
    column = _time(look)
    if column is not None:
        moments = look.series[column].to_physical().fill_null(0).to_numpy()
        yield from _told(look, column, np.argsort(moments, kind="stable"), 0)
        return
    drifting = [c.name for c in look.of_kind("number") if _drifts(look.numbers(c.name))]
    if drifting and not _sorted_by_truth(look):
        yield from _told(look, None, np.arange(len(look)), len(drifting))


def _told(look: Look, column: str | None, order: np.ndarray, drifting: int) -> Iterator[Finding]:
    """A time column is a warning unless measured harmless; mere row order only if it matters."""
    features = look.without([column]) if column else look
    apart = by_order(features, order)
    if column is None and (apart is None or not apart.real):
        return
    if column is None:
        yield found("data.order_ignored", "warning", None, drifting=drifting, **evidence(apart))
        return
    severity: Severity = "warning" if apart is None or apart.real else "note"
    yield found("data.time_ignored", severity, column, **evidence(apart))


def _time(look: Look) -> str | None:
    """The column of times with most different values; one that the task names comes first."""
    named = look.task.data.time
    if named in look.table.columns and look.series[named].dtype.is_temporal():
        return named
    times = [name for name, column in look.series.items() if column.dtype.is_temporal()]
    times = [name for name in times if look.distinct[name] >= 10]
    return max(times, key=lambda name: look.distinct[name], default=None)


def _drifts(values: np.ndarray) -> bool:
    """Whether a number moves little from row to row and yet is not simply sorted."""
    steps = np.diff(values)
    known = ~np.isnan(steps)
    if known.sum() < ROWS_AT_LEAST or np.nanstd(values) == 0:
        return False
    moves = steps[known & (steps != 0)]
    if len(moves) < len(values) / 20 or max((moves > 0).mean(), (moves < 0).mean()) > SORTED_SHARE:
        return False
    before, after = values[:-1][known], values[1:][known]
    if before.std() == 0 or after.std() == 0:
        return False
    return float(np.corrcoef(before, after)[0, 1]) >= DRIFTING


def _sorted_by_truth(look: Look) -> bool:
    """Whether the rows are sorted by class or value, which says nothing of time."""
    changes = int((np.diff(look.truth) != 0).sum())
    if look.classify:
        return changes <= 3 * len(look.classes)
    steps = np.diff(look.truth)
    return bool(max((steps >= 0).mean(), (steps <= 0).mean()) > SORTED_SHARE)
