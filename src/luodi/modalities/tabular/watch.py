"""What inputs and answers looked like in training: the reference that drift is measured against.

Counts only, never a record. Numbers are counted between their own quantiles, so that every bin
weighs the same and a shift shows as a change of shares.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from luodi.core.values import Dataset
from luodi.modalities.tabular.codec import NO_TIME, Codec
from luodi.modalities.tabular.records import laid

BINS = 20
MOST_VALUES = 50
LARGEST = 200_000
MOST_WORK = 18_000.0
"""Answers times megabytes of graph: a few seconds."""


def most_answers(megabytes: float) -> int:
    """How many answers are counted: fewer where the graph is large.

    Args:
        megabytes: Size of the graph.
    """
    return max(2_000, min(LARGEST, int(MOST_WORK / max(megabytes, 1e-3))))


def reference(codec: Codec, train: Dataset, outputs: list[np.ndarray]) -> dict[str, Any]:
    """The reference of a release.

    Args:
        codec: The codec.
        train: Training records.
        outputs: The graph's outputs for them, or for some of them.

    Returns:
        ``rows``, per column ``missing`` and either ``edges`` with ``counts`` (numbers, times)
        or ``values`` with ``other`` (categories), and the same for the answers.
    """
    batch = laid(codec, train)
    rows = len(train)
    empty = np.empty((rows, 0))
    numbers = batch.feeds.get("numbers", empty)
    texts = batch.feeds.get("categories", empty.astype(object))
    times = batch.feeds.get("times", empty.astype(np.int64))
    columns: dict[str, Any] = {}
    for i, number in enumerate(codec.numbers):
        columns[number.name] = binned(numbers[:, i])
    for i, category in enumerate(codec.categories):
        columns[category.name] = counted(texts[:, i])
    for i, moment in enumerate(codec.times):
        values = np.where(times[:, i] == NO_TIME, np.nan, times[:, i].astype(float))
        columns[moment.name] = binned(values)
    return {"rows": rows, "columns": columns, "answers": _answers(codec, outputs)}


def binned(values: np.ndarray) -> dict[str, Any]:
    """Counts of numbers between quantiles; fewer bins where values repeat."""
    here = values[~np.isnan(values)]
    if not len(here):
        return {"missing": len(values), "edges": [], "counts": []}
    edges = np.unique(np.quantile(here, np.linspace(0, 1, BINS + 1)))
    if len(edges) == 1:
        edges = np.array([edges[0], edges[0]])
    inner = np.searchsorted(edges[1:-1], here, side="right")
    counts = np.bincount(inner, minlength=len(edges) - 1)
    mean, spread = float(here.mean()), float(here.std())
    return {
        "missing": len(values) - len(here),
        "edges": edges.tolist(),
        "counts": counts.tolist(),
        "mean": mean,
        "spread": spread,
    }


def counted(texts: np.ndarray) -> dict[str, Any]:
    """Counts of the most frequent values, and of all others together."""
    values, counts = np.unique(texts[texts != ""].astype(str), return_counts=True)
    order = np.lexsort((values, -counts))[:MOST_VALUES]
    kept = {str(values[i]): int(counts[i]) for i in order}
    missing = int((texts == "").sum())
    return {"missing": missing, "values": kept, "other": int(counts.sum()) - sum(kept.values())}


def _answers(codec: Codec, outputs: list[np.ndarray]) -> dict[str, Any]:
    if codec.goal == "regress":
        return {"value": binned(outputs[0])}
    probabilities, decision, review = outputs
    decided = np.bincount(decision, minlength=len(codec.classes)).tolist()
    return {
        "decision": dict(zip(codec.classes, decided, strict=True)),
        "review": int(review.sum()),
        "probability": {c: binned(probabilities[:, i]) for i, c in enumerate(codec.classes)},
    }
