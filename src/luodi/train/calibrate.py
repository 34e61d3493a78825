"""Fit a calibration map on out-of-fold answers; keep it only if it helps on rows it did not see."""

from __future__ import annotations

import numpy as np

from luodi.core.calibration import FLOOR, Calibration, log_odds

PARTS = 5
MOST_ROWS = 500_000
"""Two numbers are fitted: more rows cost time and tell nothing new."""
LEAST_GAIN = 0.001
SLOPES, OFFSETS = (0.05, 50.0), (-20.0, 20.0)
"""Bounds of the map; a slope at the lower one means that the answers say nothing."""
_FAR = 500.0  # beyond it the exponential overflows


def calibrated(probabilities: np.ndarray, truth: np.ndarray) -> Calibration:
    """The map for these answers, or the neutral one if it gains less than 0.1 % of log loss.

    Args:
        probabilities: float64 (rows, classes), out of fold.
        truth: Class index, (rows,).
    """
    if len(truth) > MOST_ROWS:
        kept = np.sort(np.random.default_rng(0).permutation(len(truth))[:MOST_ROWS])
        probabilities, truth = probabilities[kept], truth[kept]
    part = np.random.default_rng(0).permutation(len(truth)) % PARTS
    mapped = probabilities.copy()
    for number in range(PARTS):
        learn, use = part != number, part == number
        mapped[use] = _fitted(probabilities[learn], truth[learn]).apply(probabilities[use])
    if _loss(mapped, truth) < _loss(probabilities, truth) * (1 - LEAST_GAIN):
        return _fitted(probabilities, truth)
    return Calibration()


def _loss(probabilities: np.ndarray, truth: np.ndarray) -> float:
    given = np.clip(probabilities[np.arange(len(truth)), truth], FLOOR, 1.0)
    return float(-np.log(given).mean())


def _fitted(probabilities: np.ndarray, truth: np.ndarray) -> Calibration:
    """The map of least log loss, on targets softened as by Platt.

    A class of ``n`` rows aims at ``(n + 1) / (n + 2)``: answers that are all right would
    otherwise drive the slope to infinity.
    """
    from scipy.optimize import minimize

    classes = probabilities.shape[1]
    doubt = (1 / (np.bincount(truth, minlength=classes) + 2))[truth]
    if classes == 2:
        scores = log_odds(np.clip(probabilities[:, 1], FLOOR, 1 - FLOOR))
        wanted = np.where(truth == 1, 1 - doubt, doubt)
        found = minimize(_two, [1.0, 0.0], (scores, wanted), jac=True, bounds=[SLOPES, OFFSETS])
    else:
        scores = np.log(np.clip(probabilities, FLOOR, 1.0))
        wanted = np.repeat(doubt[:, None] / (classes - 1), classes, axis=1)
        wanted[np.arange(len(truth)), truth] = 1 - doubt
        found = minimize(_many, [1.0], (scores, wanted), jac=True, bounds=[SLOPES])
    slope, offset = float(found.x[0]), float(found.x[1]) if classes == 2 else 0.0
    # six digits are enough and keep the map the same where sums differ in the last bit
    held = slope > SLOPES[0]
    return Calibration(round(slope, 6), round(offset, 6)) if held else Calibration()


def _two(x: np.ndarray, scores: np.ndarray, wanted: np.ndarray) -> tuple[float, np.ndarray]:
    """Log loss of two classes and its gradient by slope and offset."""
    mapped = x[0] * scores + x[1]
    loss = (np.logaddexp(0.0, mapped) - wanted * mapped).mean()
    excess = 1 / (1 + np.exp(-np.clip(mapped, -_FAR, _FAR))) - wanted
    return float(loss), np.array([(excess * scores).mean(), excess.mean()])


def _many(x: np.ndarray, scores: np.ndarray, wanted: np.ndarray) -> tuple[float, np.ndarray]:
    """Log loss of many classes and its gradient by slope."""
    mapped = x[0] * scores
    powers = np.exp(mapped - mapped.max(axis=1, keepdims=True))
    total = powers.sum(axis=1)
    logs = mapped.max(axis=1) + np.log(total)
    excess = powers / total[:, None] - wanted
    loss = (logs - (wanted * mapped).sum(axis=1)).mean()
    return float(loss), np.array([(excess * scores).sum(axis=1).mean()])


__all__ = ["calibrated", "log_odds"]
