"""Intervals and p-values from bootstrap resamples."""

from __future__ import annotations

import math

import numpy as np

from luodi.evaluate.answers import Array

CONFIDENCE = 0.95
MOST_UNDEFINED = 0.2
SHARES = frozenset(
    {
        "accuracy",
        "balanced_accuracy",
        "f1",
        "f1_macro",
        "precision",
        "recall",
        "roc_auc",
        "average_precision",
        "review_share",
    }
)


def interval(
    name: str, value: float, resamples: Array, evidence: int, confidence: float = CONFIDENCE
) -> tuple[float, float] | None:
    """The middle part of the resamples (percentile interval; Efron and Tibshirani 1993, ch. 13).

    Calibration error only grows when noise is added, so its resamples are moved back onto the
    value. When every resample gives the same share of 0 or 1, the interval is the exact one of
    Clopper and Pearson for no (or only) hits in ``evidence`` trials: a perfect figure on few rows
    is not certain.

    Args:
        name: The figure's name.
        value: The figure over all rows.
        resamples: The figure over each resample; NaN where undefined.
        evidence: How many independent cases the figure rests on.
        confidence: Share of the resamples inside.

    Returns:
        Low and high, or None when too many resamples are undefined.
    """
    known = resamples[np.isfinite(resamples)]
    if not len(known) or len(known) < (1 - MOST_UNDEFINED) * len(resamples) or value != value:
        return None
    tail = (1 - confidence) / 2
    if name == "ece":
        known = np.maximum(known - known.mean() + value, 0.0)
    low, high = (float(end) for end in np.quantile(known, [tail, 1 - tail]))
    if name in SHARES and low == high and value in (0.0, 1.0):
        margin = 1 - tail ** (1 / max(evidence, 1))
        return (1 - margin, 1.0) if value == 1.0 else (0.0, margin)
    least, most = bounds(name)
    return max(least, min(low, value)), min(most, max(high, value))


def bounds(name: str) -> tuple[float, float]:
    """Lowest and highest value that a figure can have.

    Example:
        >>> bounds("roc_auc"), bounds("rmse"), bounds("gain_over_dumb")
        ((0.0, 1.0), (0.0, inf), (-inf, inf))
    """
    if name in SHARES or ":" in name:
        return (0.0, math.inf) if name.startswith("figure_gap") else (0.0, 1.0)
    if name in ("mcc", "r2"):
        return (-1.0 if name == "mcc" else -math.inf), 1.0
    return (-math.inf if name.startswith("gain") else 0.0), math.inf


def chance(resamples: Array) -> float | None:
    """Two-sided p-value that a difference is zero: how often resamples cross it, doubled."""
    known = resamples[np.isfinite(resamples)]
    if not len(known):
        return None
    below, above = np.count_nonzero(known <= 0), np.count_nonzero(known >= 0)
    return float(min(1.0, 2 * (min(below, above) + 1) / (len(known) + 1)))
