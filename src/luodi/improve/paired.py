"""Whether a challenger is better than the champion on the same outcomes, judged while they arrive.

A test that is looked at again and again until it says yes will say yes in the end. This one may
be looked at after every outcome. It is a bet against "the challenger is no better": of a capital
of 1, a share is staked on each outcome's gain. If the challenger is no better, the expected
capital never grows, so the chance that it ever reaches 1 / alpha is at most alpha (Ville 1939).
Several shares are staked side by side and their capitals averaged, which keeps that property and
needs no guess of how large the gain is (Waudby-Smith and Ramdas 2024, "Estimating means of
bounded random variables by betting", J. R. Stat. Soc. B 86).

What must hold: given the past, no outcome's expected gain is above the margin. Outcomes need not
be independent, nor drawn from one distribution. Gains are bounded by the span; a loss without a
bound must be cut at it, for both releases alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Decision = Literal["better", "worse", "open"]

SHARES = np.geomspace(0.005, 0.9, 24)
"""Shares of the capital that are staked side by side; small ones find small gains."""
ALPHA = 0.05
_CHUNK = 20_000


@dataclass(frozen=True)
class Evidence:
    """What the outcomes so far say.

    Attributes:
        outcomes: How many were looked at.
        gain: Mean gain of the challenger an outcome, in the unit of the losses.
        low: Lower end of an interval for the mean gain that holds at every moment together.
        high: Its upper end.
        capital: What the bet on "better" is worth at its best moment; 1 / alpha decides.
        against: The same for the bet on "worse".
        decided: ``better`` or ``worse`` once a bet has reached 1 / alpha, whichever came first.
        at: Number of the outcome that decided it, from 1; None while it is open.
    """

    outcomes: int
    gain: float
    low: float
    high: float
    capital: float
    against: float
    decided: Decision
    at: int | None

    @property
    def p(self) -> float:
        """An upper bound of the p-value of "no better", valid at every moment."""
        return min(1.0, 1.0 / self.capital)


def compare(
    champion: Array, challenger: Array, span: float, *, alpha: float = ALPHA, margin: float = 0.0
) -> Evidence:
    """Compare two releases by their losses on the same outcomes.

    Args:
        champion: Loss of the champion at each outcome, in the order in which the outcomes came
            to be known, shape (outcomes,).
        challenger: Loss of the challenger at the same outcomes.
        span: The most that two losses of one outcome can differ.
        alpha: The chance of saying "better" of a challenger that is not, over the whole life of
            this comparison. "Worse" has the same chance of its own.
        margin: The mean gain that a change must exceed to be worth it, in the unit of the losses.

    Returns:
        The evidence.

    Raises:
        ValueError: the losses differ in number, are not finite, or differ by more than the span.

    Example:
        >>> champion, challenger = np.tile([1.0, 0.0], 100), np.zeros(200)
        >>> compare(champion, challenger, span=1.0).decided
        'better'
    """
    gain = np.asarray(champion, np.float64) - np.asarray(challenger, np.float64)
    if champion.shape != challenger.shape or not np.isfinite(gain).all():
        raise ValueError("the losses must be finite and of the same number")
    if len(gain) and float(np.abs(gain).max()) > span * (1 + 1e-9):
        raise ValueError("two losses of one outcome differ by more than the span")
    moved = np.clip((gain - margin) / (span + abs(margin)), -1.0, 1.0)
    better, better_at = _bet(moved, alpha)
    # less than the margin is not worse, only not worth a change
    worse, worse_at = _bet(np.clip(-gain / span, -1.0, 1.0), alpha)
    low, high = interval(gain, span, alpha)
    decided, at = _first(better_at, worse_at)
    mean = float(gain.mean()) if len(gain) else 0.0
    return Evidence(len(gain), mean, low, high, better, worse, decided, at)


def _first(better: int | None, worse: int | None) -> tuple[Decision, int | None]:
    if better is not None and (worse is None or better <= worse):
        return "better", better
    return ("worse", worse) if worse is not None else ("open", None)


def _bet(gain: Array, alpha: float) -> tuple[float, int | None]:
    """The best moment of the averaged capital, and the first at which it reaches 1 / alpha.

    Args:
        gain: Gains from -1 to 1, shape (outcomes,).
        alpha: The chance of an error.
    """
    logs = np.zeros(len(SHARES))
    best, at, seen = 0.0, None, 0
    wanted = -float(np.log(alpha))
    for start in range(0, len(gain), _CHUNK):
        part = gain[start : start + _CHUNK]
        path = logs + np.log1p(part[:, None] * SHARES).cumsum(axis=0)
        mean = np.logaddexp.reduce(path, axis=1) - np.log(len(SHARES))
        best = max(best, float(mean.max()))
        reached = np.flatnonzero(mean >= wanted)
        if at is None and len(reached):
            at = seen + int(reached[0]) + 1
        logs, seen = path[-1], seen + len(part)
    return float(np.exp(min(best, 700.0))), at


def interval(gain: Array, span: float, alpha: float = ALPHA) -> tuple[float, float]:
    """An interval for the mean gain that holds at every moment together.

    The predictable plug-in empirical Bernstein confidence sequence (Waudby-Smith and Ramdas 2024,
    theorem 2), with the tightest ends so far.

    Args:
        gain: Gains from -span to span, shape (outcomes,).
        span: The most that a gain can be.
        alpha: The chance that it ever misses the mean, where the mean does not change.

    Returns:
        Low and high; from -span to span without outcomes.
    """
    if not len(gain):
        return -span, span
    x = (gain / span + 1) / 2
    count = np.arange(1, len(x) + 1)
    mean = (0.5 + x.cumsum()) / (count + 1)
    spread = (0.25 + ((x - mean) ** 2).cumsum()) / (count + 1)
    before, spread_before = np.append(0.5, mean[:-1]), np.append(0.25, spread[:-1])
    share = np.sqrt(2 * np.log(2 / alpha) / (spread_before * count * np.log(1 + count)))
    share = np.minimum(share, 0.5)
    width = 4 * (x - before) ** 2 * (-np.log1p(-share) - share) / 4
    total = share.cumsum()
    centre = (share * x).cumsum() / total
    reach = (np.log(2 / alpha) + width.cumsum()) / total
    low, high = float((centre - reach).max()), float((centre + reach).min())
    return max(-span, (2 * low - 1) * span), min(span, (2 * high - 1) * span)
