"""Figures of decisions, from the counts by actual and decided class."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Weigh = Callable[[Array], float]


def of_decisions(
    name: str, truth: NDArray[Any], decided: NDArray[Any], count: int, positive: int
) -> Weigh:
    """A figure of decisions as a function of row weights."""
    cell = truth * count + decided

    def weigh(weight: Array) -> float:
        table = np.bincount(cell, weight, count * count).astype(np.float64)
        return from_confusion(name, table.reshape(count, count), positive)

    return weigh


def from_confusion(name: str, table: Array, positive: int = 1) -> float:
    """A figure of decisions from the counts by actual class (rows) and decided class (columns).

    Example:
        >>> from_confusion("recall", np.array([[90.0, 2.0], [2.0, 6.0]]))
        0.75
    """
    hits, actual, decided = np.diag(table), table.sum(axis=1), table.sum(axis=0)
    if name == "accuracy":
        return float(hits.sum() / table.sum())
    if name == "balanced_accuracy":
        return float(np.mean(hits[actual > 0] / actual[actual > 0]))
    if name == "mcc":
        return _correlation(hits.sum(), actual, decided)
    above, below = {
        "precision": (hits, decided),
        "recall": (hits, actual),
    }.get(name, (2 * hits, actual + decided))
    each = np.divide(above, below, out=np.zeros(len(hits)), where=below > 0)
    if len(hits) == 2 and name != "f1_macro":
        return float(each[positive])
    return float(np.mean(each[actual + decided > 0]))


def _correlation(right: float, actual: Array, decided: Array) -> float:
    """Matthews' correlation for any number of classes (Gorodkin 2004)."""
    total = actual.sum()
    covered = right * total - actual @ decided
    spread = (total**2 - actual @ actual) * (total**2 - decided @ decided)
    return float(covered / np.sqrt(spread)) if spread > 0 else 0.0
