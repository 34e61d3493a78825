"""Where and how far predicted values miss."""

from __future__ import annotations

from typing import Any

import numpy as np

from luodi.evaluate.answers import Answers, Array

MOST_DOTS, BARS, FIFTHS = 400, 30, 5
SHARES = (0.5, 0.8, 0.9, 0.95)


def residuals(answers: Answers, seed: int) -> dict[str, Any] | None:
    """A sample of actual against predicted, the errors' histogram, and errors by prediction.

    Returns:
        The ``residuals`` part of the verdict's details; None without rows.
    """
    if not len(answers):
        return None
    error = answers.given - answers.truth
    dots = np.random.default_rng([seed, 3]).permutation(len(answers))[:MOST_DOTS]
    # The far ends would squeeze the bars together, so the histogram shows the middle 99 %.
    low, high = np.quantile(error, [0.005, 0.995])
    counts, edges = np.histogram(np.clip(error, low, high), BARS)
    far = np.quantile(np.abs(error), SHARES)
    return {
        "sample": np.column_stack([answers.truth[dots], answers.given[dots]]),
        "histogram": {"edges": edges, "counts": counts},
        "by_quantile": _by_prediction(answers.given, error),
        "error_quantiles": {str(share): at for share, at in zip(SHARES, far, strict=True)},
    }


def _by_prediction(given: Array, error: Array) -> list[dict[str, Any]]:
    """Error and bias in each fifth of the predictions; equal predictions stay together."""
    inner = np.unique(np.quantile(given, np.arange(1, FIFTHS) / FIFTHS))
    place = np.searchsorted(inner, given, side="left")
    return [
        {
            "low": given[inside].min(),
            "high": given[inside].max(),
            "rows": int(inside.sum()),
            "error": np.abs(error[inside]).mean(),
            "bias": error[inside].mean(),
        }
        for inside in (place == at for at in range(len(inner) + 1))
        if inside.any()
    ]
