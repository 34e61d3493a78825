"""Which blocks of training a window is nearest to, all columns together; what is beyond chance.

A season is a state of all columns at once. So the blocks are chosen by all of them, and a single
sensor that moves stands out, even where its values would suit another season.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from luodi.core import contrast

NEAREST = 4
RARE = 0.01
LEAST_FREEDOM = 3.0

Floats = NDArray[np.float64]


def folded(window: Floats, base: Floats, whole: Floats) -> tuple[Floats, Floats, Floats]:
    """The same counts with cells below one case in a hundred put together, as the last cell."""
    rare = whole < RARE * whole.sum()
    if rare.sum() < 2:
        return window, base, whole
    window, base, whole = (
        np.concatenate([part[..., ~rare], part[..., rare].sum(axis=-1, keepdims=True)], axis=-1)
        for part in (window, base, whole)
    )
    return window, base, whole


def nearest(
    windows: Sequence[Floats], blocks: Sequence[Floats], allowed: NDArray[np.bool_]
) -> Floats:
    """Which blocks are nearest to each window, all columns together.

    Args:
        windows: For each column, counts of shape (windows, cells).
        blocks: For each column, counts of shape (blocks, cells).
        allowed: Shape (windows, blocks).

    Returns:
        1 for those that count, else 0, shape (windows, blocks).
    """
    distance = np.zeros(allowed.shape)
    for window, block in zip(windows, blocks, strict=True):
        # the logarithm keeps one column that is far off from choosing for all others
        distance += np.log1p(_standardised(window, block))
    distance[~allowed] = np.inf
    last = min(NEAREST, int(allowed.sum(axis=1).min())) - 1
    limit = np.sort(distance, axis=1)[:, last]
    return (distance <= limit[:, None]).astype(float)


def _standardised(window: Floats, blocks: Floats) -> Floats:
    """Distances in units of what chance gives them, shape (windows, blocks)."""
    here, base, whole = folded(window, blocks, blocks.sum(axis=0))
    shape = contrast.shape(here[:, None, :], base[None, :, :], whole)
    return np.asarray(shape.distance / np.maximum(shape.mean, 1e-12))


def excess(beyond: Floats) -> float:
    """A mean that cannot be below zero, with one standard error added for what is not known."""
    error = float(beyond.std()) / float(max(1, len(beyond))) ** 0.5
    return float(max(0.0, float(beyond.mean())) + error)


def freedom(differences: Floats) -> float:
    """How many independent windows a row of them is worth (Bayley and Hammersley 1946).

    ``n * (1 - r) / (1 + r)`` with r the correlation of neighbours.
    """
    centred = differences - differences.mean()
    total = float(centred @ centred)
    r = float(centred[1:] @ centred[:-1]) / total if total > 0 else 0.0
    r = min(max(r, 0.0), 1.0)
    return float(max(LEAST_FREEDOM, len(differences) * (1 - r) / (1 + r)))
