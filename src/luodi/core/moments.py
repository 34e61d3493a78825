"""Mean and spread of values, which merge and never hold a single one."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

LARGEST = 1e140
"""Its square, of many rows, is still a number."""
FEWEST_OF_MEAN = 5
ALIKE = 1e-9


class Moments(NamedTuple):
    """Mean and spread of some values.

    Attributes:
        rows: How many values.
        mean: Their mean; 0 without.
        squares: Sum of squared distances from it.
    """

    rows: int = 0
    mean: float = 0.0
    squares: float = 0.0

    @property
    def spread(self) -> float:
        """Standard deviation."""
        return float((self.squares / self.rows) ** 0.5) if self.rows else 0.0

    @property
    def tells_on_none(self) -> bool:
        """Whether they are of so many values that they are no record of any."""
        return self.rows >= FEWEST_OF_MEAN and self.spread > ALIKE * abs(self.mean)


NOTHING = Moments()


def moments(values: NDArray[np.float64]) -> Moments:
    """Mean and spread of values; those too large to be squared count as the largest that can."""
    if not len(values):
        return NOTHING
    held = np.clip(values, -LARGEST, LARGEST)
    mean = float(held.mean())
    away = held - mean
    return Moments(len(held), mean, float(np.square(away, out=away).sum()))


def together(one: Moments, two: Moments) -> Moments:
    """Mean and spread of the values of both.

    As in Chan, Golub and LeVeque, "Updating formulae and a pairwise algorithm for computing
    sample variances", 1979.
    """
    n, m = one.rows, two.rows
    if not n or not m:
        return one if n else two
    apart = two.mean - one.mean
    mean = (one.mean * n + two.mean * m) / (n + m)
    return Moments(n + m, mean, one.squares + two.squares + apart * apart * n * m / (n + m))
