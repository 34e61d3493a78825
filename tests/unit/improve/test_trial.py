"""A challenger of values wins by usual errors, and must not lose by rare large ones."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from luodi.improve.returned import Returned
from luodi.improve.trial import trial
from unit.improve.test_losses import promise

BEFORE, JUDGED = 250, 3000


def scorer(values: np.ndarray):
    """What answers a record by its number."""

    def score(records):
        held = values[[record["number"] for record in records]]
        review = np.zeros(len(held), bool)
        return SimpleNamespace(value=held, probabilities=None, decision=None, review=review)

    return SimpleNamespace(classes=(), score=score)


def cases(numbers: np.ndarray, truth: np.ndarray) -> Returned:
    empty = ["" for _ in numbers]
    records = [{"number": int(number)} for number in numbers]
    truths = [repr(float(truth[number])) for number in numbers]
    ids = [str(number) for number in numbers]
    return Returned(ids, numbers, numbers, truths, empty, records, empty)


def tried(seed: int, metric: str, share: float, size: float):
    """A challenger with half the champion's noise, of whose answers a share is far off."""
    random = np.random.default_rng(seed)
    rows = BEFORE + JUDGED
    champion, noise = random.normal(0, 3, rows), random.normal(size=rows)
    truth = champion + noise
    off = np.where(random.random(rows) < share, size, 0.0)
    challenger = champion + 0.5 * noise + off
    asked = promise(goal="regress", metric=metric, classes=())
    first, later = np.arange(BEFORE), np.arange(BEFORE, rows)
    return trial(
        asked, scorer(champion), scorer(challenger), cases(first, truth), cases(later, truth)
    )


@pytest.mark.parametrize("metric", ["rmse", "mae"])
def test_a_challenger_with_half_the_errors_wins(metric):
    assert [tried(seed, metric, 0.0, 0.0).verdict for seed in range(5)] == ["better"] * 5


@pytest.mark.parametrize(("metric", "size"), [("rmse", 20.0), ("mae", 40.0)])
def test_a_challenger_that_is_seldom_but_far_off_does_not_win(metric, size):
    assert "better" not in [tried(seed, metric, 0.02, size).verdict for seed in range(8)]
