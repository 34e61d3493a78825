"""Connections to a server of PostgreSQL that neither hang for ever nor promise too much."""

from __future__ import annotations

import os
import ssl
from collections.abc import Callable
from contextlib import suppress
from importlib.util import find_spec
from typing import Any

from sqlalchemy import URL, Engine, create_engine, event

from luodi.core.errors import LuodiError, needs
from luodi.store.ledger.database import Database

CONNECT_S = 10.0
ANSWER_S = 60.0
LOCK_S = 30
PASSWORD = "PGPASSWORD"


def database(url: URL) -> Database:
    """The database of an address of PostgreSQL.

    Args:
        url: ``postgresql://USER:PASSWORD@HOST:PORT/NAME``. Without a password the one in
            ``PGPASSWORD`` is used. ``?sslmode=`` is one of ``verify-full``, ``require``,
            ``prefer`` (as without it: encrypted where the server offers it) and ``disable``.

    Raises:
        LuodiError: ``ledger.address``, ``environment.missing_package``.
    """
    if url.drivername not in ("postgresql", "postgresql+pg8000"):
        raise LuodiError("ledger.address")
    if find_spec("pg8000") is None:
        raise needs("pg8000", "postgresql")
    bare = url.set(drivername="postgresql+pg8000", query={})
    if bare.password is None and (password := os.environ.get(PASSWORD)):
        bare = bare.set(password=password)
    settings: dict[str, Any] = {
        "pool_pre_ping": True,
        "hide_parameters": True,
        "connect_args": {"ssl_context": _tls(url), "timeout": CONNECT_S},
    }
    writing = create_engine(bare, pool_size=1, **settings)
    reading = create_engine(bare, isolation_level="REPEATABLE READ", **settings)
    for engine in (writing, reading):
        event.listen(engine, "connect", _set_up)
    _read_only(reading)
    return Database(writing, reading)


class _Stream:
    """The driver's stream, whose reads fail as its writes do.

    The driver lets an error of the system out of a read as it is. The pool would not take that
    for a lost connection, and an answer that comes late would be taken for that of the next
    question.
    """

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def read(self, size: int) -> bytes:
        from pg8000 import InterfaceError

        try:
            data: bytes = self._stream.read(size)
        except OSError as error:
            raise InterfaceError("network error") from error
        return data


def _set_up(connection: Any, _: Any) -> None:
    connection._usock.settimeout(ANSWER_S)  # until now it was the time to connect
    connection._sock = _Stream(connection._sock)
    connection.close = _quietly(connection.close)
    cursor = connection.cursor()
    cursor.execute(f"SET lock_timeout = '{LOCK_S}s'")
    # A server may be set up to acknowledge before it has synced; stronger settings stay.
    cursor.execute(
        "SELECT set_config('synchronous_commit', 'on', false)"
        " WHERE current_setting('synchronous_commit') = 'off'"
    )
    connection.commit()


def _quietly(close: Callable[[], None]) -> Callable[[], None]:
    """Closing that takes a server which is gone already for closed.

    The driver would say goodbye to it first, fail, and the pool would print how, beside the error
    that whoever asked is given.
    """

    def closed() -> None:
        from pg8000 import InterfaceError

        with suppress(InterfaceError):
            close()

    return closed


def _read_only(engine: Engine) -> None:
    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")


def _tls(url: URL) -> ssl.SSLContext | bool | None:
    """How the address wants the way to the server protected, in PostgreSQL's own words."""
    mode = url.query.get("sslmode", "prefer")
    if set(url.query) - {"sslmode"} or mode not in ("disable", "prefer", "require", "verify-full"):
        raise LuodiError("ledger.address")
    if mode in ("disable", "prefer"):
        return False if mode == "disable" else None
    context = ssl.create_default_context()
    if mode == "require":
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context
