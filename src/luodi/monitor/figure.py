"""A live figure, and what it is computed by: the metric as a function of weights, and costs."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from luodi.core import metrics
from luodi.core.promise import Promise
from luodi.monitor.cases import Cases, Floats

FEWEST_TRUTHS = 50
Silence = Literal["few", "part", "undefined"]


@dataclass(frozen=True)
class Quality:
    """A live figure.

    Attributes:
        metric: Its name.
        value: Its value; None where it cannot be told.
        low: Lower end of the 95 % interval.
        high: Upper end.
        promised: What the judge measured on the holdout.
        cases: Truths that it rests on.
        coverage: Share of the answers that were old enough whose truth has come.
        delay_s: The label delay that was allowed for, in seconds.
        since: Moment of the first answer that counts, in microseconds.
        until: Moment of the last.
        chance: Probability of a figure this bad, were the promise kept; None where unknown.
        expected: The figure that the same answers' own probabilities led to expect.
        cost: Mean cost of a case; None for values.
        usual: Of an estimate, what training's own answers would lead to expect.
        silent: Why there is no verdict: ``few`` truths yet; ``part``, for some decision there are
            none; ``undefined``, the figure cannot be computed, as where all truths are alike.
    """

    metric: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    promised: float | None = None
    cases: int = 0
    coverage: float | None = None
    delay_s: float | None = None
    since: int | None = None
    until: int | None = None
    chance: float | None = None
    expected: float | None = None
    cost: float | None = None
    usual: float | None = None
    silent: Silence | None = None

    def record(self) -> dict[str, Any]:
        """The figure as JSON data."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


def weigher(promise: Promise, cases: Cases, truth: Any) -> metrics.Weigh:
    """The promised figure of cases, as a function of their weights."""
    if promise.goal == "regress":
        return metrics.prepare(promise.metric, truth, cases.answers)
    return metrics.prepare(
        promise.metric,
        truth,
        cases.answers,
        positive=len(promise.classes) - 1,
        decision=cases.decision,
        costs=promise.costs,
    )


def ends(value: float, drawn: Floats) -> tuple[float | None, float | None]:
    """The 95 % interval of a value from draws of it; None where it cannot be told."""
    known = drawn[np.isfinite(drawn)]
    if not len(known) or not math.isfinite(value):
        return None, None
    low, high = np.quantile(known, [0.025, 0.975])
    return float(min(low, value)), float(max(high, value))


def costs_of(promise: Promise, cases: Cases, truth: Any) -> Floats:
    """What each case cost, or is expected to cost while its truth is unknown."""
    if truth is None:
        cost = (cases.answers @ promise.costs)[np.arange(len(cases)), cases.decision]
    else:
        cost = promise.costs[truth, cases.decision]
    if promise.review is not None:
        cost = np.where(cases.review, promise.review, cost)
    return np.asarray(cost, float)


def finite(value: float) -> float | None:
    """The value; None where it is no number."""
    return float(value) if math.isfinite(value) else None
