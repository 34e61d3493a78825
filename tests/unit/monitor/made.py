"""Answers with a known truth, and a promise that they keep or break."""

from __future__ import annotations

import numpy as np

from luodi.core.promise import Promise
from luodi.monitor.cases import NOT_YET, Cases
from luodi.monitor.quality import measured

DAY = 86_400_000_000
NOW = 1_000 * DAY


def promise(**given) -> Promise:
    """A promise on a binary task with costs, but for what is said otherwise."""
    usual = {
        "goal": "classify",
        "metric": "roc_auc",
        "value": None,
        "low": None,
        "high": None,
        "classes": ("no", "yes"),
        "costs": np.array([[0.0, 1.0], [5.0, 0.0]]),
        "review": None,
        "cost": 0.4,
        "without": 0.9,
        "priced": True,
    }
    return Promise(**usual | given)


def answers(rows: int, seed: int, *, concept: bool = False, days: int = 40, harder: float = 1.0):
    """Calibrated answers of the last days; with another concept the truth forgets them."""
    random = np.random.default_rng(seed)
    chance = 1 / (1 + np.exp(-2 * harder * random.normal(size=rows)))
    truth = (random.random(rows) < (np.full(rows, chance.mean()) if concept else chance)).astype(
        int
    )
    at = np.sort(random.integers(NOW - days * DAY, NOW - DAY, rows))
    return Cases(
        at,
        at + DAY // 2,
        np.column_stack([1 - chance, chance]),
        (chance >= 1 / 6).astype(np.int64),
        truth.astype(np.int64),
        np.zeros(rows, bool),
    )


def kept(cases: Cases, until: int) -> Cases:
    """The same answers, with only those truths that had come by a moment."""
    received = np.where(cases.received <= until, cases.received, NOT_YET)
    truth = np.where(received == NOT_YET, -1, cases.truth)
    return Cases(cases.at, received, cases.answers, cases.decision, truth, cases.review)


def promise_of(cases: Cases, **given) -> Promise:
    """The promise that these answers keep."""
    figure = measured(promise(), cases, NOW, 0.0)
    return promise(value=figure.value, low=figure.low, high=figure.high, cost=figure.cost, **given)
