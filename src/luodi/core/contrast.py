"""How far counts lie from other counts: effect, sampling error, and what lies beyond chance.

All functions take many windows at once: counts of shape (windows, bins). Training uses them to
learn how far its own windows wander, service to judge a window; so both measure alike.
"""

from __future__ import annotations

from statistics import NormalDist
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
SMALL = 0.5
FARTHEST = 1e-9


class Shift(NamedTuple):
    """A difference with the variance that chance alone would give it, one entry a window."""

    difference: Floats
    variance: Floats


class Shape(NamedTuple):
    """A squared distance with mean and variance that chance alone would give it."""

    distance: Floats
    mean: Floats
    variance: Floats


def shares(counts: Floats) -> Floats:
    """Counts as shares that are never 0: half a case is added to every bin (Jeffreys 1946)."""
    added = np.asarray(counts, float) + SMALL
    return np.asarray(added / added.sum(axis=-1, keepdims=True))


def ranks(whole: Floats) -> Floats:
    """Of each bin, the share of the reference below it and half its own (ridits, Bross 1958)."""
    share = np.asarray(whole, float) / max(1.0, float(np.sum(whole)))
    return np.asarray(np.cumsum(share) - share / 2)


def shift(window: Floats, base: Floats, whole: Floats) -> Shift:
    """How much higher values rank in a window than in a base.

    The difference of mean ridits, which is the Mann-Whitney probability (a value of the window
    is above one of the base) minus a half when the base is the whole reference. It needs no
    unit, and no single value can carry it.

    Args:
        window: Counts, shape (windows, bins).
        base: Counts to compare with, shape (windows, bins) or (bins,).
        whole: Counts of the whole reference, shape (bins,), whose ranks are used.
    """
    rank = ranks(whole)
    n, m = _rows(window), _rows(base)
    expected = shares(base)
    centre = expected @ rank
    variance = np.maximum(expected @ (rank * rank) - centre * centre, 0.0)
    difference = (np.asarray(window, float) @ rank) / n - (np.asarray(base, float) @ rank) / m
    return Shift(difference, variance * (1 / n + 1 / m))


def shape(window: Floats, base: Floats, whole: Floats) -> Shape:
    """Squared distance between shares, each bin by its weight in the reference.

    ``sum((p - q)**2 / w)``. Were p, q and w of one distribution, that times the rows would be
    Pearson's chi-square. Mean and variance are those of a quadratic form in multinomial shares
    (Box 1954, theorem 2.1), so a base that leaves bins empty is no trouble.

    Args:
        window: Counts, shape (windows, bins).
        base: Counts to compare with, shape (windows, bins) or (bins,).
        whole: Counts of the whole reference, shape (bins,), the weights.
    """
    n, m, weight = _rows(window), _rows(base), shares(whole)
    apart = np.asarray(window, float) / n[..., None] - np.asarray(base, float) / m[..., None]
    q = shares(base)
    size = 1 / n + 1 / m
    mean = (q * (1 - q) / weight).sum(axis=-1)
    square = (q * q / weight**2).sum(axis=-1) - 2 * (q**3 / weight**2).sum(axis=-1)
    square = square + (q * q / weight).sum(axis=-1) ** 2
    return Shape((apart * apart / weight).sum(axis=-1), mean * size, 2 * square * size * size)


def rate(hits: Floats, rows: Floats, base_hits: Floats, base_rows: Floats) -> Shift:
    """How much more often something happens, as arcs (Anscombe 1948: their variance is 1 / 4n).

    Below one case in a hundred the arcs give chance too much room, never too little.
    """
    arcs = [
        np.arcsin(np.sqrt((np.asarray(h, float) + 0.375) / (np.asarray(n, float) + 0.75)))
        for h, n in ((hits, rows), (base_hits, base_rows))
    ]
    n, m = np.maximum(rows, 1), np.maximum(base_rows, 1)
    return Shift(np.asarray(arcs[0] - arcs[1]), np.asarray((1 / n + 1 / m) / 4))


def deviations(difference: float) -> float:
    """A difference of ridits as a shift in standard deviations of a normal column.

    Example:
        >>> round(deviations(0.26), 2)  # of two normals 1 deviation apart, P(above) = 0.76
        1.0
    """
    chance = min(max(0.5 + difference, FARTHEST), 1 - FARTHEST)
    return float(2**0.5 * NormalDist().inv_cdf(chance))


def moved(window: Floats, base: Floats) -> Floats:
    """Total variation: the share of rows that would have to lie in another bin."""
    n, m = _rows(window), _rows(base)
    apart = np.asarray(window, float) / n[..., None] - np.asarray(base, float) / m[..., None]
    return np.asarray(np.abs(apart).sum(axis=-1) / 2)


def _rows(counts: Floats) -> Floats:
    return np.asarray(np.maximum(np.asarray(counts, float).sum(axis=-1), 1.0))
