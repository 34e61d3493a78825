"""A dataset seen through the codec: the table of columns that its arrays are laid out by."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from luodi.core.codec import Batch
from luodi.core.task import Task
from luodi.core.values import Column, Dataset
from luodi.modalities.tabular.codec import (
    LONGEST_TEXT,
    CategoryColumn,
    Codec,
    NumberColumn,
    TimeColumn,
)
from luodi.modalities.target import ordered_classes

if TYPE_CHECKING:
    import polars as pl

SMALL_VOCABULARY = 50
LARGEST_VOCABULARY = 10_000
MARGIN = 0.1
KINDS = ("number", "category", "time")


def fitted_codec(train: Dataset, task: Task) -> Codec:
    """The codec for training records: which values are known, which ranges were seen."""
    classes = ordered_classes(train, task)
    series, rows = train.series(), len(train)
    kinds = {kind: [c for c in train.columns if c.kind == kind] for kind in KINDS}
    return Codec(
        goal=task.goal,
        target=task.data.target,
        classes=classes,
        labels=train.labels,
        numbers=tuple(_number(c, series[c.name], rows) for c in kinds["number"]),
        categories=tuple(_category(c, series[c.name], rows) for c in kinds["category"]),
        times=tuple(_time(c, series[c.name], rows) for c in kinds["time"]),
    )


def _number(column: Column, series: pl.Series, rows: int) -> NumberColumn:
    values = series.cast(float).drop_nulls().drop_nans()
    low = float(values.min() or 0.0) if len(values) else 0.0  # type: ignore[arg-type]
    high = float(values.max() or 0.0) if len(values) else 0.0  # type: ignore[arg-type]
    margin = MARGIN * (high - low)
    return NumberColumn(
        name=column.name,
        low=column.low,
        high=column.high,
        seen_low=low - margin,
        seen_high=high + margin,
        required=len(values) == rows,
        missing=column.missing,
        unit=column.unit,
    )


def _category(column: Column, series: pl.Series, rows: int) -> CategoryColumn:
    values = series.drop_nulls()
    counts = values.str.slice(0, LONGEST_TEXT).value_counts(sort=True).rows()
    if len(counts) > SMALL_VOCABULARY:
        counts = [(value, count) for value, count in counts if count > 1][:LARGEST_VOCABULARY]
    known = tuple(value for value, _ in sorted(counts, key=lambda pair: (-pair[1], pair[0])))
    return CategoryColumn(column.name, known, len(values) == rows, column.missing)


def _time(column: Column, series: pl.Series, rows: int) -> TimeColumn:
    moments = series.drop_nulls().dt.epoch("us")
    low, high = (int(moments.min()), int(moments.max())) if len(moments) else (0, 0)  # type: ignore[call-overload]
    return TimeColumn(column.name, column.formats, low, high, len(moments) == rows, column.missing)


def columns_of(table: pl.DataFrame, codec: Codec) -> dict[str, np.ndarray]:
    """The columns that a codec reads, as numpy arrays."""
    import polars as pl

    arrays: dict[str, np.ndarray] = {}
    wanted = frozenset(codec.names)
    for series in table.get_columns():
        name = series.name
        if name not in wanted:
            continue
        if series.dtype.is_numeric():
            arrays[name] = series.cast(pl.Float64).to_numpy()
        elif series.dtype == pl.Datetime:
            arrays[name] = series.cast(pl.Datetime("us")).to_numpy()
        else:
            arrays[name] = np.asarray([*series.to_list(), None], object)[:-1]
    return arrays


def laid(codec: Codec, dataset: Dataset) -> Batch:
    """A dataset as the codec's arrays."""
    return codec.encode_columns(columns_of(dataset.table, codec), len(dataset))


def as_columns(codec: Codec) -> tuple[Column, ...]:
    """The columns that a codec reads, as the reader describes them."""
    return (
        *(
            Column(c.name, "number", c.unit, c.low, c.high, missing=c.missing)
            for c in codec.numbers
        ),
        *(Column(c.name, "category", missing=c.missing) for c in codec.categories),
        *(Column(c.name, "time", formats=c.formats, missing=c.missing) for c in codec.times),
    )
