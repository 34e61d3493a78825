"""Frames as files of answers, by the ending of their name."""

from __future__ import annotations

import io
from collections.abc import Iterator
from importlib.util import find_spec
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from luodi.core.errors import LuodiError, needs
from luodi.store import disk

if TYPE_CHECKING:
    import polars as pl

STREAMED = (".parquet", ".csv", ".jsonl")
ENDINGS = (*STREAMED, ".xlsx")
SHARED = 0o644


def put(frame: pl.DataFrame, path: Path) -> Path:
    """Write a frame as the ending says: whole or not at all.

    Raises:
        LuodiError: ``store.format`` for an unknown ending; ``environment.missing_package``;
            ``environment.disk``.
    """
    content = io.BytesIO()
    if path.suffix == ".parquet":
        frame.write_parquet(content)
    elif path.suffix == ".csv":
        frame.write_csv(content)
    elif path.suffix == ".jsonl":
        frame.write_ndjson(content)
    elif path.suffix == ".xlsx":
        _excel(frame, content)
    else:
        raise LuodiError("store.format", path=path.name, endings=", ".join(ENDINGS))
    return disk.put(path, content.getvalue(), mode=SHARED)


def _excel(frame: pl.DataFrame, content: io.BytesIO) -> None:
    if find_spec("xlsxwriter") is None:
        raise needs("xlsxwriter", "train")
    frame.write_excel(content)


def put_batches(batches: Iterator[pl.DataFrame], path: Path) -> int:
    """Write frames of one schema one after another: whole or not at all, and never all in memory.

    Args:
        batches: The frames, at least one.
        path: The file; its ending says the format, Excel excepted.

    Returns:
        The number of rows.

    Raises:
        LuodiError: ``store.format`` for an unknown ending; ``environment.disk``.
    """
    if path.suffix not in STREAMED:
        raise LuodiError("store.format", path=path.name, endings=", ".join(STREAMED))
    first = next(batches)
    rows = 0

    def frames(columns: list[str] | None, *_: object) -> Iterator[pl.DataFrame]:
        nonlocal rows
        for frame in chain([first], batches):
            rows += frame.height
            yield frame if columns is None else frame.select(columns)

    from polars.io.plugins import register_io_source

    lazy = register_io_source(frames, schema=first.schema)
    with disk.building(path) as temporary:
        if path.suffix == ".parquet":
            lazy.sink_parquet(temporary)
        elif path.suffix == ".csv":
            lazy.sink_csv(temporary)
        else:
            lazy.sink_ndjson(temporary)
    return rows
