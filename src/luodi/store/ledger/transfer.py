"""All rows of a ledger from one database to another."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Table, func, select, text

from luodi.core.errors import LuodiError
from luodi.store.ledger.audit import hold
from luodi.store.ledger.insert import add_rows
from luodi.store.ledger.schema import metadata

AT_ONCE = 2_000


def copy(source: Connection, target: Connection) -> None:
    """Copy all rows into tables that are there and empty, in the transaction of the target.

    Args:
        source: A connection that sees one moment, with the newest tables.
        target: A connection in a transaction that writes, with the newest tables.

    Raises:
        LuodiError: ``ledger.occupied`` when the target holds rows.
    """
    hold(target)
    for table in metadata.sorted_tables:  # what is named comes before what names it
        if target.execute(select(table).limit(1)).first() is not None:
            raise LuodiError("ledger.occupied")
    for table in metadata.sorted_tables:
        for rows in _parts(source, table):
            add_rows(target, table, rows)
        _go_on_numbering(target, table)


def _parts(connection: Connection, table: Table) -> Iterator[list[dict[str, Any]]]:
    asked = select(table).order_by(*table.primary_key)
    rows = connection.execute(asked.execution_options(yield_per=AT_ONCE))
    for part in rows.mappings().partitions():
        yield [dict(row) for row in part]


def _go_on_numbering(target: Connection, table: Table) -> None:
    """Let a server number the next row after the last one; SQLite does so by itself."""
    number = table.autoincrement_column
    if target.dialect.name != "postgresql" or number is None:
        return
    last = target.scalar(select(func.max(number)))
    if last is not None:
        sequence = text("SELECT setval(pg_get_serial_sequence(:named, :number), :last)")
        asked = {"named": table.name, "number": number.name, "last": last}
        target.execute(sequence, asked)
