"""The clock keeps a part of the budget back, and says when it is over."""

from __future__ import annotations

import time

from luodi.train import Clock


def test_a_part_of_the_budget_is_kept_for_what_comes_after() -> None:
    clock = Clock(100.0)
    assert 90.0 < clock.left() <= 92.0
    assert not clock.over()
    assert Clock(1.0, began=time.monotonic() - 0.95).over()


def test_a_slice_ends_after_its_time_and_never_after_the_clock() -> None:
    stop = Clock(100.0).slice(0.02)
    assert not stop()
    time.sleep(0.03)
    assert stop()
    assert Clock(1.0, began=time.monotonic() - 2).slice(50.0)()


def test_a_clock_without_end_never_stops() -> None:
    clock = Clock(float("inf"))
    assert not clock.over() and not clock.slice(float("inf"))()
