"""Perceptual hashes of thumbnails, and pairs of images whose hashes are close."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

CLOSE_AT_LEAST, CLOSE_AT_MOST = 4, 10
"""Bits of 63 in which hashes of the same picture may differ; by chance it is about half."""
CHANCE_PAIRS = 20
"""Pairs an image may have by chance alone; where images look alike, fewer bits may differ."""
_LOW = 8
_BLOCK = 4096
_RANDOM_PAIRS = 2**20
_TURN = 8
NEXT = 100
"""How many of the next ones each is compared with."""


def hashes(thumbs: np.ndarray) -> np.ndarray:
    """A hash of the slow waves of each picture (Zauner 2010, "Implementation and benchmarking of
    perceptual image hash functions", section 3.2.1).

    Args:
        thumbs: uint8 (images, side, side).

    Returns:
        uint64 (images,): a bit for each of 63 waves, set where it is above the median.
    """
    side = thumbs.shape[1]
    waves = np.cos(np.pi * np.outer(np.arange(_LOW), np.arange(side) + 0.5) / side)
    found = np.empty(len(thumbs), np.uint64)
    powers = np.uint64(1) << np.arange(_LOW * _LOW - 1, dtype=np.uint64)
    for begin in range(0, len(thumbs), _BLOCK):
        some = thumbs[begin : begin + _BLOCK].astype(np.float64)
        slow = (waves @ some @ waves.T).reshape(len(some), -1)[:, 1:]  # without the mean
        bits = slow > np.median(slow, axis=1, keepdims=True)
        found[begin : begin + _BLOCK] = (bits * powers).sum(axis=1, dtype=np.uint64)
    return found


def close(found: np.ndarray) -> np.ndarray:
    """Pairs of images whose hashes differ in few bits.

    Hashes are sorted several times, each time by another of their bits first, and each is compared
    with the next ones that begin alike (Charikar, STOC 2002, "Similarity estimation techniques
    from rounding algorithms", section 3). So the work grows as the images do, also where all of
    them look alike; a pair is missed where many others come between in every order.

    Args:
        found: uint64 (images,).

    Returns:
        int64 (pairs, 2), the lower number first, each pair once.
    """
    same = np.uint64(np.clip(np.log2(max(len(found), 2)) - 4, 4, 14))
    bits = _close_bits(found)
    pairs = [np.empty((0, 2), np.int64)]
    for turn in range(0, 64, _TURN):
        turned = (found << np.uint64(turn)) | (found >> np.uint64((64 - turn) % 64))
        pairs += _in_order(turned, np.uint64(64) - same, bits)
    together = np.concatenate(pairs)
    together.sort(axis=1)
    keys = np.unique(together[:, 0] * len(found) + together[:, 1])
    return np.stack([keys // len(found), keys % len(found)], axis=1) if len(keys) else together


def _in_order(found: np.ndarray, below: np.uint64, bits: int) -> Iterator[np.ndarray]:
    """Close pairs of which one stands soon after the other, and begins as it does."""
    order = np.argsort(found, kind="stable")
    ordered = found[order]
    begins = ordered >> below
    for step in range(1, min(NEXT, len(found) - 1) + 1):
        near = np.bitwise_count(ordered[step:] ^ ordered[:-step]) <= bits
        first = np.flatnonzero(near & (begins[step:] == begins[:-step]))
        if len(first):
            yield np.stack([order[first], order[first + step]], axis=1)


def _close_bits(found: np.ndarray) -> int:
    """In how many bits hashes may differ, by what random pairs of this set differ in."""
    some = np.random.default_rng(0).integers(0, len(found), (2, _RANDOM_PAIRS))
    some = some[:, some[0] != some[1]]
    differ = np.bincount(np.bitwise_count(found[some[0]] ^ found[some[1]]), minlength=65)
    share = np.cumsum(differ) / max(some.shape[1], 1)
    allowed = np.searchsorted(share, 2 * CHANCE_PAIRS / len(found), "right") - 1
    return int(np.clip(allowed, CLOSE_AT_LEAST, CLOSE_AT_MOST))
