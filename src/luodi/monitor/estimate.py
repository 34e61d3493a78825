"""What figure to expect of answers whose truths have not come, by their own probabilities."""

from __future__ import annotations

import numpy as np

from luodi.core.promise import Promise
from luodi.core.sketch import Categories, Numbers
from luodi.monitor.cases import NOT_YET, Cases, Floats
from luodi.monitor.figure import FEWEST_TRUTHS, Quality, costs_of, ends, finite, weigher
from luodi.monitor.reference import Reference

DRAWS = 200
MOST_ANSWERS = 20_000
"""More tell nothing more, and take time."""
TRAINED = 2_000


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
    if len(cases) > MOST_ANSWERS:
        cases = cases.take(np.linspace(0, len(cases) - 1, MOST_ANSWERS).astype(np.int64))
    rows, classes = cases.answers.shape
    truth = np.repeat(np.arange(classes), rows)
    # the rows once for each class that could be the truth
    every = cases.take(np.tile(np.arange(rows), classes))
    weigh = weigher(promise, every, truth)
    value = weigh(np.asarray(cases.answers.T.ravel()))
    random = np.random.default_rng(seed)
    edges: Floats = np.cumsum(cases.answers, axis=1)
    drawn = np.empty(DRAWS)
    with np.errstate(all="ignore"):
        for i in range(DRAWS):
            came = (random.random((rows, 1)) > edges[:, :-1]).sum(axis=1)
            drawn[i] = weigh((came[None, :] == np.arange(classes)[:, None]).ravel().astype(float))
    low, high = ends(value, drawn)
    mean_cost = float(np.mean(costs_of(promise, cases, None)))
    first, last = int(cases.at[0]), int(cases.at[-1])
    return Quality(
        promise.metric, finite(value), low, high, promise.value, rows,
        since=first, until=last, cost=mean_cost,
    )  # fmt: skip


def usual(promise: Promise, reference: Reference) -> float | None:
    """What the same estimate says of training's own answers, from how they were counted.

    Probabilities that are too timid lead to expect less than comes true, of any answers. So an
    estimate says that a model gets worse only when it is also below what it was in training.

    Args:
        promise: What the release promised.
        reference: What its training looked like.

    Returns:
        The figure; None for more than two classes, of whose probabilities only each class by
        itself was counted, and where nothing was.
    """
    if promise.goal != "classify" or len(promise.classes) != 2:
        return None
    counted = reference.answers.get(f"probability:{promise.classes[-1]}")
    decided = reference.answers.get("decision")
    if counted is None or decided is None or len(counted.edges) < 2:
        return None
    assert isinstance(counted.whole, Numbers) and isinstance(decided.whole, Categories)
    chance = _spread_out(np.asarray(counted.whole.counts, float), counted.edges)
    first = dict(zip(decided.listed, decided.whole.counts, strict=True))[promise.classes[0]]
    share = first / max(1, decided.whole.known)
    decision = (np.arange(TRAINED) >= share * TRAINED).astype(np.int64)
    nothing = np.zeros(TRAINED, np.int64)
    answers = np.column_stack([1 - chance, chance])
    made = Cases(nothing, nothing + NOT_YET, answers, decision, nothing, nothing.astype(bool))
    return expected(promise, made).value


def _spread_out(counts: Floats, edges: Floats) -> Floats:
    """As many values as ``TRAINED``, in order, that would be counted alike."""
    shares = np.append(0.0, np.cumsum(counts)) / counts.sum()
    at = (np.arange(TRAINED) + 0.5) / TRAINED
    return np.asarray(np.clip(np.interp(at, shares, edges), 0.0, 1.0))
