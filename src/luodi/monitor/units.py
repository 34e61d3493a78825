"""Whether a column that moved was only written in another unit."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from luodi.core import contrast
from luodi.core.moments import Moments
from luodi.core.sketch import Numbers

CLEARLY = 3.0
"""Deviations that a column must be off by before another unit is thought of."""
BETTER = 30.0
"""How many times nearer a conversion must bring it. A shift for another reason lands as near to one
of three places (the two temperatures and the sign leave the spread as it is) once in ten times."""
SAME_SPREAD = 0.2
"""What the logarithm of the spread may be off by: a plain shift leaves the spread as it was, so it
is not what any factor but 1 would make of it."""
LARGE_FACTOR, WIDEST, NARROWEST = 10.0, 1.6, 0.1
"""A window spreads less than all of training where values wander slowly. That is no hindrance to
another temperature, nor to factors so large that a plain shift would spread less still."""
MOST_MOVED = 0.5
"""In another unit most values lie elsewhere; a few spikes are something else."""


class Conversion(NamedTuple):
    """A usual mix-up: what is written = factor x what was meant + offset."""

    name: str
    factor: float
    offset: float = 0.0


_PAIRS = (
    Conversion("x 1000", 1000.0),
    Conversion("x 1000000", 1e6),
    Conversion("x 100", 100.0),
    Conversion("x 10", 10.0),
    Conversion("x 60", 60.0),
    Conversion("x 3600", 3600.0),
    Conversion("°C -> K", 1.0, 273.15),
    Conversion("°C -> °F", 1.8, 32.0),
    Conversion("K -> °F", 1.8, -459.67),
    Conversion("inch -> mm (x 25.4)", 25.4),
    Conversion("m -> ft (x 3.281)", 3.28084),
    Conversion("m/s -> km/h (x 3.6)", 3.6),
    Conversion("mile -> km (x 1.609)", 1.609344),
    Conversion("kg -> lb (x 2.205)", 2.20462),
    Conversion("bar -> psi (x 14.5)", 14.5038),
    Conversion("psi -> kPa (x 6.895)", 6.89476),
    Conversion("rpm -> rad/s (x 0.1047)", math.pi / 30),
    Conversion("rad -> degrees (x 57.3)", 180 / math.pi),
    Conversion("hp -> kW (x 0.7457)", 0.7457),
    Conversion("the sign", -1.0),
)


def _both_ways() -> Iterator[Conversion]:
    for one in _PAIRS:
        yield one
        if one.factor != -1.0:
            yield Conversion(_turned(one.name), 1 / one.factor, -one.offset / one.factor)


def _turned(name: str) -> str:
    if name.startswith("x "):
        return f"/ {name[2:]}"
    if "->" not in name:
        return name
    left, _, right = name.partition(" (x ")
    given, meant = left.split(" -> ")
    return f"{meant} -> {given}" + (f" (/ {right}" if right else "")


CONVERSIONS = tuple(_both_ways())


def conversion(window: Numbers, reference: Numbers) -> Conversion | None:
    """The conversion after which a window looks like training again.

    A window that is not clearly off has none. Of those that fit, the one that leaves mean and
    spread nearest to training's, if it explains the window many times better than no conversion
    does; so a sensor that merely shifts has none, but where it lands on the spot by accident.

    Example:
        >>> trained = Numbers((50, 50), 0, 0, 0, near=Moments(100, 20.0, 2500.0))
        >>> kelvin = Numbers((0, 0), 0, 100, 0, 100, away=Moments(100, 293.15, 2500.0))
        >>> conversion(kelvin, trained).name
        '°C -> K'
    """
    here, there = window.typical, reference.typical
    if here.rows < 2 or not here.spread or not there.spread:
        return None
    as_is = _misfit(here, there, Conversion("", 1.0))
    if as_is < CLEARLY or _moved(window, reference) < MOST_MOVED:
        return None
    fitting = [one for one in CONVERSIONS if _fits(here, there, one)]
    best = min(fitting, key=lambda one: _misfit(here, there, one), default=None)
    return None if best is None or _misfit(here, there, best) * BETTER > as_is else best


def _fits(window: Moments, reference: Moments, one: Conversion) -> bool:
    """Whether a conversion explains the spread; a factor must have changed it too."""
    factor = abs(one.factor)
    ratio = window.spread / factor / reference.spread
    if factor == 1.0:
        return NARROWEST <= ratio <= WIDEST
    if factor >= LARGE_FACTOR and ratio < 1:
        return ratio >= max(NARROWEST, 2 / factor)
    return abs(math.log(ratio)) <= SAME_SPREAD


def _moved(window: Numbers, reference: Numbers) -> float:
    """The share of values that lie elsewhere, what is outside the range included."""
    here, there = (
        np.array([part.below, *part.counts, part.above], float) for part in (window, reference)
    )
    return float(contrast.moved(here, there))


def _misfit(window: Moments, reference: Moments, one: Conversion) -> float:
    """How far mean and spread are off after undoing a conversion, in deviations of training."""
    mean = (window.mean - one.offset) / one.factor
    ratio = window.spread / abs(one.factor) / reference.spread
    return abs(mean - reference.mean) / reference.spread + abs(math.log(ratio))
