"""Ratios of times, measured in turns, so that a busy machine slows all of them alike."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

Call = Callable[[], object]


def in_turns(calls: Mapping[str, Call], times: int, rounds: int) -> dict[str, list[float]]:
    """Seconds a call, by name, one number a round; in each round all take their turn.

    Args:
        calls: What to time.
        times: How often each is called in one turn; the turn's mean is kept.
        rounds: How many rounds.
    """
    took: dict[str, list[float]] = {name: [] for name in calls}
    for call in calls.values():
        call()
    for _ in range(rounds):
        for name, call in calls.items():
            began = time.perf_counter()
            for _ in range(times):
                call()
            took[name].append((time.perf_counter() - began) / times)
    return took


def median(values: list[float]) -> float:
    """The middle value."""
    ordered = sorted(values)
    return ordered[len(ordered) // 2]


def ratios(took: Mapping[str, list[float]], one: str, other: str) -> list[float]:
    """Round by round, how many times as long ``one`` took as ``other``."""
    return [a / b for a, b in zip(took[one], took[other], strict=True)]
