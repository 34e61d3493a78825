"""Images that are the same picture: equal in every pixel, or the same one saved anew."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from luodi.modalities.image.inspect import chance
from luodi.modalities.image.inspect.hashes import close, hashes

ALIKE = 0.9
"""Correlation of thumbnails below which pictures are not called the same, whatever chance says."""
FLAT = 4.0
"""Standard deviation of a thumbnail below which it says too little to be compared."""
_BLOCK = 2**16


@dataclass(frozen=True)
class Pairs:
    """Pairs of images that are the same picture.

    Attributes:
        exact: int64 (pairs, 2), equal in every pixel: each with the first of its kind.
        near: int64 (pairs, 2), the same picture saved anew.
    """

    exact: np.ndarray
    near: np.ndarray

    @property
    def all(self) -> np.ndarray:
        """Both kinds."""
        return np.concatenate([self.exact, self.near])


def pairs(digests: pl.Series, thumbs: np.ndarray, plain: np.ndarray) -> Pairs:
    """All pairs of the same picture.

    Args:
        digests: Sixteen bytes of each image, equal where its pixels are.
        thumbs: uint8 (images, 16, 16).
        plain: Which images are blank; those are like each other for no reason.
    """
    exact, first = _exact(digests, plain)
    kept = np.flatnonzero(first & ~plain & (thumbs.std(axis=(1, 2)) >= FLAT))
    return Pairs(exact, kept[_near(thumbs[kept])])


def _exact(digests: pl.Series, plain: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Each image that is not the first of its kind, with that first one; and which are first."""
    frame = pl.DataFrame({"digest": digests}).with_row_index("row")
    first = frame.select(pl.col("row").first().over("digest"))["row"].to_numpy().astype(np.int64)
    rows = np.arange(len(first))
    repeated = np.flatnonzero((first != rows) & ~plain)
    return np.stack([first[repeated], repeated], axis=1), first == rows


def _near(thumbs: np.ndarray) -> np.ndarray:
    """Pairs of pictures that are nearer to each other than this set has them by chance."""
    if len(thumbs) < 2:
        return np.empty((0, 2), np.int64)
    found = close(hashes(thumbs))
    vectors = normalised(thumbs)
    apart = distances(vectors, found)
    alike = apart <= np.sqrt(2 - 2 * ALIKE)
    found, apart = found[alike], apart[alike]
    if not len(found):
        return found
    return found[chance.accepted(chance.expected(vectors, found, apart), len(thumbs))]


def normalised(thumbs: np.ndarray) -> np.ndarray:
    """Thumbnails as points on a sphere: neither brightness nor contrast moves them.

    The distance of two is the root of twice what their correlation lacks to one.

    Returns:
        float32 (images, pixels).
    """
    flat = thumbs.reshape(len(thumbs), -1).astype(np.float32)
    flat -= flat.mean(axis=1, keepdims=True)
    flat /= np.maximum(np.linalg.norm(flat, axis=1, keepdims=True), 1e-6)
    return flat


def distances(vectors: np.ndarray, pairs: np.ndarray) -> np.ndarray:
    """The distance of each pair, float64 (pairs,)."""
    found = np.empty(len(pairs))
    for begin in range(0, len(pairs), _BLOCK):
        some = pairs[begin : begin + _BLOCK]
        gap = vectors[some[:, 0]] - vectors[some[:, 1]]
        found[begin : begin + _BLOCK] = np.linalg.norm(gap, axis=1)
    return found
