"""A figure in some rows against the same figure in the rest, with intervals."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from luodi.core import metrics
from luodi.evaluate.answers import Array, Index, Mask
from luodi.evaluate.calibration import Z95
from luodi.evaluate.estimates import Estimator
from luodi.evaluate.intervals import SHARES


@dataclass(frozen=True, slots=True)
class Effect:
    """A figure inside and outside some rows.

    Attributes:
        figure: The figure inside.
        low: Lower end of its 95 % interval.
        high: Upper end.
        rest: The figure outside.
        difference: Inside against outside; negative is worse.
        difference_low: Lower end of its 95 % interval.
        difference_high: Upper end.
        p: Two-sided p-value that there is no difference.
        expected: What the release's own probabilities say the figure should be inside.
        surprise: By how much more than outside the figure falls short of that; negative is
            worse. The plain difference when there is no expectation.
        p_surprise: Two-sided p-value that there is no surprise.
    """

    figure: float
    low: float
    high: float
    rest: float
    difference: float
    difference_low: float
    difference_high: float
    p: float
    expected: float | None
    surprise: float
    p_surprise: float


def effect(figure: Estimator, mask: Mask, groups: Index | None) -> Effect | None:
    """Compare some rows with the rest.

    Args:
        figure: What to compare.
        mask: The rows.
        groups: Group of each row, when rows belong together.

    Returns:
        The effect, or None when either side has too few cases.
    """
    inside, outside = figure.seen(mask), figure.seen(~mask)
    if inside is None or outside is None:
        return None
    sign = 1.0 if metrics.higher_is_better(figure.name) else -1.0
    own = _floored(deviation(inside[1], groups), deviation(outside[1], groups), mask)
    apart = max(deviation(inside[1] - outside[1], groups), own)
    low, high = around(figure.name, inside[0], own)
    difference = sign * (inside[0] - outside[0])
    expected: float | None = None
    surprise = difference
    if figure.believed is not None:
        expected = figure.believed(mask)
        surprise = difference - sign * (expected - figure.believed(~mask))
    return Effect(
        figure=inside[0],
        low=low,
        high=high,
        rest=outside[0],
        difference=difference,
        difference_low=difference - Z95 * apart,
        difference_high=difference + Z95 * apart,
        p=_chance(difference, apart),
        expected=expected,
        surprise=surprise,
        p_surprise=_chance(surprise, apart),
    )


def around(name: str, value: float, error: float) -> tuple[float, float]:
    """The 95 % interval of a figure that cannot be negative, nor above 1 if it is a share."""
    top = 1.0 if name in SHARES else math.inf
    return max(0.0, value - Z95 * error), min(top, value + Z95 * error)


def deviation(pull: Array, groups: Index | None) -> float:
    """Standard error from each row's pull; rows of one group pull together."""
    sums = pull if groups is None else np.bincount(groups, pull)
    return float(np.sqrt(np.square(sums).sum()))


def _floored(own: float, rest: float, mask: Mask) -> float:
    """At least what so few rows of the rest would show: no certainty from rows that agree."""
    count = int(np.count_nonzero(mask))
    return max(own, rest * math.sqrt((len(mask) - count) / count))


def _chance(difference: float, error: float) -> float:
    return math.erfc(abs(difference) / error / math.sqrt(2)) if error > 0 else 1.0
