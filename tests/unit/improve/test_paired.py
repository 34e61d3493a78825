"""A challenger that is no better is hardly ever preferred, however often one looks."""

from __future__ import annotations

import numpy as np
import pytest

from luodi.improve.paired import SHARES, compare, interval

ALPHA = 0.05


def errors(rng: np.random.Generator, outcomes: int, better: float, differ: float = 0.1):
    """Errors (0 or 1) of two releases that differ in a share of the outcomes."""
    champion = (rng.random(outcomes) < 0.2).astype(float)
    apart = rng.random(outcomes) < differ
    # where they differ, one of them is right: the challenger a little more often
    wins = rng.random(outcomes) < 0.5 + better / (2 * differ)
    champion[apart] = wins[apart]
    challenger = np.where(apart, 1.0 - champion, champion)
    return champion, challenger


def test_equals_are_preferred_in_fewer_cases_than_alpha_though_looked_at_all_the_time() -> None:
    rng = np.random.default_rng(0)
    found = [compare(*errors(rng, 3000, 0.0), span=1.0).decided for _ in range(400)]
    assert found.count("better") <= 400 * ALPHA
    assert found.count("worse") <= 400 * ALPHA


def test_a_worse_challenger_is_never_preferred_and_found_out() -> None:
    rng = np.random.default_rng(1)
    found = [compare(*errors(rng, 3000, -0.04), span=1.0).decided for _ in range(100)]
    assert "better" not in found and found.count("worse") > 90


def test_a_better_challenger_is_preferred_the_sooner_the_more_outcomes_there_are() -> None:
    rng = np.random.default_rng(2)
    power = [
        np.mean([compare(*errors(rng, n, 0.02), span=1.0).decided == "better" for _ in range(60)])
        for n in (200, 2000, 6000)
    ]
    assert power[0] < power[1] < power[2] and power[2] > 0.9


def test_a_gain_below_the_margin_is_no_reason_to_change() -> None:
    rng = np.random.default_rng(3)
    losses = errors(rng, 20_000, 0.02)
    assert compare(*losses, span=1.0).decided == "better"
    assert compare(*losses, span=1.0, margin=0.03).decided != "better"


def test_the_decision_is_the_first_one_and_later_outcomes_do_not_take_it_back() -> None:
    champion = np.concatenate([np.ones(200), np.zeros(2000)])
    challenger = 1.0 - champion
    early, late = compare(champion[:200], challenger[:200], 1.0), compare(champion, challenger, 1.0)
    assert early.decided == late.decided == "better" and early.at == late.at


def test_the_interval_covers_the_mean_at_every_moment_together() -> None:
    rng = np.random.default_rng(4)
    missed = 0
    for _ in range(200):
        champion, challenger = errors(rng, 1500, 0.02)
        low, high = interval(champion - challenger, 1.0)
        missed += not low <= 0.02 <= high
    assert missed <= 200 * ALPHA
    assert high - low < 0.15


def test_losses_in_money_are_judged_like_losses_of_one() -> None:
    rng = np.random.default_rng(5)
    champion, challenger = errors(rng, 3000, 0.03)
    one, money = compare(champion, challenger, 1.0), compare(500 * champion, 500 * challenger, 500)
    assert money.gain == pytest.approx(500 * one.gain)
    assert money.at == one.at and money.capital == pytest.approx(one.capital)


def test_nothing_has_happened_yet_decides_nothing() -> None:
    found = compare(np.empty(0), np.empty(0), 2.0)
    assert (found.decided, found.at, found.low, found.high) == ("open", None, -2.0, 2.0)
    assert found.p == 1.0


@pytest.mark.parametrize(
    ("champion", "challenger"),
    [([0.0, 3.0], [0.0, 0.0]), ([0.0], [0.0, 0.0]), ([np.nan], [0.0])],
)
def test_losses_that_break_the_assumption_are_refused(champion, challenger) -> None:
    with pytest.raises(ValueError, match="loss"):
        compare(np.array(champion), np.array(challenger), span=2.0)


def test_no_stake_can_lose_more_than_there_is() -> None:
    assert SHARES.max() < 1.0
    ruined = compare(np.zeros(5000), np.ones(5000), span=1.0)
    assert ruined.capital <= 1.0 + 1e-9 and ruined.decided == "worse"
