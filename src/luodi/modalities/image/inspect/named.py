"""What images are called: by the column that names their files, else by their row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import polars as pl

from luodi.modalities.image.read.naming import pictured
from luodi.modalities.image.read.notes import shown

_USUAL = ("name", "key", "path", "file", "filename")
_TRIED = 1000
EXAMPLES = 3


def name_column(table: pl.DataFrame, target: str | None) -> str | None:
    """The column of names: the first most of whose values are called as images are."""
    texts = [s for s in table if s.dtype == pl.String and s.name != target]
    for series in texts:
        some = series.drop_nulls().head(_TRIED)
        if len(some) and sum(map(pictured, some)) * 2 > len(some):
            return series.name
    usual = (s.name for s in texts if s.name.lower() in _USUAL)
    return next(usual, None)


def named(table: pl.DataFrame, target: str | None) -> Sequence[str]:
    """What each row is called; ``#0`` where nothing names it."""
    column = name_column(table, target)
    if column is None:
        return [f"#{row}" for row in range(table.height)]
    return [name or f"#{row}" for row, name in enumerate(table[column])]


def examples(names: Iterable[str], most: int = EXAMPLES) -> str:
    """The first few names, fit to be shown."""
    found = [shown(name) for _, name in zip(range(most), names, strict=False)]
    return ", ".join(found) or "-"
