"""What a database says when it cannot, as errors with a code."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import (
    DBAPIError,
    IntegrityError,
    InterfaceError,
    OperationalError,
    SQLAlchemyError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout

from luodi.core.errors import LuodiError
from luodi.store import disk

FULL = "53100"  # PostgreSQL's code for a full disk
# PostgreSQL's classes for: no connection, no such login, no such database, no resources, shutting
# down; and its codes for a missing right, for a server that only reads, and for a lock that
# another one keeps.
UNREACHABLE = ("08", "28", "3D", "53", "57", "42501", "25006", "55P03", "40P01")


def told(error: Exception) -> Exception:
    """The error that a user sees: never a text of the database, which may quote values."""
    if isinstance(error, PoolTimeout):
        return LuodiError("ledger.unreachable")
    if not isinstance(error, DBAPIError | sqlite3.Error | OSError):
        return error
    if ends_the_handle(error):
        return LuodiError("ledger.dead")
    if _is_full(error):
        return LuodiError("ledger.full")
    if _is_unreachable(error):
        return LuodiError("ledger.unreachable")
    return LuodiError("ledger.refused", reason=_reason(error))


@contextmanager
def telling() -> Iterator[None]:
    """A block whose errors of the database become those that a user sees."""
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error, OSError) as error:
        raise told(error) from None


def breaks_a_rule(error: DBAPIError | sqlite3.Error) -> bool:
    """Whether a row breaks a rule of the tables: its key is taken, or what it names is missing."""
    broken = isinstance(error, IntegrityError | sqlite3.IntegrityError)
    return broken or _server_code(error).startswith("23")


def is_about_storage(error: Exception) -> bool:
    """Whether every row of a group would meet the same trouble."""
    if isinstance(error, LuodiError):
        return error.code in ("environment.disk", "ledger.dead")
    return ends_the_handle(error) or _is_full(error) or _is_unreachable(error)


def ends_the_handle(error: Exception) -> bool:
    """Whether reading or syncing failed, so that what the disk holds is unknown."""
    if isinstance(error, disk.NotSynced):
        return True
    if _is_full(error):
        return False
    low = (_sqlite_code(error) or 0) & 0xFF
    return low in (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def _is_full(error: Exception) -> bool:
    # The second is how SQLite says that there is no room for the index of its log, the third that
    # a quota or a limit on the size of files is reached. A write that the system refused leaves
    # nothing unknown, as a failed sync does: it is undone, and the next may go on.
    full = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_SHMSIZE, sqlite3.SQLITE_IOERR_WRITE)
    return _sqlite_code(error) in full or _server_code(error) == FULL


def _is_unreachable(error: Exception) -> bool:
    if _sqlite_code(error) is not None:
        low = (_sqlite_code(error) or 0) & 0xFF
        return low in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY)
    if isinstance(error, OSError) or isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    lost = isinstance(error, InterfaceError | OperationalError)
    return lost and not _server_code(error) or _server_code(error).startswith(UNREACHABLE)


def _sqlite_code(error: Exception) -> int | None:
    cause = error.orig if isinstance(error, DBAPIError) else error
    return getattr(cause, "sqlite_errorcode", None)


def _server_code(error: Exception) -> str:
    """PostgreSQL's five letters; empty when there are none."""
    cause = error.orig if isinstance(error, DBAPIError) else None
    said = cause.args[0] if cause is not None and cause.args else None
    return str(said.get("C", "")) if isinstance(said, dict) else ""


def _reason(error: Exception) -> str:
    cause = error.orig if isinstance(error, DBAPIError) else error
    return _server_code(error) or getattr(cause, "sqlite_errorname", type(cause).__name__)
