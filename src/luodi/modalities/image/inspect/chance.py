"""How near images of a set come to each other by chance, so that nearness can be judged."""

from __future__ import annotations

import numpy as np

SAMPLE = 2048
NEIGHBOURS = 20
SKIPPED = 4
"""The nearest neighbours that do not count for the dimension: they may be copies themselves."""
FALSE_AT_MOST = 0.05
SAMPLE_AT_LEAST = 3 * NEIGHBOURS
_BLOCK = 4096


def expected(vectors: np.ndarray, pairs: np.ndarray, apart: np.ndarray) -> np.ndarray:
    """How many images a set of that density has nearer than each pair is, by chance.

    Around an image the number of others grows with the distance to the power of the set's
    dimension, which its own neighbours show (Levina and Bickel, NIPS 2004, "Maximum likelihood
    estimation of intrinsic dimension"). A copy is where there should be none so near.

    Args:
        vectors: float32 (images, numbers), images as points.
        pairs: int64 (pairs, 2).
        apart: float (pairs,), the distance of each pair.

    Returns:
        float (pairs,), the larger of what the two images expect.
    """
    around = np.unique(pairs)
    chosen = np.random.default_rng(0).permutation(len(vectors))[:SAMPLE]
    if len(chosen) < SAMPLE_AT_LEAST:
        return np.where(apart < _NO_CHANCE, 0.0, np.inf)
    radius, dimension = _density(vectors, around, chosen)
    usual = _density(vectors, chosen, chosen)[1]
    dimension = np.minimum(dimension, np.median(usual))
    share = len(vectors) / len(chosen)
    places = np.searchsorted(around, pairs)
    nearer = (apart[:, None] / np.maximum(radius[places], 1e-9)) ** dimension[places]
    found: np.ndarray = (NEIGHBOURS * share * nearer).max(axis=1)
    return found


_NO_CHANCE = 0.05


def accepted(expectations: np.ndarray, images: int) -> np.ndarray:
    """Which pairs are nearer than chance, so that of those few are wrong (Benjamini and Hochberg,
    JRSS B 1995, "Controlling the false discovery rate").

    Args:
        expectations: float (pairs,), as ``expected`` gives them.
        images: How many images were compared.

    Returns:
        bool (pairs,).
    """
    order = np.argsort(expectations)
    allowed = FALSE_AT_MOST * np.arange(1, len(order) + 1) / max(images, 1)
    below = np.flatnonzero(expectations[order] <= allowed)
    found = np.zeros(len(order), bool)
    found[order[: below[-1] + 1 if len(below) else 0]] = True
    return found


def _density(
    vectors: np.ndarray, around: np.ndarray, chosen: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Of each image, the distance of a far neighbour in a sample, and the dimension around it."""
    radius, dimension = np.empty(len(around)), np.empty(len(around))
    sample = vectors[chosen]
    for begin in range(0, len(around), _BLOCK):
        rows = slice(begin, begin + _BLOCK)
        some = vectors[around[rows]]
        squares = (some**2).sum(1)[:, None] + (sample**2).sum(1) - 2 * some @ sample.T
        squares[around[rows][:, None] == chosen] = np.inf  # an image is no neighbour of its own
        near = np.sort(np.partition(squares, NEIGHBOURS, axis=1)[:, :NEIGHBOURS], axis=1)
        logs = np.log(np.maximum(near, 1e-12)) / 2
        # the nearest are cut off, and count as if they lay where the first that counts lies
        logs[:, :SKIPPED] = logs[:, SKIPPED : SKIPPED + 1]
        radius[rows] = np.exp(logs[:, -1])
        dimension[rows] = (NEIGHBOURS - 1) / np.maximum((logs[:, -1:] - logs[:, :-1]).sum(1), 1e-9)
    return radius, dimension
