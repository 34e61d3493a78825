"""Records of service, as they were asked about, beside the task's own records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import polars as pl

from luodi.core.task import Task
from luodi.core.values import Dataset
from luodi.modalities.tabular.read import objects
from luodi.modalities.tabular.read.digest import digest
from luodi.modalities.tabular.read.kinds import TYPES
from luodi.modalities.tabular.read.like import understood
from luodi.modalities.tabular.read.raw import Raw

SOURCE = "service"


def returned(
    like: Dataset,
    records: Sequence[Mapping[str, Any]],
    truths: Sequence[str],
    moments: Sequence[int],
    task: Task,
) -> Dataset:
    """Records of service with what came true of them, with the columns of the task's own records.

    Args:
        like: The task's own records; they decide the columns and their kinds.
        records: Records as they were asked about. Fields that the task does not know are left
            out, and so is a target that somebody sent along.
        truths: What came true of each, as canonical text.
        moments: When each was asked about, in microseconds since 1970 in UTC.
        task: The task. Where it has a time that a record does not hold, the moment stands for it.

    Returns:
        As many records, in their order, with their truths.
    """
    assert like.target is not None
    wanted = [name for name in like.table.columns if name != like.target]
    laid = [
        {**{name: record.get(name) for name in wanted}, like.target: truth}
        for record, truth in zip(records, truths, strict=True)
    ]
    frame, _ = objects.from_records(laid)
    read = understood(
        Raw(frame, SOURCE), like.columns, like.target, like.labels, data=task.data
    ).table
    table = pl.DataFrame([_as(read, name, dtype) for name, dtype in like.table.schema.items()])
    if task.data.time in table.columns:
        asked = pl.Series(moments, dtype=pl.Int64).cast(pl.Datetime("us"))
        table = table.with_columns(pl.col(task.data.time).fill_null(asked))
    return _dataset(like, table, SOURCE)


def joined(parts: Sequence[Dataset]) -> Dataset:
    """Records of several datasets of the same columns as one, in their order."""
    if len(parts) == 1:
        return parts[0]
    table = pl.concat([part.table for part in parts])
    return _dataset(parts[0], table, " + ".join(dict.fromkeys(part.source for part in parts)))


def _as(table: pl.DataFrame, name: str, dtype: pl.DataType) -> pl.Series:
    """A column with the type it has among the task's own records; what cannot be is missing."""
    series = table[name]
    return series if series.dtype == dtype else series.cast(dtype, strict=False)


def _dataset(like: Dataset, table: pl.DataFrame, source: str) -> Dataset:
    kind = {dtype: name for name, dtype in TYPES.items()}
    names = [kind.get(dtype, "category") for dtype in table.dtypes]
    return replace(like, table=table, digest=digest(table, names), source=source, notes=())
