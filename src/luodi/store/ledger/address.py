"""From an address to connections that are set up as durability and safety want it."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import QueuePool

from luodi.core.errors import LuodiError
from luodi.store import disk
from luodi.store.ledger import server
from luodi.store.ledger.database import LOG_BYTES, Database

BUSY_MS = 10_000
EVERY = (f"busy_timeout={BUSY_MS}", "foreign_keys=ON", "trusted_schema=OFF", "mmap_size=0")
WRITING = (
    "journal_mode=WAL",
    "synchronous=FULL",
    # A deleted row is overwritten, so that what was erased cannot be read from the file.
    "secure_delete=ON",
    # The log is carried over by ``Database.tend``, and keeps no more than this for the next time.
    "wal_autocheckpoint=0",
    f"journal_size_limit={LOG_BYTES // 2}",
)
READING = ("query_only=ON",)


def database(address: str | Path) -> Database:
    """The database of an address; a file of SQLite is made when it is not there.

    Args:
        address: A file of SQLite, ``sqlite:///FILE`` or
            ``postgresql://USER:PASSWORD@HOST:PORT/NAME``, as ``server.database`` takes it.

    Raises:
        LuodiError: ``ledger.address`` for any other; ``environment.missing_package``;
            ``environment.disk``.
    """
    if isinstance(address, Path):
        return _sqlite(address)
    if file := file_of(address):
        return _sqlite(file)
    try:
        return server.database(make_url(address))
    except (ArgumentError, ValueError):  # the text of either may quote the password
        raise LuodiError("ledger.address") from None


def file_of(address: str) -> Path | None:
    """The file of an address of SQLite; None for any other address.

    What follows ``sqlite:///`` is the file, whatever signs it holds.
    """
    name = address.removeprefix("sqlite:///")
    if name in (address, "", ":memory:") or "\0" in name:
        return None
    return Path(name)


def scratch(file: Path) -> Engine:
    """Fast connections to a file that nobody counts on yet; it has no companions beside it."""
    settings = ("trusted_schema=OFF", "mmap_size=0", "synchronous=OFF", "foreign_keys=ON")
    return _sqlite_engine(f"{file.absolute().as_uri()}?mode=rw", "IMMEDIATE", settings)


def _sqlite(file: Path) -> Database:
    if not file.exists():
        disk.put_new(file, b"")  # so that it is private from its first moment
    path = file.absolute().as_uri()
    writing = _sqlite_engine(f"{path}?mode=rw", "IMMEDIATE", (*EVERY, *WRITING))
    reading = _sqlite_engine(f"{path}?mode=ro", "DEFERRED", (*EVERY, *READING))
    return Database(writing, reading, file)


def _sqlite_engine(uri: str, begin: str, settings: tuple[str, ...]) -> Engine:
    def connect() -> sqlite3.Connection:
        # Transactions are begun below; the module's own rules begin them too late.
        connection = sqlite3.connect(uri, uri=True, check_same_thread=False, isolation_level=None)
        for setting in settings:
            connection.execute(f"PRAGMA {setting}").fetchall()
        return connection

    engine = create_engine("sqlite://", creator=connect, poolclass=QueuePool, hide_parameters=True)

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        raw = connection.connection.dbapi_connection
        if not raw.in_transaction:  # ``Database.transaction`` has begun one for its writer
            raw.execute(f"BEGIN {begin}")

    return engine
