"""How good the answers were, from truths that came; and how good they should be, before they come.

Only answers old enough to have their truth count: the truths that come first are not like the
others (a fraud is reported at once, a good card never), so a figure over everything that came
until now is biased. Truths that are missing all the same are made up for by giving those of the
same decision more weight; that assumes that, within a decision, which truths come does not depend
on what they are.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from luodi.core import metrics
from luodi.core.promise import Promise
from luodi.core.task import LOWER_IS_BETTER
from luodi.monitor.cases import Cases, Floats
from luodi.monitor.delay import label_delay, mature

RESAMPLES = 300
DRAWS = 200
FEWEST_TRUTHS = 50
ENOUGH_TRUTHS = 1000
CONFIDENT = 1.96


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

    def record(self) -> dict[str, Any]:
        """The figure as JSON data."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


def measured(
    promise: Promise, cases: Cases, now: int, delay_s: float | None = None, seed: int = 0
) -> Quality:
    """The figure over the latest answers that are old enough, with its interval.

    Args:
        promise: What the release promised.
        cases: Its answers and their truths.
        now: This moment, in microseconds.
        delay_s: How long truths take, if that is known; else it is estimated.
        seed: Seed of the resamples.
    """
    delay = label_delay(cases, now) if delay_s is None else int(delay_s * 1e6)
    if delay is None:
        return Quality(promise.metric, promised=promise.value)
    old = _latest(cases.take(mature(cases, now, delay)))
    known = np.flatnonzero(old.known)
    coverage = len(known) / len(old) if len(old) else None
    blank = Quality(
        promise.metric, promised=promise.value, cases=len(known), coverage=coverage,
        delay_s=delay / 1e6,
    )  # fmt: skip
    if len(known) < FEWEST_TRUTHS:
        return blank
    return _figure(promise, old, old.take(known), blank, seed)


def expected(promise: Promise, cases: Cases, seed: int = 0) -> Quality:
    """The figure that the answers' own probabilities lead to expect, before any truth comes.

    Every answer counts as each class, by its probability; the interval is that of truths drawn
    by them (known as confidence-based performance estimation). It assumes that probabilities
    still mean what they say: it sees harder cases, never a change of what leads to what. Values
    carry no probability, so for ``regress`` there is none.

    Args:
        promise: What the release promised.
        cases: Its answers.
        seed: Seed of the draws.
    """
    if promise.goal != "classify" or len(cases) < FEWEST_TRUTHS:
        return Quality(promise.metric, promised=promise.value)
    rows, classes = cases.answers.shape
    truth = np.repeat(np.arange(classes), rows)
    # the rows once for each class that could be the truth
    every = cases.take(np.tile(np.arange(rows), classes))
    weigh = _weigh(promise, every, truth)
    value = weigh(np.asarray(cases.answers.T.ravel()))
    random = np.random.default_rng(seed)
    edges: Floats = np.cumsum(cases.answers, axis=1)
    drawn = np.empty(DRAWS)
    with np.errstate(all="ignore"):
        for i in range(DRAWS):
            came = (random.random((rows, 1)) > edges[:, :-1]).sum(axis=1)
            drawn[i] = weigh((came[None, :] == np.arange(classes)[:, None]).ravel().astype(float))
    low, high = _ends(value, drawn)
    mean_cost = float(np.mean(_costs(promise, cases, None)))
    first, last = int(cases.at[0]), int(cases.at[-1])
    return Quality(
        promise.metric, _finite(value), low, high, promise.value, rows,
        since=first, until=last, cost=mean_cost,
    )  # fmt: skip


def worse(promise: Promise, quality: Quality, level: float) -> bool:
    """Whether a figure is worse than promised: beyond chance, and beyond the promise's interval.

    Args:
        promise: What the release promised.
        quality: What was measured.
        level: The level that the budget leaves for one look.
    """
    if quality.value is None or quality.chance is None or quality.chance > level:
        return False
    if promise.metric in LOWER_IS_BETTER:
        return promise.high is None or quality.value > promise.high
    return promise.low is None or quality.value < promise.low


def _figure(promise: Promise, old: Cases, known: Cases, blank: Quality, seed: int) -> Quality:
    weight = _weights(old, known)
    weigh = _weigh(promise, known, known.truth)
    value = weigh(weight)
    drawn = _resampled(weigh, weight, seed)
    low, high = _ends(value, drawn)
    own = expected(promise, known, seed)
    chance = _chance(promise, value, drawn, len(known))
    costs = _costs(promise, known, known.truth) if promise.goal == "classify" else None
    return Quality(
        promise.metric, _finite(value), low, high, promise.value, len(known), blank.coverage,
        blank.delay_s, int(known.at[0]), int(known.at[-1]), chance,
        own.value, None if costs is None else float((costs * weight).sum() / weight.sum()),
    )  # fmt: skip


def _latest(cases: Cases) -> Cases:
    """The latest cases that hold enough truths; older ones say little of today."""
    known = np.cumsum(cases.known[::-1])
    enough = int(np.searchsorted(known, ENOUGH_TRUTHS)) + 1
    return cases.take(np.arange(max(0, len(cases) - enough), len(cases)))


def _weights(old: Cases, known: Cases) -> Floats:
    """For each truth how many answers of the same decision it stands for."""
    asked = np.bincount(old.decision)
    came = np.bincount(known.decision, minlength=len(asked))
    return np.asarray(asked[known.decision] / came[known.decision], float)


def _weigh(promise: Promise, cases: Cases, truth: Any) -> metrics.Weigh:
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


def _resampled(weigh: metrics.Weigh, weight: Floats, seed: int) -> Floats:
    """The figure over resamples of about √n neighbouring cases (Lahiri 2003, ch. 2)."""
    random = np.random.default_rng(seed)
    rows = len(weight)
    block = np.arange(rows) // max(1, round(rows**0.5))
    blocks = int(block[-1]) + 1
    drawn = np.empty(RESAMPLES)
    with np.errstate(all="ignore"):
        for i in range(RESAMPLES):
            times = np.bincount(random.integers(0, blocks, blocks), minlength=blocks)
            drawn[i] = weigh(weight * times[block])
    return drawn


def _chance(promise: Promise, value: float, drawn: Floats, rows: int) -> float | None:
    """One-sided chance of a figure this bad, with the errors of both sides.

    Student's t with as many degrees of freedom as blocks were drawn, less one.
    """
    from scipy.special import stdtr

    known = drawn[np.isfinite(drawn)]
    if promise.value is None or len(known) < RESAMPLES / 2 or not math.isfinite(value):
        return None
    error = math.hypot(float(known.std()), promise.error)
    lost = value - promise.value
    lost = -lost if promise.metric in LOWER_IS_BETTER else lost
    if error == 0:
        return 1.0 if lost >= 0 else 0.0
    return float(stdtr(max(3.0, rows**0.5 - 1), lost / error))


def _ends(value: float, drawn: Floats) -> tuple[float | None, float | None]:
    known = drawn[np.isfinite(drawn)]
    if not len(known) or not math.isfinite(value):
        return None, None
    low, high = np.quantile(known, [0.025, 0.975])
    return float(min(low, value)), float(max(high, value))


def _costs(promise: Promise, cases: Cases, truth: Any) -> Floats:
    """What each case cost, or is expected to cost while its truth is unknown."""
    if truth is None:
        cost = (cases.answers @ promise.costs)[np.arange(len(cases)), cases.decision]
    else:
        cost = promise.costs[truth, cases.decision]
    if promise.review is not None:
        cost = np.where(cases.review, promise.review, cost)
    return np.asarray(cost, float)


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
