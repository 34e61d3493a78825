"""Frames as files of answers, by the ending of their name."""

from __future__ import annotations

import io
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from luodi.core.errors import LuodiError, needs
from luodi.store import disk

if TYPE_CHECKING:
    import polars as pl

ENDINGS = (".parquet", ".csv", ".jsonl", ".xlsx")
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
