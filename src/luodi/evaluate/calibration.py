"""Whether a probability of 70 % comes true 70 % of the time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from luodi.core import metrics
from luodi.evaluate.answers import Answers, Array, Index

MOST_BINS, ROWS_A_BIN = 15, 20
Z95 = 1.959963984540054


@dataclass(frozen=True)
class Bins:
    """Rows in bins of equal mass by their probability; equal probabilities share a bin.

    Attributes:
        place: Bin of each row.
        chance: Probability said of each row.
        hit: 1 where it came true.
        count: Number of bins.
    """

    place: Index
    chance: Array
    hit: Array
    count: int

    def error(self, weight: Array) -> float:
        """Expected calibration error: mean distance of said and seen over bins, by mass."""
        gaps = np.bincount(self.place, weight * (self.hit - self.chance), self.count)
        return float(np.abs(gaps).sum() / weight.sum())


def binned(answers: Answers) -> Bins:
    """Probabilities of the positive class, or of the decided-most class for more than two.

    Args:
        answers: Answers of a classifier with at least one row.
    """
    if answers.binary:
        chance = answers.given[:, answers.positive]
        hit = answers.truth == answers.positive
    else:
        chance = answers.given.max(axis=1)
        hit = answers.truth == answers.given.argmax(axis=1)
    count = int(np.clip(len(chance) // ROWS_A_BIN, 1, MOST_BINS))
    edges = np.unique(np.quantile(chance, np.arange(1, count) / count))
    place = np.unique(np.searchsorted(edges, chance, side="left"), return_inverse=True)[1]
    return Bins(place, chance, hit.astype(np.float64), int(place.max()) + 1)


def calibration(answers: Answers) -> dict[str, Any] | None:
    """Calibration error, reliability points and the parts of the Brier score.

    Returns:
        The ``calibration`` part of the verdict's details; None without rows.
    """
    if not len(answers):
        return None
    bins = binned(answers)
    rows = np.bincount(bins.place, minlength=bins.count)
    said = np.bincount(bins.place, bins.chance) / rows
    seen = np.bincount(bins.place, bins.hit) / rows
    low, high = wilson(seen, rows)
    points = zip(said, seen, low, high, rows, strict=True)
    keys = ("predicted", "observed", "low", "high", "rows")
    return {
        "of": answers.classes[answers.positive] if answers.binary else "",
        "error": bins.error(np.ones(len(answers))),
        "bins": [dict(zip(keys, point, strict=True)) for point in points],
        "brier": _brier_parts(answers, said, seen, rows),
    }


def _brier_parts(answers: Answers, said: Array, seen: Array, rows: Index) -> dict[str, float]:
    """Murphy's decomposition (1973) over the bins: reliability - resolution + uncertainty."""
    share, overall = rows / rows.sum(), float((seen * rows).sum() / rows.sum())
    return {
        "total": metrics.score("brier", answers.truth, answers.given, positive=answers.positive),
        "reliability": float((share * np.square(said - seen)).sum()),
        "resolution": float((share * np.square(seen - overall)).sum()),
        "uncertainty": overall * (1 - overall),
    }


def wilson(share: Array, rows: Index) -> tuple[Array, Array]:
    """95 % interval of a share (Wilson 1927).

    Example:
        >>> low, high = wilson(np.array([0.0]), np.array([10]))
        >>> round(float(low[0]), 3), round(float(high[0]), 3)
        (0.0, 0.278)
    """
    widened = 1 + Z95**2 / rows
    middle = (share + Z95**2 / (2 * rows)) / widened
    half = Z95 * np.sqrt(share * (1 - share) / rows + Z95**2 / (4 * rows**2)) / widened
    return np.clip(middle - half, 0.0, 1.0), np.clip(middle + half, 0.0, 1.0)
