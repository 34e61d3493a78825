"""Frames as files of answers, by the ending of their name."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

from luodi.core.errors import LuodiError
from luodi.store import disk

if TYPE_CHECKING:
    import polars as pl

ENDINGS = (".parquet", ".csv", ".jsonl", ".xlsx")
SHARED = 0o644


def put(frame: pl.DataFrame, path: Path) -> Path:
    """Write a frame as the ending says: whole or not at all.

    Raises:
        LuodiError: ``store.format`` for an unknown ending; ``environment.disk``.
    """
    content = io.BytesIO()
    if path.suffix == ".parquet":
        frame.write_parquet(content)
    elif path.suffix == ".csv":
        frame.write_csv(content)
    elif path.suffix == ".jsonl":
        frame.write_ndjson(content)
    elif path.suffix == ".xlsx":
        frame.write_excel(content)
    else:
        raise LuodiError("store.format", path=path.name, endings=", ".join(ENDINGS))
    return disk.put(path, content.getvalue(), mode=SHARED)
