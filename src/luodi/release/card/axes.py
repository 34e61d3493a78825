"""From values to places in a drawing: axes, their ticks, and lines with only the points seen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil, floor, hypot, isfinite, log10

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Axis:
    """One direction of a drawing.

    Attributes:
        label: What it shows, with its unit.
        low: The value at its beginning.
        high: The value at its end.
    """

    label: str
    low: float = 0.0
    high: float = 1.0

    def share(self, value: float) -> float:
        """Where a value lies, from 0 to 1; values outside stand at the edge."""
        if self.high <= self.low or not isfinite(value):
            return 0.0
        return min(1.0, max(0.0, (value - self.low) / (self.high - self.low)))

    def ticks(self, most: int = 6) -> tuple[float, ...]:
        """Round values along the axis, at most so many.

        Example:
            >>> Axis("share").ticks()
            (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
        """
        width = self.high - self.low
        if width <= 0 or not isfinite(width):
            return (self.low,)
        power = 10.0 ** floor(log10(width / (most - 1)))
        fitting = [power * step for step in (1, 2, 2.5, 5, 10, 20, 25)]
        step = next((s for s in fitting if width / s <= most - 1 + 1e-9), fitting[-1])
        first, last = ceil(self.low / step - 1e-9), floor(self.high / step + 1e-9)
        return tuple(round(i * step, 12) for i in range(first, last + 1))


def around(label: str, values: Iterable[float | None], margin: float = 0.06) -> Axis:
    """An axis that holds all finite values with some air."""
    known = [v for v in values if v is not None and isfinite(v)]
    low, high = (min(known), max(known)) if known else (0.0, 1.0)
    air = (high - low) * margin or abs(high) * margin or 1.0
    return Axis(label, low - air, high + air)


def tick_label(value: float, step: float) -> str:
    """A tick's text, with the places that its step needs."""
    if value and (abs(value) >= 1e6 or step < 1e-4):
        return f"{value:.3g}".replace("e+0", "e").replace("e-0", "e−").replace("-", "−")
    places = max(0, -floor(log10(step) + 1e-9)) if step > 0 else 0
    places += places_beyond(step, places)
    return f"{value:,.{places}f}".replace("-", "−")


def places_beyond(step: float, places: int) -> int:
    """One more place for a step such as 0.25, none for 0.2."""
    scaled = step * 10.0**places
    return int(abs(scaled - round(scaled)) > 1e-6)


def thinned(points: Sequence[Point], near: float = 0.006) -> list[Point]:
    """A line without the points that lie too near to the one before to be told apart.

    Args:
        points: Places in the unit square, along the line.
        near: The least distance that is kept.
    """
    kept: list[Point] = []
    for point in points:
        if not kept or hypot(point[0] - kept[-1][0], point[1] - kept[-1][1]) >= near:
            kept.append(point)
    if points and kept[-1] != points[-1]:
        kept.append(points[-1])
    return kept
