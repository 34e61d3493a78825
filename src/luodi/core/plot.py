"""Small plots of text: bars in one line, and dots of Braille in several."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite

BARS = "▁▂▃▄▅▆▇█"
BLANK = 0x2800
DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
"""The bit of each dot of a Braille cell, rows from the top, two a row."""


def bars(values: Sequence[float], cells: int) -> str:
    """A line of bars, one a cell: the last value of those that share it; blank for no number.

    Example:
        >>> bars([0, 1, 2, 7], 8), bars([0, 1, 2, 3, 4, 5, 6, 7], 4)
        ('▁▂▃█', '▂▄▆█')
    """
    low, high = _ends(values)
    shares = [_share(value, low, high) for value in gathered(values, cells)]
    return "".join(" " if s is None else BARS[round(s * (len(BARS) - 1))] for s in shares)


def braille(values: Sequence[float], cells: int, rows: int) -> list[str]:
    """A curve of dots, two across and four up in each cell; its values fill the width.

    Args:
        values: The curve, evenly spaced; what is no number leaves a gap.
        cells: Width.
        rows: Height.

    Returns:
        The rows, from the top.

    Example:
        >>> braille([0, 1, 2, 3], 2, 1)
        ['⡠⠊']
    """
    low, high = _ends(values)
    grid = [[BLANK] * cells for _ in range(rows)]
    across, up = 2 * cells, 4 * rows
    for place in range(across):
        at = place * (len(values) - 1) / max(across - 1, 1)
        share = _share(_between(values, at), low, high)
        if share is not None:
            height = up - 1 - round(share * (up - 1))
            grid[height // 4][place // 2] |= DOTS[height % 4][place % 2]
    return ["".join(map(chr, row)) for row in grid]


def gathered(values: Sequence[float], most: int) -> Sequence[float]:
    """At most so many of some values, the last of each even share of them."""
    if len(values) <= most:
        return values
    return [values[(place + 1) * len(values) // most - 1] for place in range(most)]


def _between(values: Sequence[float], at: float) -> float:
    """The value at a place between two, on the straight line."""
    left = int(at)
    if left + 1 >= len(values):
        return values[-1] if values else float("nan")
    return values[left] + (values[left + 1] - values[left]) * (at - left)


def _ends(values: Sequence[float]) -> tuple[float, float]:
    known = [value for value in values if isfinite(value)]
    return (min(known), max(known)) if known else (0.0, 1.0)


def _share(value: float, low: float, high: float) -> float | None:
    """Where a value lies between two others, half way where they are the same."""
    if not isfinite(value):
        return None
    return (value - low) / (high - low) if high > low else 0.5
