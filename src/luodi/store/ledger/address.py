"""From an address to connections that are set up as durability and safety want it."""

from __future__ import annotations

import sqlite3
import ssl
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from importlib.util import find_spec
from pathlib import Path
from typing import Any, cast

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import QueuePool

from luodi.core.errors import LuodiError, needs
from luodi.store import disk, lock

BUSY_MS = 10_000
EVERY = (f"busy_timeout={BUSY_MS}", "foreign_keys=ON", "trusted_schema=OFF", "mmap_size=0")
# A deleted row is overwritten, so that what was erased cannot be read from the file.
WRITING = ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON")
READING = ("query_only=ON",)


class Database:
    """Where a ledger lives. It is an object because it keeps the connection that writes.

    Args:
        writing: Gives connections that write; only the writer's thread takes one.
        reading: Gives connections that read, to any thread.
        file: The file of SQLite; None for a server.
    """

    def __init__(self, writing: Engine, reading: Engine, file: Path | None = None) -> None:
        self.writing, self.reading, self.file = writing, reading, file
        self._kept: Connection | None = None
        self._lock = lock.Lock(file.with_name(f"{file.name}.lock")) if file else None

    def alone(self) -> AbstractContextManager[None]:
        """Keep other processes from writing to the same file.

        Below 3.51.3 SQLite can lose pages when two connections write or checkpoint at the same
        moment; with this lock around every commit there is no such moment.
        """
        return self._lock or nullcontext()

    def close(self) -> None:
        """Close all connections; the writing one last, for then SQLite checkpoints."""
        self.reading.dispose()
        with self.alone():
            if self._kept is not None:
                self._kept.close()
            self.writing.dispose()
        if self._lock is not None:
            self._lock.close()

    @contextmanager
    def transaction(self, *, synced: bool = True) -> Iterator[Connection]:
        """A transaction that writes; when the block has ended well, it is committed.

        Args:
            synced: Whether it outlives a power cut from then on, or only the end of this process.
        """
        with self.alone(), self._connected() as connection:
            if self.file is not None and connection.info.get("synced") != synced:
                # SQLite takes this setting only between transactions
                raw = connection.connection.dbapi_connection
                cast(sqlite3.Connection, raw).execute(
                    f"PRAGMA synchronous={'FULL' if synced else 'NORMAL'}"
                )
                connection.info["synced"] = synced
            with connection.begin():
                if self.file is None and not synced:
                    connection.exec_driver_sql("SET LOCAL synchronous_commit = off")
                yield connection

    @contextmanager
    def _connected(self) -> Iterator[Connection]:
        if self.file is None:
            with self.writing.connect() as connection:  # a server may have gone: the pool asks it
                yield connection
        else:
            if self._kept is None:
                self._kept = self.writing.connect()
            yield self._kept


def database(address: str) -> Database:
    """The database of an address; a file of SQLite is made when it is not there.

    Args:
        address: ``sqlite:///FILE`` or ``postgresql://USER:PASSWORD@HOST:PORT/NAME``, the latter
            with ``?sslmode=verify-full`` or ``?sslmode=require`` where the way is to be encrypted.

    Raises:
        LuodiError: ``ledger.address`` for any other; ``environment.missing_package``;
            ``environment.disk``.
    """
    try:
        url = make_url(address)
    except ArgumentError:
        raise LuodiError("ledger.address") from None
    kind = url.get_backend_name()
    if kind == "sqlite" and url.database and url.database != ":memory:":
        return _sqlite(Path(url.database))
    if kind == "postgresql" and url.drivername in ("postgresql", "postgresql+pg8000"):
        return _postgresql(url)
    raise LuodiError("ledger.address")


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

    engine = create_engine("sqlite://", creator=connect, poolclass=QueuePool)

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        connection.connection.dbapi_connection.execute(f"BEGIN {begin}")

    return engine


def _postgresql(url: URL) -> Database:
    if find_spec("pg8000") is None:
        raise needs("pg8000", "postgresql")
    server = url.set(drivername="postgresql+pg8000", query={})
    settings: dict[str, Any] = {"pool_pre_ping": True, "connect_args": {"ssl_context": _tls(url)}}
    writing = create_engine(server, pool_size=1, **settings)
    reading = create_engine(server, isolation_level="REPEATABLE READ", **settings)

    @event.listens_for(reading, "begin")
    def _begin(connection: Any) -> None:
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")

    return Database(writing, reading)


def _tls(url: URL) -> ssl.SSLContext | None:
    """How the address wants the way to the server protected, in PostgreSQL's own words."""
    if set(url.query) - {"sslmode"}:
        raise LuodiError("ledger.address")
    mode = url.query.get("sslmode", "disable")
    if mode == "verify-full":
        return ssl.create_default_context()
    if mode == "require":
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return context
    if mode != "disable":
        raise LuodiError("ledger.address")
    return None
