"""An ensemble is never worse out of fold than its best member."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from luodi.train.ensemble import select
from unit.train.workshops import PretendWorkshop, member

SCORE = PretendWorkshop().score


def mean(members: tuple, weights: tuple[float, ...]) -> np.ndarray:  # type: ignore[type-arg]
    return sum(w * m.out_of_fold for m, w in zip(members, weights, strict=True))  # type: ignore[return-value]


def test_members_that_err_differently_are_mixed_and_gain() -> None:
    pool = [member(2.0, seed) for seed in range(6)]
    members, weights = select(pool, SCORE)
    assert len(members) > 1
    assert sum(weights) == pytest.approx(1.0)
    assert SCORE(mean(members, weights)) > max(m.score for m in pool)


def test_no_more_members_than_asked_for() -> None:
    members, _ = select([member(2.0, seed) for seed in range(9)], SCORE, largest=2)
    assert len(members) <= 2


def test_a_member_that_adds_nothing_is_left_out() -> None:
    good, noise = member(0.2), member(60.0, 1)
    members, weights = select([noise, good], SCORE)
    assert members == (good,) and weights == (1.0,)


def test_rows_without_an_answer_do_not_count() -> None:
    def late(one):  # type: ignore[no-untyped-def]
        said = one.out_of_fold.copy()
        said[:60] = np.nan
        return replace(one, out_of_fold=said)

    members, weights = select([late(member(2.0, seed)) for seed in range(4)], SCORE)
    assert np.isfinite(SCORE(mean(members, weights)))


def test_something_is_chosen_even_if_nothing_can_be_scored() -> None:
    pool = [replace(member(2.0, seed), score=float("nan")) for seed in range(3)]
    members, weights = select(pool, lambda said: float("nan"))
    assert len(members) == 1 and weights == (1.0,)
