"""The budget as a clock that fits can ask."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass
class Clock:
    """A deadline on the wall clock.

    Attributes:
        budget_s: The whole budget, seconds.
        reserve: Share of it that is kept for what comes after the search.
        busy_s: Seconds spent inside learners so far.
    """

    budget_s: float
    reserve: float = 0.08
    busy_s: float = 0.0
    began: float = field(default_factory=time.monotonic)

    def spent(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self.began

    def left(self) -> float:
        """Seconds left for the search."""
        return self.budget_s * (1 - self.reserve) - self.spent()

    def over(self) -> bool:
        """Whether the search has to end."""
        return self.left() <= 0

    def slice(self, seconds: float) -> Callable[[], bool]:
        """A stop that comes true after some seconds from now, or when the clock is over."""
        end = time.monotonic() + min(seconds, max(self.left(), 0.0))
        return lambda: time.monotonic() >= end
