"""Images of service, as they were asked about, beside the task's own."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from luodi.core.task import Task
from luodi.core.values import Dataset
from luodi.modalities.image.codec.text import to_bytes
from luodi.modalities.image.read.dataset import together

SOURCE = "service"


def returned(
    like: Dataset,
    records: Sequence[Mapping[str, Any]],
    truths: Sequence[str],
    moments: Sequence[int],
    task: Task,
) -> Dataset:
    """Images of service with what came true of them, with the columns of the task's own.

    Args:
        like: The task's own images; they decide the columns.
        records: Records as they were asked about, each image as base64 text.
        truths: What came true of each, as canonical text.
        moments: When each was asked about, in microseconds since 1970 in UTC; they stand in the
            task's time.
        task: The task.

    Returns:
        As many images, in their order, with their truths; other columns are missing.
    """
    assert like.target is not None
    image = like.columns[0].name
    files = [to_bytes(str(record[image])) for record in records]
    held: dict[str, Any] = {image: files, like.target: list(truths)}
    if task.data.time in like.table.columns:
        held[str(task.data.time)] = pl.Series(moments, dtype=pl.Int64).cast(pl.Datetime("us"))
    rows = len(files)
    table = pl.DataFrame(
        [
            pl.Series(name, held.get(name, [None] * rows), dtype)
            for name, dtype in like.table.schema.items()
        ]
    )
    texts = (base64.b64encode(file).decode() for file in files)
    digest = together([*texts, *truths])
    return Dataset(table, like.columns, like.target, digest, SOURCE, like.labels)
