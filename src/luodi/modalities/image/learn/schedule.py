"""How many epochs, how large a batch, how fast to learn: what follows from rows and time."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field

MOST_IMAGES = 2_400_000
"""Images shown in all, about; more gained nothing on sets of any size that were tried."""
FEWEST_EPOCHS, MOST_EPOCHS = 12, 150
WARM_UP = 0.2
"""Share of the cycle in which the learning rate rises."""
FIRST_RATE, LAST_RATE = 0.05, 0.002
SLOWER, FASTER = 0.95, 1.15
"""A plan follows the clock when the time left is enough for less or for more of it than that."""
GROWING = 0.6
"""A plan is made longer only before this share of the cycle: later the rate falls steeply."""


def most_epochs(rows: int) -> int:
    """Epochs beyond which more gain nothing."""
    return min(MOST_EPOCHS, max(FEWEST_EPOCHS, MOST_IMAGES // max(rows, 1)))


def batch_size(rows: int) -> int:
    """Images a step, a power of two from 16 to 128: at best some forty steps an epoch.

    Example:
        >>> batch_size(400), batch_size(4_000), batch_size(60_000)
        (16, 128, 128)
    """
    return 2 ** min(7, max(4, round(math.log2(max(rows, 1) / 40))))


def one_cycle(progress: float) -> float:
    """The learning rate as a share of the highest (one cycle, Smith 2018).

    Args:
        progress: How much of the training is done, 0 to 1.
    """
    if progress < WARM_UP:
        return FIRST_RATE + (1 - FIRST_RATE) * progress / WARM_UP
    falling = min(1.0, (progress - WARM_UP) / (1 - WARM_UP))
    return LAST_RATE + (1 - LAST_RATE) * (1 + math.cos(math.pi * falling)) / 2


@dataclass
class Pace:
    """How far a training is, and how much each step brings it on; it ends when the time ends.

    With endless ``seconds`` no clock decides anything, and every step counts the same.

    Attributes:
        steps: Steps in all, as planned.
        seconds: Time for all of them.
        most: Steps beyond which more gain nothing.
        done: Steps done.
        progress: How much of the cycle is done, 0 to 1.
        spent: Seconds before this process took over.
    """

    steps: int
    seconds: float = math.inf
    most: int = 0
    done: int = 0
    progress: float = 0.0
    spent: float = 0.0
    began: float = field(default_factory=time.perf_counter)
    _first: tuple[int, float] | None = None

    def elapsed(self) -> float:
        """Seconds since the training began."""
        return self.spent + time.perf_counter() - self.began

    @property
    def over(self) -> bool:
        """Whether the cycle is done."""
        return self.progress >= 1 - 1e-9

    def step(self) -> None:
        """One step is done; the steps left share what is left of the cycle."""
        self.done += 1
        left = max(self.steps - self.done, 0) + 1
        if self.seconds < math.inf:
            left = self._affordable(left)
            self.steps = self.done - 1 + left
        self.progress += (1 - self.progress) / left

    def _affordable(self, left: int) -> int:
        """The steps left, fewer or more of them if the time left says so."""
        now = self.elapsed()
        if self._first is None:
            self._first = self.done - 1, now
            return left
        done, began = self._first
        each = (now - began) / max(self.done - 1 - done, 1)
        possible = (self.seconds - now) / max(each, 1e-9)
        if possible > FASTER * left and self.progress < GROWING:
            return max(left, min(int(possible), self.most - self.done + 1))
        return left if possible >= SLOWER * left else max(1, int(possible))
