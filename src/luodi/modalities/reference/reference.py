"""What inputs and answers looked like in training: the reference that drift is measured against.

Counts only, never a record. Numbers are counted between their own quantiles, so that every bin
weighs the same and a shift shows as a change of shares.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from luodi.core import sketch
from luodi.core.codec import Codec
from luodi.core.modality import Observed
from luodi.core.values import Dataset
from luodi.modalities.reference.counts import answered, binned, counted
from luodi.modalities.reference.season import Laid, in_order, season

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
    seen: Observed,
    codec: Codec,
    train: Dataset,
    outputs: list[np.ndarray],
    time: str | None = None,
) -> dict[str, Any]:
    """The reference of a release.

    Args:
        seen: Training records, as records of service are counted.
        codec: The codec.
        train: The same records.
        outputs: The graph's outputs for them, or for some of them.
        time: The column that says when a record was made, if there is one.

    Returns:
        ``rows``, per column ``kind``, ``missing`` and either ``edges`` with ``counts`` (numbers,
        times) or ``values`` with ``other`` and ``unseen`` (categories), and the same for the
        answers. With a time also ``season``, as ``season.season`` gives it.
    """
    times = {field.name for field in codec.fields if field.kind == "time"}
    columns: dict[str, Any] = {
        name: {"kind": "time" if name in times else "number", **binned(values)}
        for name, values in seen.numbers.items()
    }
    for name, values in seen.texts.items():
        columns[name] = {"kind": "category", **counted(values, seen.known[name])}
    whole = {"rows": seen.rows, "columns": columns, "answers": answered(codec, outputs)}
    order, seconds = in_time(train, time)
    if order is None:
        return whole
    cells = [
        (name, _cells(columns[name], seen.numbers.get(name), seen.texts.get(name)))
        for name in columns
    ]
    watched = [(name, one) for name, one in cells if one.cells and name not in times]
    return {**whole, "season": season(in_order(watched, order), seconds)}


def in_time(train: Dataset, time: str | None) -> tuple[np.ndarray | None, float | None]:
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
