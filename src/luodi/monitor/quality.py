"""How good the answers were, from truths that came.

Only answers old enough to have their truth count: the truths that come first are not like the
others (a fraud is reported at once, a good card never), so a figure over everything that came
until now is biased. Truths that are missing all the same are made up for by giving those of the
same decision more weight; that assumes that, within a decision, which truths come does not depend
on what they are.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from luodi.core import metrics
from luodi.core.promise import Promise
from luodi.core.task import LOWER_IS_BETTER
from luodi.monitor.cases import Cases, Floats
from luodi.monitor.delay import label_delay, mature
from luodi.monitor.estimate import expected
from luodi.monitor.figure import FEWEST_TRUTHS, Quality, Silence, costs_of, ends, finite, weigher

RESAMPLES = 300
ENOUGH_TRUTHS = 1000
OFTEN, FEWEST_OF_DECISION = 0.05, 10
"""A decision that is no rarity, and how many truths of it stand for the others."""


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
        return Quality(promise.metric, promised=promise.value, silent="few")
    old = _latest(cases.take(mature(cases, now, delay)))
    known = np.flatnonzero(old.known)
    coverage = len(known) / len(old) if len(old) else None
    blank = Quality(
        promise.metric, promised=promise.value, cases=len(known), coverage=coverage,
        delay_s=delay / 1e6,
    )  # fmt: skip
    if len(known) < FEWEST_TRUTHS:
        return replace(blank, silent="few")
    return _figure(promise, old, old.take(known), blank, seed)


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
    weigh = weigher(promise, known, known.truth)
    value = weigh(weight)
    drawn = _resampled(weigh, weight, seed)
    low, high = ends(value, drawn)
    own = expected(promise, known, seed)
    silent: Silence | None = None if math.isfinite(value) else "undefined"
    silent = "part" if _one_sided(old, known) else silent
    chance = None if silent else _chance(promise, value, drawn, len(known))
    costs = costs_of(promise, known, known.truth) if promise.goal == "classify" else None
    return Quality(
        promise.metric, finite(value), low, high, promise.value, len(known), blank.coverage,
        blank.delay_s, int(known.at[0]), int(known.at[-1]), chance,
        own.value, None if costs is None else float((costs * weight).sum() / weight.sum()),
        silent=silent,
    )  # fmt: skip


def _latest(cases: Cases) -> Cases:
    """The latest cases that hold enough truths; older ones say little of today."""
    known = np.cumsum(cases.known[::-1])
    enough = int(np.searchsorted(known, ENOUGH_TRUTHS)) + 1
    return cases.take(np.arange(max(0, len(cases) - enough), len(cases)))


def _one_sided(old: Cases, known: Cases) -> bool:
    """Whether some decision has no truths to speak of: then the others are not like all answers.

    Where only what was rejected is ever looked at, a figure over that is no figure of the model.
    """
    asked = np.bincount(old.decision)
    came = np.bincount(known.decision, minlength=len(asked))
    return bool(((asked > OFTEN * len(old)) & (came < FEWEST_OF_DECISION)).any())


def _weights(old: Cases, known: Cases) -> Floats:
    """For each truth how many answers of the same decision it stands for."""
    asked = np.bincount(old.decision)
    came = np.bincount(known.decision, minlength=len(asked))
    return np.asarray(asked[known.decision] / came[known.decision], float)


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
