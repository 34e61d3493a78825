"""The cycle is gone through once, and ends when the time ends."""

from __future__ import annotations

import pytest

from luodi.modalities.image.learn import schedule
from luodi.modalities.image.learn.schedule import Pace, most_epochs, one_cycle


@pytest.mark.parametrize("steps", [1, 7, 1000])
def test_without_a_clock_every_step_counts_the_same(steps):
    pace = Pace(steps)
    seen = []
    while not pace.over:
        pace.step()
        seen.append(pace.progress)
    assert len(seen) == steps
    assert seen == pytest.approx([(i + 1) / steps for i in range(steps)])


@pytest.mark.parametrize(
    ("each", "done"), [(0.01, 150), (0.15, 133), (0.19, 105), (0.5, 40), (50.0, 2)]
)
def test_a_cycle_ends_when_the_time_ends_however_long_a_step_takes(each, done, monkeypatch):
    now = [0.0]
    monkeypatch.setattr(schedule.time, "perf_counter", lambda: now[0])
    pace, steps = Pace(100, seconds=20.0, most=150, began=0.0), 0
    while not pace.over:
        now[0] += each
        pace.step()
        steps += 1
    assert steps == pytest.approx(done, abs=6)


def test_the_rate_rises_then_falls_to_almost_nothing():
    rates = [one_cycle(i / 100) for i in range(101)]
    top = rates.index(max(rates))
    assert rates[: top + 1] == sorted(rates[: top + 1]) and rates[top] == 1
    assert rates[top:] == sorted(rates[top:], reverse=True) and rates[-1] < rates[0] < 0.1


def test_fewer_images_are_shown_more_often():
    shown = [most_epochs(rows) for rows in (0, 50, 5_000, 60_000, 10**6)]
    assert shown == sorted(shown, reverse=True) and shown[-1] >= 1
