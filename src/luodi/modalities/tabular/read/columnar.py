"""Files that carry types: Parquet and Excel."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl

from luodi.core.errors import LuodiError
from luodi.core.values import Finding
from luodi.modalities.tabular.read import memory, names, sources
from luodi.modalities.tabular.read.raw import Options, Raw
from luodi.modalities.tabular.read.sources import Source

_ROW = "\x00row"
_BYTES_A_CELL = 16.0
FIELDS = 64  # an object with more fields is a mapping, not a record
_EXCEL_GROWTH = 20.0  # bytes in memory for a byte of a packed sheet


def parquet(source: Source, options: Options) -> Raw:
    """Read a Parquet file.

    Raises:
        LuodiError: ``read.unreadable``, ``read.header_only``, ``read.too_large``.
    """
    lazy, schema, rows = _attempt(source, lambda: _scanned(source))
    full, notes = names.cleaned(schema.names(), source.label)
    if not rows:
        raise LuodiError("read.header_only", source=source.label)
    needed = max(source.bytes, rows * len(full) * _BYTES_A_CELL)
    part = memory.share(needed, options.memory, options.sample, source.label)
    if part is not None:
        kept = lazy.with_row_index(_ROW).filter(memory.kept_expression(_ROW, part))
        lazy = kept.select(pl.exclude(_ROW))
    frame = _attempt(source, lambda: lazy.collect(engine="streaming" if part else "auto"))
    if part is not None:
        notes = (*notes, memory.sampled(source.label, frame.height, part))
    frame, nested = flat(frame.rename(dict(zip(frame.columns, full, strict=True))))
    return Raw(frame, source.label, (*notes, *nested))


def excel(source: Source, options: Options) -> Raw:
    """Read the first sheet of an Excel file.

    Raises:
        LuodiError: ``read.unreadable``, ``read.header_only``, ``read.repeated_columns``,
            ``read.too_large``, ``environment.missing_package``.
    """
    needed = source.bytes * _EXCEL_GROWTH
    if needed > options.memory:
        raise memory.too_large(needed, options.memory, source.label)
    try:
        import fastexcel
    except ImportError:
        from luodi.core.errors import needs

        raise needs("fastexcel", "train") from None
    book = _attempt(source, lambda: fastexcel.read_excel(str(source.path)))
    others = book.sheet_names[1:]
    first = _attempt(source, lambda: book.load_sheet(0, header_row=None, n_rows=1, dtypes="string"))
    if not first.width or not first.total_height:
        raise LuodiError("read.empty", source=source.label)
    full, headed, notes = _heading(first.to_polars(), options, source.label)
    sheet = _attempt(source, lambda: book.load_sheet(0, header_row=None, skip_rows=int(headed)))
    frame = sheet.to_polars()
    frame = frame.rename(dict(zip(frame.columns, full, strict=False)))
    frame = frame.filter(~pl.all_horizontal(pl.all().is_null()))
    if not frame.height:
        raise LuodiError("read.header_only", source=source.label)
    if others:
        evidence = {
            "source": source.label,
            "read": book.sheet_names[0],
            "others": names.listed(others),
        }
        notes = (*notes, Finding("read.sheets", "note", None, evidence))
    return Raw(frame, source.label, notes)


def _scanned(source: Source) -> tuple[pl.LazyFrame, pl.Schema, int]:
    lazy = pl.scan_parquet(source.path, glob=False)
    return lazy, lazy.collect_schema(), int(lazy.select(pl.len()).collect().item())


def _attempt(source: Source, act: Callable[[], Any]) -> Any:
    """Do something with a file; whatever a parser says becomes one clear error."""
    try:
        with sources.explained(source.path):
            return act()
    except LuodiError:
        raise
    except Exception as error:  # parsers raise kinds of their own, and panics on broken files
        reason = str(error).strip().splitlines() or [type(error).__name__]
        raise LuodiError("read.unreadable", source=source.label, reason=reason[0][:200]) from None


def _heading(
    first: pl.DataFrame, options: Options, label: str
) -> tuple[list[str], bool, tuple[Finding, ...]]:
    """Names of a sheet's columns, and whether its first row holds them."""
    row = [None if value is None else str(value) for value in first.row(0)]
    given = options.header
    if given is False:
        return [f"column_{place}" for place in range(1, len(row) + 1)], False, ()
    if given is True or {names.loose(n or "") for n in row} <= {names.loose(n) for n in given}:
        full, notes = names.cleaned(row, label)
        return full, True, notes
    if len(given) != len(row):
        raise LuodiError("read.header_count", source=label, given=len(given), found=len(row))
    return list(given), False, ()


def flat(frame: pl.DataFrame) -> tuple[pl.DataFrame, tuple[Finding, ...]]:
    """Objects inside records become columns ``outer.inner``; lists and deeper ones JSON text."""
    notes = []
    for name, dtype in frame.schema.items():
        if isinstance(dtype, pl.Struct) and len(dtype.fields) <= FIELDS:
            fields = [f"{name}.{field.name}" for field in dtype.fields]
            frame = frame.with_columns(pl.col(name).struct.rename_fields(fields)).unnest(name)
    for name, dtype in frame.schema.items():
        if dtype.is_nested():
            boxed = frame.select(pl.struct(pl.col(name).alias("v")).struct.json_encode())
            texts = boxed.to_series().str.slice(5).str.head(-1).replace("null", None)
            frame = frame.with_columns(texts.alias(name))
            notes.append(Finding("read.nested", "warning", name))
    return frame, tuple(notes)
