"""What each case costs under a release, so that two releases can be compared case by case.

By the task's costs where it has them, a look by a person included. Else by how wrong the answer
was: the Brier score of probabilities, 0 or 1 for ``accuracy``, the error of a value. A rank figure
such as the area under a curve belongs to no single case; the Brier score, which rewards the same
separation and honest probabilities besides, stands in for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from luodi.core.promise import Promise
from luodi.runtime.score import Scores

Array = NDArray[np.float64]
Kind = Literal["cost", "brier", "error", "absolute", "squared"]
ABSOLUTE = frozenset({"mae", "mape", "median_absolute_error"})
RARE = 0.01
LEAST, MOST = 4.0, 10.0
"""An error is cut between so many times the champion's usual one."""


@dataclass(frozen=True)
class Scale:
    """How a case's loss is measured.

    Attributes:
        kind: ``cost``, ``brier``, ``error``, ``absolute`` or ``squared``.
        span: The most that a case can cost; losses lie between 0 and this.
        classes: All classes that a release or a truth knows.
        costs: Cost by true and decided class of these; None for values.
        review: What a look by a person costs; None where that has no price.
    """

    kind: Kind
    span: float
    classes: tuple[str, ...] = ()
    costs: Array | None = None
    review: float | None = None


def most_error(errors: Array) -> float:
    """Where errors of values are cut, for a test needs a bound.

    Beyond what the champion exceeds once in a hundred cases, so that little is cut and a bet
    still has power: of normal errors 1.3 % of the mean square is lost, where a cut at ten usual
    errors asks for five times the outcomes. Not below four usual errors, for few cases do not
    show their hundredth; nor above ten, for some of them may be slips of the pen.

    Args:
        errors: Absolute errors of the champion, before what is judged.
    """
    usual = float(np.median(errors))
    if not usual:
        return float(np.quantile(errors, 1 - RARE)) or float(errors.mean()) or 1.0
    return min(max(LEAST * usual, float(np.quantile(errors, 1 - RARE))), MOST * usual)


def whole(measure: Scale, mine: Answers, theirs: Answers, truth: Array) -> tuple[float, float]:
    """Mean losses of values of two releases with no error cut.

    Where both are beyond the cut it is the truth that is odd, and the case says nothing of
    either: it is left out. Where one of them is, its error counts as it is.

    Args:
        measure: The scale of values, with its cut.
        mine: Answers of the one.
        theirs: Answers of the other.
        truth: What came true.
    """
    uncut = replace(measure, span=float("inf"))
    both = [losses(uncut, one, truth) for one in (mine, theirs)]
    near = np.minimum(*both) <= measure.span
    if not near.any():
        return 0.0, 0.0
    return float(both[0][near].mean()), float(both[1][near].mean())


def scale(promise: Promise, others: Sequence[str], most: float | None = None) -> Scale:
    """How losses are measured for a task.

    Args:
        promise: What the champion promised.
        others: Further classes that the challenger or a truth knows. To decide for or against one
            of them wrongly costs as much as the dearest mistake that is known.
        most: For values, the absolute error at which losses are cut, as ``most_error`` says.
    """
    if promise.goal == "regress":
        cap = max(most or 0.0, np.finfo(np.float32).tiny)
        absolute = promise.metric in ABSOLUTE
        return Scale("absolute" if absolute else "squared", cap if absolute else cap**2)
    classes = tuple(dict.fromkeys((*promise.classes, *others)))
    if promise.priced:
        known = len(promise.classes)
        costs = np.full((len(classes), len(classes)), float(promise.costs.max()))
        np.fill_diagonal(costs, 0.0)
        costs[:known, :known] = promise.costs
        span = max(float(costs.max()), promise.review or 0.0)
        return Scale("cost", span, classes, costs, promise.review)
    kind: Kind = "error" if promise.metric == "accuracy" else "brier"
    return Scale(kind, 1.0, classes, 1.0 - np.eye(len(classes)), promise.review)


def knowing(measure: Scale) -> Scale:
    """A scale that asks only how much is known of the cases, whatever mistakes cost.

    Dear mistakes are rare, and a test by their cost takes long; the Brier score sees every case.
    """
    return measure if measure.costs is None else replace(measure, kind="brier", span=1.0)


@dataclass(frozen=True)
class Answers:
    """What a release says of cases.

    Attributes:
        held: Probabilities over the scale's classes (cases, classes), or values (cases,).
        decision: Index of the decided class.
        review: Whether a person is asked.
    """

    held: Array
    decision: NDArray[np.int64]
    review: NDArray[np.bool_]

    def take(self, rows: NDArray[np.int64]) -> Answers:
        """Those to some of the cases."""
        return Answers(self.held[rows], self.decision[rows], self.review[rows])


def answers(measure: Scale, classes: Sequence[str], scores: Scores) -> Answers:
    """The answers of a release over the classes of a scale; a class it never saw has no chance.

    Args:
        measure: The scale.
        classes: The release's own classes.
        scores: What it answered.
    """
    if scores.value is not None:
        nowhere = np.zeros(len(scores.value), np.int64)
        return Answers(np.asarray(scores.value, np.float64), nowhere, scores.review)
    assert scores.probabilities is not None and scores.decision is not None
    place = np.array([measure.classes.index(name) for name in classes], np.int64)
    held = np.zeros((len(scores.decision), len(measure.classes)))
    held[:, place] = scores.probabilities
    return Answers(held, place[scores.decision], scores.review)


def truth_of(measure: Scale, truths: Sequence[str]) -> NDArray[np.float64] | NDArray[np.int64]:
    """Truths as the scale counts them: class indices, or values."""
    if measure.costs is None:
        return np.array([float(text) for text in truths], np.float64)
    place = {name: i for i, name in enumerate(measure.classes)}
    return np.array([place[text] for text in truths], np.int64)


def losses(measure: Scale, said: Answers, truth: NDArray[np.float64] | NDArray[np.int64]) -> Array:
    """What each case costs, shape (cases,), from 0 to the span."""
    if measure.costs is None:
        error = np.abs(said.held - truth)
        found = error if measure.kind == "absolute" else np.minimum(error, 1e150) ** 2
        return np.asarray(np.minimum(found, measure.span), np.float64)
    rows, known = np.arange(len(truth)), np.asarray(truth, np.int64)
    if measure.kind == "brier":
        missed = said.held.copy()
        missed[rows, known] -= 1.0
        return np.minimum((missed**2).sum(axis=1) / 2, 1.0)
    cost = measure.costs[known, said.decision]
    if measure.kind == "cost" and measure.review is not None:
        cost = np.where(said.review, measure.review, cost)
    return np.asarray(cost, np.float64)
