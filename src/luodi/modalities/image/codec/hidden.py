"""An image with one field after the other covered: what the answer hangs on (occlusion)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

GRID = 8
"""Fields down and across."""
WIDE = 1.5
"""A cover is so many times as wide as a field, so that what lies on an edge is covered once."""
MOST_PIXELS = 2**23
"""Pixels of the copies that are made at a time."""


def covered(image: np.ndarray, grid: int = GRID) -> Iterator[np.ndarray]:
    """Copies of an image, in each of which one field is as plain as the mean of the image.

    (Zeiler and Fergus 2014, section 4.2.)

    Args:
        image: uint8 (height, width, channels).
        grid: Fields down and across.

    Returns:
        An iterator of uint8 (some, height, width, channels), grid * grid in all, line by line.
    """
    height, width = image.shape[:2]
    plain = np.round(image.mean(axis=(0, 1))).astype(np.uint8)
    spans = [
        (_span(down, grid, height), _span(across, grid, width))
        for down in range(grid)
        for across in range(grid)
    ]
    step = max(1, MOST_PIXELS // (height * width))
    for start in range(0, len(spans), step):
        copies = np.repeat(image[None], len(spans[start : start + step]), axis=0)
        for copy, (rows, columns) in zip(copies, spans[start : start + step], strict=True):
            copy[rows, columns] = plain
        yield copies


def _span(number: int, grid: int, side: int) -> slice:
    centre, half = (number + 0.5) * side / grid, WIDE * side / grid / 2
    first = max(0, round(centre - half))
    return slice(first, max(first + 1, min(side, round(centre + half))))
