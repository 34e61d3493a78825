"""How good a graph is on rows that nobody learned from, beside the one it was made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

RESAMPLES = 200
POINTS = ("accuracy", "balanced_accuracy", "roc_auc", "average_precision", "f1", "f1_macro",
          "precision", "recall", "mcc")  # fmt: skip
"""Figures from 0 to 1, of which a hundredth is a point; for others a drop is one of accuracy."""

Figure = Callable[[np.ndarray, np.ndarray], float]
"""A figure of truth (rows,) and probabilities (rows, classes), higher is better."""


@dataclass(frozen=True)
class Quality:
    """A graph's figure with its 95 % interval, and what it lost.

    Attributes:
        value: The figure.
        low: Lower end.
        high: Upper end.
        drop: Points that it fell, of a hundred; negative where it rose.
        drop_low: Lower end.
        drop_high: Upper end.
        worst_class: The class that is found least often.
        worst_recall: How often it is found.
        lost_class: The class that lost most.
        lost_recall: How much less often it is found, points.
    """

    value: float
    low: float
    high: float
    drop: float
    drop_low: float
    drop_high: float
    worst_class: str
    worst_recall: float
    lost_class: str
    lost_recall: float


def accuracy(truth: np.ndarray, probabilities: np.ndarray) -> float:
    """The share of rows whose likeliest class is the true one."""
    return float(np.mean(probabilities.argmax(axis=1) == truth))


def quality(
    truth: np.ndarray,
    probabilities: np.ndarray,
    before: np.ndarray,
    classes: tuple[str, ...],
    figure: Figure,
) -> Quality:
    """Compare by a paired bootstrap: both graphs see the same resamples (Efron 1979).

    Args:
        truth: Class index, int64 (rows,).
        probabilities: The graph's, (rows, classes).
        before: Those of the graph that it was made of.
        classes: Their names.
        figure: The figure, from 0 to 1.
    """
    random = np.random.default_rng(0)
    drawn = [random.integers(0, len(truth), len(truth)) for _ in range(RESAMPLES)]
    own = [figure(truth[rows], probabilities[rows]) for rows in drawn]
    past = [figure(truth[rows], before[rows]) for rows in drawn]
    value = figure(truth, probabilities)
    lost = 100 * (figure(truth, before) - value)
    falls = 100 * (np.array(past) - np.array(own))
    found, found_before = (_recalls(truth, p, len(classes)) for p in (probabilities, before))
    worst = int(np.nanargmin(found))
    damage = 100 * (found_before - found)
    most = int(np.nanargmax(damage))
    return Quality(
        value, *_ends(own), lost, *_ends(falls),
        classes[worst], float(found[worst]), classes[most], float(damage[most]),
    )  # fmt: skip


def _ends(values: Any) -> tuple[float, float]:
    low, high = np.nanquantile(values, [0.025, 0.975])
    return float(low), float(high)


def _recalls(truth: np.ndarray, probabilities: np.ndarray, classes: int) -> np.ndarray:
    """How often each class is found; NaN for one that is not there."""
    right = probabilities.argmax(axis=1) == truth
    there = np.bincount(truth, minlength=classes).astype(np.float64)
    hits = np.bincount(truth[right], minlength=classes)
    return np.divide(hits, there, out=np.full(classes, np.nan), where=there > 0)
