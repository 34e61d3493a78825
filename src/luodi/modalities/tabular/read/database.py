"""Databases: SQLite by the standard library, PostgreSQL by ADBC; one query, which may only read."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import polars as pl

from luodi.core.errors import LuodiError, needs
from luodi.modalities.tabular.read import memory, names, objects
from luodi.modalities.tabular.read.columnar import flat
from luodi.modalities.tabular.read.raw import Options, Raw
from luodi.modalities.tabular.read.sources import Source

_COMMENT = re.compile(r"\s*(--[^\n]*(\n|$)|/\*.*?\*/)", re.DOTALL)
_ROW = "\x00row"
_EXTENSION = getattr(pl, "BaseExtension", ())  # older versions of Polars give the storage at once
_BATCH_ROWS = 50_000
_BYTES_A_CELL = 64.0  # a Python value and its place in a row


def query_of(options: Options, label: str) -> str:
    """The task's query, if it is one that only reads.

    Raises:
        LuodiError: ``read.query_missing``, ``read.query_not_select``.
    """
    text = (options.query or "").strip().rstrip(";").strip()
    if not text:
        raise LuodiError("read.query_missing", source=label)
    bare = text
    while match := _COMMENT.match(bare):
        bare = bare[match.end() :]
    first = re.match(r"[\s(]*(\w+)", bare)
    word = first[1].upper() if first else ""
    if word not in {"SELECT", "WITH", "VALUES"}:
        raise LuodiError("read.query_not_select", source=label, word=word or bare[:20])
    return text


def sqlite(source: Source, options: Options) -> Raw:
    """Read the answer to a query from an SQLite file, opened read-only.

    Raises:
        LuodiError: ``read.not_found``, ``read.database``, ``read.query_*``, ``read.too_large``.
    """
    import sqlite3

    query = query_of(options, source.label)
    path = Path(source.address.removeprefix("sqlite:").removeprefix("//"))
    if not path.is_file():
        raise LuodiError("read.not_found", source=str(path), nearest="-")
    try:
        connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
        try:
            connection.execute("select count(*) from sqlite_master")  # refuses what is no database
            connection.set_authorizer(_only_reads)
            return _answer(connection, query, source.label, options)
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise _refused(source.label, error) from None


def postgresql(source: Source, options: Options) -> Raw:
    """Read the answer to a query from PostgreSQL, batch by batch, in a read-only transaction.

    Raises:
        LuodiError: ``environment.missing_package``, ``read.database``, ``read.query_*``,
            ``read.too_large``.
    """
    query = query_of(options, source.label)
    try:
        from adbc_driver_postgresql import dbapi  # type: ignore[import-not-found]
    except ImportError:
        raise needs("adbc-driver-postgresql", "sql") from None
    try:
        with dbapi.connect(source.address) as connection, connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION READ ONLY")
            cursor.execute(query)
            batches = (pl.DataFrame(batch) for batch in cursor.fetch_record_batch())
            frame, part = _gathered(batches, source.label, options)
    except LuodiError:
        raise
    except Exception as error:  # the driver's own kinds, which are not there to be named
        raise _refused(source.label, error) from None
    if not frame.height:
        raise LuodiError("read.header_only", source=source.label)
    full, notes = names.cleaned(frame.columns, source.label)
    frame, nested = flat(frame.rename(dict(zip(frame.columns, full, strict=True))))
    if part < 1.0:
        notes = (*notes, memory.sampled(source.label, frame.height, part))
    return Raw(frame, source.label, (*notes, *nested))


def _gathered(
    batches: Iterable[pl.DataFrame], label: str, options: Options
) -> tuple[pl.DataFrame, float]:
    """All batches as one frame; when they get too many, half of the rows, as often as it takes."""
    whole, seen, part = pl.DataFrame(), 0, 1.0
    for batch in batches:
        more = _stored(batch).with_row_index(_ROW, seen)
        seen += batch.height
        whole = pl.concat([whole, more.filter(memory.kept_expression(_ROW, part))])
        while (needed := whole.estimated_size()) > options.memory:
            if not options.sample:
                raise memory.too_large(needed, options.memory, label)
            part /= 2
            whole = whole.filter(memory.kept_expression(_ROW, part))
    return whole.drop(_ROW, strict=False).rechunk(), part


def _stored(batch: pl.DataFrame) -> pl.DataFrame:
    """Columns of the server's own types as what they are sent as: a numeric is text."""
    own = [s for s in batch if isinstance(s.dtype, _EXTENSION)]
    return batch.with_columns(s.ext.storage().alias(s.name) for s in own)


def _only_reads(action: int, *_: Any) -> int:
    """Allow what a SELECT does, and nothing that writes, attaches or changes a setting."""
    import sqlite3

    allowed = {
        sqlite3.SQLITE_SELECT,
        sqlite3.SQLITE_READ,
        sqlite3.SQLITE_FUNCTION,
        sqlite3.SQLITE_RECURSIVE,
    }
    return sqlite3.SQLITE_OK if action in allowed else sqlite3.SQLITE_DENY


def _answer(connection: Any, query: str, label: str, options: Options) -> Raw:
    cursor = connection.execute(query)
    full, notes = names.cleaned([column[0] for column in cursor.description or ()], label)
    rows, part = _fetched(cursor, len(full), label, options)
    if not rows:
        raise LuodiError("read.header_only", source=label)
    columns = zip(full, zip(*rows, strict=True), strict=True)
    frame = pl.DataFrame([objects.series(name, list(values)) for name, values in columns])
    if part < 1.0:
        notes = (*notes, memory.sampled(label, frame.height, part))
    return Raw(frame, label, notes)


def _fetched(
    cursor: Any, width: int, label: str, options: Options
) -> tuple[list[tuple[Any, ...]], float]:
    """All rows; when they get too many, half of them, as often as it takes."""
    rows: list[tuple[int, tuple[Any, ...]]] = []
    seen, part = 0, 1.0
    while batch := cursor.fetchmany(_BATCH_ROWS):
        rows += [(n, row) for n, row in enumerate(batch, seen) if memory.kept(n, part)]
        seen += len(batch)
        while (needed := len(rows) * width * _BYTES_A_CELL) > options.memory:
            if not options.sample:
                raise memory.too_large(needed, options.memory, label)
            part /= 2
            rows = [(n, row) for n, row in rows if memory.kept(n, part)]
    return [row for _, row in rows], part


def _refused(label: str, error: Exception) -> LuodiError:
    """What a database said, without any password that an address in it may carry."""
    reason = re.sub(r"://[^@\s]*@", "://", str(error)).strip().splitlines() or [
        type(error).__name__
    ]
    return LuodiError("read.database", source=label, reason=reason[0][:200])
