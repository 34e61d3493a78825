"""A look at one source, before there is a task: the raw frame and what its columns are."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import polars as pl

from luodi.core.task import ColumnRule, Data, Task
from luodi.core.values import Column
from luodi.modalities.tabular.read import assemble, gather, memory, wishes
from luodi.modalities.tabular.read.raw import options


def frame(
    source: str | Path, data: Data | None = None, *, memory_bytes: float | None = None
) -> pl.DataFrame:
    """One source as it stands: text columns where its format has no types.

    Args:
        source: A file, ``sqlite:FILE`` or ``postgresql://…``.
        data: How to read it (encoding, delimiter, header, query); None to find everything.
        memory_bytes: What the records may take; of more a sample is read. None for 40 % of the
            memory that is free.

    Raises:
        LuodiError: ``read.*``, exit status 3.
    """
    return gather.one(source, options(data, memory=memory_bytes or memory.limit())).frame


def columns_of(
    table: pl.DataFrame, rules: Task | Mapping[str, ColumnRule] | None = None
) -> tuple[Column, ...]:
    """What each column of a raw frame is.

    Args:
        table: A frame as ``frame`` gives it.
        rules: A task, whose target, group and ignored columns are left out; or rules alone.

    Example:
        >>> [column.kind for column in columns_of(pl.DataFrame({"a": ["1", "2"], "b": ["x", "y"]}))]
        ['number', 'category']
    """
    readings, _ = assemble.readings(table, lambda name: wishes.wish(rules, name))
    left_out = assemble.left_out(rules) if isinstance(rules, Task) else frozenset()
    return tuple(found.column for name, found in readings.items() if name not in left_out)
