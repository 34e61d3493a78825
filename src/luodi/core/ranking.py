"""Figures of the order in which a model ranks rows, as functions of row weights."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Hits = NDArray[np.bool_]
Weigh = Callable[[Array], float]


def by_class(
    figure: Callable[[Hits, Array], Weigh], truth: NDArray[Any], answers: Array, positive: int
) -> Weigh:
    """One figure for two classes; for more, the mean over those that can be computed."""
    if answers.shape[1] == 2:
        return figure(truth == positive, answers[:, positive])
    each = [figure(truth == place, answers[:, place]) for place in range(answers.shape[1])]

    def weigh(weight: Array) -> float:
        found = [value for value in (one(weight) for one in each) if value == value]
        return float(np.mean(found)) if found else float("nan")

    return weigh


def _ranked(hit: Hits, chance: Array) -> tuple[NDArray[np.int64], NDArray[np.int64], Array]:
    """Order from most to least probable, the last place of each tie, and the hits in order."""
    order = np.argsort(-chance)
    ranked = chance[order]
    last = np.append(np.flatnonzero(ranked[1:] != ranked[:-1]), len(ranked) - 1)
    return order, last, hit[order].astype(np.float64)


def area(hit: Hits, chance: Array) -> Weigh:
    """Area under the ROC curve, ties counted half."""
    order, last, hits = _ranked(hit, chance)

    def weigh(weight: Array) -> float:
        heavy = weight[order]
        true = np.cumsum(heavy * hits)[last]
        false = np.cumsum(heavy)[last] - true
        if true[-1] <= 0 or false[-1] <= 0:
            return float("nan")
        before = np.append(0.0, true[:-1])
        return float(
            (np.diff(false, prepend=0.0) * (true + before)).sum() / (2 * true[-1] * false[-1])
        )

    return weigh


def average_precision(hit: Hits, chance: Array) -> Weigh:
    """Average precision: precision at each threshold, weighted by the recall it adds."""
    order, last, hits = _ranked(hit, chance)
    # A threshold that adds no hit adds nothing, so only those with a hit are summed.
    last = last[np.diff(np.cumsum(hits)[last], prepend=0.0) > 0]

    def weigh(weight: Array) -> float:
        heavy = weight[order]
        true = np.cumsum(heavy * hits)[last]
        if not len(true) or true[-1] <= 0:
            return float("nan")
        gain = np.diff(true, prepend=0.0)
        asked = np.maximum(np.cumsum(heavy)[last], np.finfo(np.float64).tiny)
        return float((gain * true / asked).sum() / true[-1])

    return weigh
