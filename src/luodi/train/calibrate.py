"""Fit a calibration map on out-of-fold answers; keep it only if it helps on rows it did not see."""

from __future__ import annotations

import numpy as np

from luodi.core.calibration import FLOOR, Calibration, log_odds

PARTS = 5
LEAST_GAIN = 0.001
SLOPES, OFFSETS = (0.05, 50.0), (-20.0, 20.0)
"""Bounds of the map; a slope at the lower one means that the answers say nothing."""


def calibrated(probabilities: np.ndarray, truth: np.ndarray) -> Calibration:
    """The map for these answers, or the neutral one if it gains less than 0.1 % of log loss.

    Args:
        probabilities: float64 (rows, classes), out of fold.
        truth: Class index, (rows,).
    """
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
    binary = classes == 2
    doubt = (1 / (np.bincount(truth, minlength=classes) + 2))[truth]
    wanted = np.repeat(doubt[:, None] / (classes - 1), classes, axis=1)
    wanted[np.arange(len(truth)), truth] = 1 - doubt

    def loss(x: np.ndarray) -> float:
        offset = float(x[1]) if binary else 0.0
        mapped = Calibration(float(x[0]), offset).apply(probabilities)
        return -float((wanted * np.log(np.clip(mapped, FLOOR, 1.0))).sum(axis=1).mean())

    start = np.array([1.0, 0.0]) if binary else np.array([1.0])
    bounds = [SLOPES, OFFSETS] if binary else [SLOPES]
    close = {"xatol": 1e-4, "fatol": 1e-7}
    found = minimize(loss, start, method="Nelder-Mead", bounds=bounds, options=close)
    slope, offset = float(found.x[0]), float(found.x[1]) if binary else 0.0
    # six digits are enough and keep the map the same where sums differ in the last bit
    held = slope > SLOPES[0]
    return Calibration(round(slope, 6), round(offset, 6)) if held else Calibration()


__all__ = ["calibrated", "log_odds"]
