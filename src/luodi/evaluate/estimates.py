"""Figures of some rows in closed form, with each row's pull on them.

Every figure used here is a mean, a ratio of means or an area under the ROC curve. Each row's
pull on such a figure is known (delta method; DeLong, DeLong and Clarke-Pearson 1988), so its
variance is a sum over rows and needs no resampling.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from luodi.core import metrics
from luodi.evaluate.answers import Answers, Array, Mask

# A figure's value in some rows, and each row's pull on it (zero outside them); None when cases
# are too few.
Estimate = Callable[[Mask], "tuple[float, Array] | None"]
FEWEST_CASES = 10
EPSILON = float(np.finfo(np.float64).eps)


@dataclass(frozen=True)
class Estimator:
    """A figure that slices are compared by.

    Attributes:
        name: The figure's name.
        seen: What is true of some rows.
        believed: What the release's own probabilities say it should be there: a slice of similar
            records is ranked worse by any model, and this is how much worse. None for values,
            which come without a belief.
    """

    name: str
    seen: Estimate
    believed: Callable[[Mask], float] | None = None


def estimator(answers: Answers) -> Estimator:
    """The figure to compare slices by.

    The area under the ROC curve stands in for average precision, which moves with the share of
    positives; log loss stands in for ranks of many classes; accuracy, mean absolute error and
    root mean square error stand in for figures that have no simple standard error.
    """
    if answers.goal == "regress":
        return _of_values(answers)
    metric = answers.metric
    if metric in ("roc_auc", "average_precision"):
        if answers.binary:
            return _area(answers)
        metric = "log_loss"
    if metric in ("precision", "recall", "f1") and answers.binary:
        return _hits(answers, metric)
    if metric in ("log_loss", "brier", "cost"):
        return _means(metric, _losses(answers, metric), _expected(answers, metric))
    own = answers.given[np.arange(len(answers)), answers.decision]
    return _means("accuracy", (answers.truth == answers.decision).astype(np.float64), own)


def _of_values(answers: Answers) -> Estimator:
    miss = np.abs(answers.given - answers.truth)
    if answers.metric in ("r2", "rmse"):
        return Estimator("rmse", _root(_ratio(np.square(miss))))
    if answers.metric == "mape":
        return Estimator("mape", _ratio(miss / np.maximum(np.abs(answers.truth), EPSILON)))
    return Estimator("mae", _ratio(miss))


def _means(name: str, seen: Array, believed: Array) -> Estimator:
    return Estimator(name, _ratio(seen), lambda mask: float(believed[mask].mean()))


def _losses(answers: Answers, metric: str) -> Array:
    if metric == "cost" and answers.costs is not None:
        return np.asarray(answers.costs[answers.truth, answers.acted])
    return metrics.losses(metric, answers.truth, answers.given)


def _expected(answers: Answers, metric: str) -> Array:
    """The loss of each row if its probabilities were the truth."""
    chance = np.clip(answers.given, EPSILON, 1.0)
    if metric == "log_loss":
        return np.asarray(-(chance * np.log(chance)).sum(axis=1))
    if metric == "brier":
        left = 1 - np.square(answers.given).sum(axis=1)
        return np.asarray(left / 2 if answers.binary else left)
    assert answers.costs is not None
    return np.asarray((answers.given * answers.costs[:, answers.acted].T).sum(axis=1))


def _hits(answers: Answers, metric: str) -> Estimator:
    """Precision, recall and F1 as ratios: hits over decided, over actual, or over their mean."""
    actual = (answers.truth == answers.positive).astype(np.float64)
    said = (answers.decision == answers.positive).astype(np.float64)
    chance = answers.given[:, answers.positive]

    def below(actual: Array) -> Array:
        return np.asarray({"precision": said, "recall": actual}.get(metric, (actual + said) / 2))

    def believed(mask: Mask) -> float:
        return float((chance * said)[mask].sum() / max(below(chance)[mask].sum(), EPSILON))

    return Estimator(metric, _ratio(actual * said, below(actual)), believed)


def _ratio(above: NDArray[Any], below: Array | None = None) -> Estimate:
    below = np.ones(len(above)) if below is None else below

    def estimate(mask: Mask) -> tuple[float, Array] | None:
        total = float(below[mask].sum())
        if total < FEWEST_CASES:
            return None
        value = float(above[mask].sum()) / total
        return value, mask * (above - value * below) / total

    return estimate


def _root(squares: Estimate) -> Estimate:
    def estimate(mask: Mask) -> tuple[float, Array] | None:
        found = squares(mask)
        if found is None or found[0] <= 0:
            return None
        return math.sqrt(found[0]), found[1] / (2 * math.sqrt(found[0]))

    return estimate


def _area(answers: Answers) -> Estimator:
    own, chance = answers.truth == answers.positive, answers.given[:, answers.positive]
    order = np.argsort(chance, kind="stable")

    def seen(mask: Mask) -> tuple[float, Array] | None:
        kept = order[mask[order]]
        hits, others = kept[own[kept]], kept[~own[kept]]
        if min(len(hits), len(others)) < FEWEST_CASES:
            return None
        above = _share_below(chance[hits], chance[others])
        below = 1 - _share_below(chance[others], chance[hits])
        value = float(above.mean())
        pull = np.zeros(len(own))
        pull[hits] = (above - value) / len(hits)
        pull[others] = (below - value) / len(others)
        return value, pull

    def believed(mask: Mask) -> float:
        return _believed_area(chance[order[mask[order]]])

    return Estimator("roc_auc", seen, believed)


def _share_below(values: Array, ranked: Array) -> Array:
    """Share of sorted ``ranked`` below each value, ties counted half."""
    under = np.searchsorted(ranked, values, side="left")
    upto = np.searchsorted(ranked, values, side="right")
    return np.asarray((under + upto) / (2 * len(ranked)))


def _believed_area(ranked: Array) -> float:
    """Area under the curve if every probability (in rising order) were true."""
    first = np.flatnonzero(np.append(True, ranked[1:] != ranked[:-1]))
    yes, no = np.add.reduceat(ranked, first), np.add.reduceat(1 - ranked, first)
    pairs = float(yes.sum() * no.sum())
    if pairs <= 0:
        return 0.5
    return float((yes * (np.cumsum(no) - no / 2)).sum()) / pairs
