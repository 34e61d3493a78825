"""Counts of numbers, texts and answers, as they travel in a release."""

from __future__ import annotations

from typing import Any

import numpy as np

from luodi.core.codec import Codec

BINS = 20
MOST_VALUES = 50


def binned(values: np.ndarray) -> dict[str, Any]:
    """Counts of numbers between quantiles; fewer bins where values repeat."""
    here = values[~np.isnan(values)]
    if not len(here):
        return {"missing": len(values), "edges": [], "counts": [], "distinct": 0}
    edges, distinct = _edges(here)
    inner = np.searchsorted(edges[1:-1], here, side="right")
    counts = np.bincount(inner, minlength=len(edges) - 1)
    mean, spread = float(here.mean()), float(here.std())
    return {
        "missing": len(values) - len(here),
        "edges": edges.tolist(),
        "counts": counts.tolist(),
        "mean": mean,
        "spread": spread,
        "distinct": distinct,
    }


def _edges(values: np.ndarray) -> tuple[np.ndarray, int]:
    """Edges of the bins: between few values, so that each has its own; else quantiles."""
    different = np.unique(values)
    if len(different) <= BINS:
        between = (different[1:] + different[:-1]) / 2
        return np.concatenate([different[:1], between, different[-1:]]), len(different)
    return np.unique(np.quantile(values, np.linspace(0, 1, BINS + 1))), len(different)


def counted(texts: np.ndarray, known: frozenset[str] | None = None) -> dict[str, Any]:
    """Counts of the most frequent values, of the other known ones, and of the unknown."""
    values, counts = np.unique(texts[texts != ""].astype(str), return_counts=True)
    order = np.lexsort((values, -counts))[:MOST_VALUES]
    kept = {str(values[i]): int(counts[i]) for i in order}
    missing = int((texts == "").sum())
    seldom = int(counts.sum()) - sum(kept.values())
    unseen = 0
    if known is not None:
        told = zip(values.tolist(), counts.tolist(), strict=True)
        unseen = sum(n for value, n in told if value not in known and value not in kept)
    return {"missing": missing, "values": kept, "other": seldom - unseen, "unseen": unseen}


def answered(codec: Codec, outputs: list[np.ndarray]) -> dict[str, Any]:
    """Counts of what a graph answered."""
    if codec.goal == "regress":
        return {"value": binned(outputs[0])}
    probabilities, decision, review = outputs[:3]
    decided = np.bincount(decision, minlength=len(codec.classes)).tolist()
    return {
        "decision": dict(zip(codec.classes, decided, strict=True)),
        "review": int(review.sum()),
        "probability": {c: binned(probabilities[:, i]) for i, c in enumerate(codec.classes)},
    }
