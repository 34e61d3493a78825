"""What inputs and answers looked like in training: the reference that drift is measured against.

Counts only, never a record. Numbers are counted between their own quantiles, so that every bin
weighs the same and a shift shows as a change of shares.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from luodi.core import sketch
from luodi.core.codec import Batch
from luodi.core.values import Dataset
from luodi.modalities.tabular.codec import NO_TIME, Codec
from luodi.modalities.tabular.records import laid
from luodi.modalities.tabular.season import Laid, in_order, season

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


def reference(
    codec: Codec, train: Dataset, outputs: list[np.ndarray], time: str | None = None
) -> dict[str, Any]:
    """The reference of a release.

    Args:
        codec: The codec.
        train: Training records.
        outputs: The graph's outputs for them, or for some of them.
        time: The column that says when a record was made, if there is one.

    Returns:
        ``rows``, per column ``kind``, ``missing`` and either ``edges`` with ``counts`` (numbers,
        times) or ``values`` with ``other`` and ``unseen`` (categories), and the same for the
        answers. With a time also ``season``, as ``season.season`` gives it.
    """
    numbers, texts = arrays(codec, laid(codec, train), len(train))
    times = {moment.name for moment in codec.times}
    known = {category.name: frozenset(category.known) for category in codec.categories}
    columns: dict[str, Any] = {
        name: {"kind": "time" if name in times else "number", **binned(values)}
        for name, values in numbers.items()
    }
    for name, values in texts.items():
        columns[name] = {"kind": "category", **counted(values, known[name])}
    whole = {"rows": len(train), "columns": columns, "answers": _answers(codec, outputs)}
    order, seconds = _in_time(train, time)
    if order is None:
        return whole
    cells = [(name, _cells(columns[name], numbers.get(name), texts.get(name))) for name in columns]
    watched = [(name, one) for name, one in cells if one.cells and name not in times]
    return {**whole, "season": season(in_order(watched, order), seconds)}


def arrays(
    codec: Codec, batch: Batch, rows: int
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Columns by name: numbers and moments with NaN for missing, and texts with "" for it."""
    numbers = batch.feeds.get("numbers", np.empty((rows, 0)))
    texts = batch.feeds.get("categories", np.empty((rows, 0), object))
    times = batch.feeds.get("times", np.empty((rows, 0), np.int64))
    moments = np.where(times == NO_TIME, np.nan, times.astype(float))
    return (
        {
            **{one.name: numbers[:, i] for i, one in enumerate(codec.numbers)},
            **{one.name: moments[:, i] for i, one in enumerate(codec.times)},
        },
        {one.name: texts[:, i] for i, one in enumerate(codec.categories)},
    )


def _in_time(train: Dataset, time: str | None) -> tuple[np.ndarray | None, float | None]:
    """Row numbers in order of time, and the seconds between first and last.

    Rows without a time have no place in it; they are left out of the order, not the order for them.
    """
    if time is None or time not in train.table.columns:
        return None, None
    series = train.table[time]
    if not (series.dtype.is_numeric() or series.dtype.is_temporal()):
        return None, None
    here = np.flatnonzero(series.is_not_null().to_numpy())
    series = series.drop_nulls()
    order = here[np.argsort(series.to_physical().to_numpy(), kind="stable")]
    if not series.dtype.is_temporal() or not len(here):
        return order, None
    exact = series.dt.epoch("us")
    return order, float(exact.max() - exact.min()) / 1e6  # type: ignore[operator]


def _cells(column: dict[str, Any], numbers: Any, texts: Any) -> Laid:
    """A column as cells: its bins, or its listed values and all others as the last cell."""
    if numbers is not None:
        edges = np.asarray(column["edges"])
        cells = max(0, len(edges) - 1)
        codes = np.full(len(numbers), -1, np.int64)
        here = ~np.isnan(numbers)
        if cells:
            codes[here] = sketch.codes(numbers[here], edges)
        return Laid(codes, cells, numbers)
    place = {"": -1, **{value: i for i, value in enumerate(column["values"])}}
    last = len(column["values"])
    return Laid(np.array([place.get(text, last) for text in texts.tolist()], np.int64), last + 1)


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
