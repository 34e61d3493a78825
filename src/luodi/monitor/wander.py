"""How far a quiet window may wander: from training's windows, and from service's own."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from luodi.core.contrast import Shape
from luodi.monitor.evidence import Evidence, Learned
from luodi.monitor.reference import Reference, Season, Wander

ENDLESS = 1e6
STEEPEST = 1.0
FEWEST_COLUMNS = 5
MEDIAN_OF_SQUARE = 0.4549
"""Median of a chi-square with one degree of freedom."""


class Beyond(NamedTuple):
    """A variance beyond chance, and how many independent windows it was learned from."""

    variance: float
    freedom: float


Spread = Callable[[str, str], Beyond]


def spreads(reference: Reference, seconds: float, rows: float, learned: Learned) -> Spread:
    """The variance beyond chance of windows of a length, by aspect and column.

    Args:
        reference: The release's.
        seconds: Length of the window.
        rows: Its rows, for training without a clock.
        learned: What quiet windows of service did.
    """

    def spread(aspect: str, column: str) -> Beyond:
        trained = _trained(reference.season, aspect, column, seconds, rows)
        own = _own(learned, aspect, column)
        freedom = trained.freedom + own.freedom
        if not freedom:
            return Beyond(0.0, ENDLESS)
        shared = trained.variance * trained.freedom + own.variance * own.freedom
        return Beyond(shared / freedom, freedom)

    return spread


def at_least(spread: Spread, evidence: Sequence[Evidence], settled: Collection[str]) -> Spread:
    """No other column than the settled ones is taken to wander less than the middle one does.

    Sensors of one plant share their memory. The median needs no past, and a single sensor that
    fails does not move it; where most columns move at once, it hides them until windows of
    service have taught better.

    Args:
        spread: What is known without it.
        evidence: What one window says of all columns.
        settled: The columns of which enough is known without it.
    """
    middle: dict[str, Beyond] = {}
    for aspect in ("shift", "shape"):
        told = [one for one in evidence if one.aspect == aspect]
        if len(told) >= FEWEST_COLUMNS:
            # a shift's square is a chi-square with one degree of freedom, a shape's gap a mean
            beyond = [
                one.difference**2 / MEDIAN_OF_SQUARE - one.variance
                if aspect == "shift"
                else one.difference
                for one in told
            ]
            middle[aspect] = Beyond(max(0.0, float(np.median(beyond))), len(told) - 1.0)

    def wider(aspect: str, column: str) -> Beyond:
        own, other = spread(aspect, column), None if column in settled else middle.get(aspect)
        return other if other is not None and other.variance > own.variance else own

    return wider


def chance_of_shift(difference: float, variance: float, beyond: Beyond) -> float:
    """Two-sided chance of a difference, by Student's t with Satterthwaite's freedom."""
    from scipy.special import stdtr

    whole = variance + beyond.variance
    if whole <= 0:
        return 1.0 if difference == 0 else 0.0
    freedom = _freedom(whole, beyond)
    return float(2 * stdtr(freedom, -abs(difference) / math.sqrt(whole)))


def chance_of_shape(shape: Shape, beyond: Beyond) -> float:
    """Chance of a distance: a multiple of a chi-square with the same mean and variance (Box 1954).

    What lies beyond chance counts as if it all went one way, which has the heaviest tail.
    """
    from scipy.special import fdtrc

    mean = float(shape.mean) + beyond.variance
    spread = float(shape.variance) + 2 * beyond.variance**2
    if mean <= 0:
        return 1.0
    cells = 2 * mean * mean / spread if spread > 0 else ENDLESS
    return float(fdtrc(cells, _freedom(mean, beyond), float(shape.distance) / mean))


def _freedom(whole: float, beyond: Beyond) -> float:
    if beyond.variance <= 0:
        return ENDLESS
    return min(ENDLESS, beyond.freedom * (whole / beyond.variance) ** 2)


def _trained(
    season: Season | None, aspect: str, column: str, seconds: float, rows: float
) -> Beyond:
    """Training's windows of about this length; between two, on a line of logarithms."""
    if season is None or not season.wander or aspect not in ("shift", "shape", "missing"):
        return Beyond(0.0, 0.0)
    told = [w for w in season.wander if column in w.columns]
    if not told:
        return Beyond(0.0, 0.0)
    lengths = np.log([w.rows if w.seconds is None else w.seconds for w in told])[::-1]
    wanted = math.log(max(1e-9, rows if told[0].seconds is None else seconds))
    held = np.array([_of(w, column, aspect) for w in told])[::-1]
    freedoms = np.array([_of(w, column, "freedom") for w in told])[::-1]
    freedom = float(np.interp(wanted, lengths, freedoms))
    return Beyond(float(np.exp(_between(wanted, lengths, np.log(held + 1e-12)))), freedom)


def _between(wanted: float, lengths: np.ndarray, values: np.ndarray) -> float:
    """Between known lengths on a line; shorter ones follow the first slope, longer ones stay."""
    if wanted >= lengths[0] or len(lengths) < 2:
        return float(np.interp(wanted, lengths, values))
    slope = (values[1] - values[0]) / (lengths[1] - lengths[0])
    return float(values[0] + min(0.0, max(-STEEPEST, slope)) * (wanted - lengths[0]))


def _of(wander: Wander, column: str, what: str) -> float:
    told: Mapping[str, float] = wander.columns[column]
    return float(told[what])


def _own(learned: Learned, aspect: str, column: str) -> Beyond:
    """What quiet windows did: around their own mean, so that a constant distance is no excuse."""
    differences = np.asarray(learned.differences.get((aspect, column), ()), float)
    if len(differences) < 3:
        return Beyond(0.0, 0.0)
    freedom = float(len(differences) - 1)
    if aspect == "shape":
        return Beyond(max(0.0, float(differences.mean())), freedom)
    chance = float(np.mean(learned.variances[aspect, column]))
    return Beyond(max(0.0, float(differences.var(ddof=1)) - chance), freedom)
