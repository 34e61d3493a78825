"""One database: who may write when, and when what was written is safe."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from pathlib import Path
from typing import cast

from sqlalchemy import Connection, Engine

from luodi.core.errors import LuodiError
from luodi.store import lock
from luodi.store.ledger.trouble import telling

CARRY_ROWS, LOOK_ROWS = 1_000, 8
LOG_BYTES = 8 << 20
EMPTY_WAIT_MS = 1_000
EMPTY_AGAIN_S = 10.0


class Database:
    """Where a ledger lives. It is an object because it keeps the connection that writes.

    Args:
        writing: Gives connections that write; only the writer's thread takes one.
        reading: Gives connections that read, to any thread.
        file: The file of SQLite; None for a server.
    """

    def __init__(self, writing: Engine, reading: Engine, file: Path | None = None) -> None:
        self.writing, self.reading, self.file = writing, reading, file
        self._empty_log_from: float | None = None
        self._kept: Connection | None = None
        self._lock = lock.Lock(file.with_name(f"{file.name}.lock")) if file else None
        self._process = os.getpid()
        self._synced: bool | None = None
        self._carried, self._looked, self._log_low = 0, 0, 0

    def check_process(self) -> None:
        """Refuse a process that was forked from the one that opened this.

        Its locks and connections would be shared, its thread that writes would be missing.

        Raises:
            LuodiError: ``ledger.forked``.
        """
        if self.is_forked():
            raise LuodiError("ledger.forked")

    def is_forked(self) -> bool:
        """Whether this process was forked from the one that opened this."""
        return os.getpid() != self._process

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
        if self.file is not None:
            with self.alone(), self._in_file(synced) as connection:
                yield connection
            return
        with self.writing.connect() as connection, connection.begin():
            if not synced:
                connection.exec_driver_sql("SET LOCAL synchronous_commit = off")
            yield connection

    @contextmanager
    def _in_file(self, synced: bool) -> Iterator[Connection]:
        """A transaction of SQLite, begun and ended by its driver: answers wait for each step."""
        if self._kept is None:
            self._kept = self.writing.connect()
        connection, raw = self._kept, _raw(self._kept)
        if self._synced != synced:
            # SQLite takes this setting only between transactions
            raw.execute(f"PRAGMA synchronous={'FULL' if synced else 'NORMAL'}")
            self._synced = synced
        raw.execute("BEGIN IMMEDIATE")
        try:
            yield connection
            self._commit(raw)
        except BaseException:
            raw.rollback()
            raise
        finally:
            if connection.in_transaction():  # it believes in one since it was first asked
                connection.rollback()

    def _commit(self, raw: sqlite3.Connection) -> None:
        raw.commit()

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """A connection that sees one moment and cannot write.

        Raises:
            LuodiError: ``ledger.unreachable``, ``ledger.forked``; what goes wrong in the block for
                other reasons, such as a file that cannot be written there, comes out as it is.
        """
        self.check_process()
        try:
            with telling(), self.reading.begin() as connection:
                try:
                    yield connection
                except OSError as error:
                    raise _TheirsError(error) from None
        except _TheirsError as wrapped:
            raise wrapped.error from None

    def ask_for_empty_log(self) -> None:
        """Let ``tend`` empty the log of SQLite the next time."""
        if self.file is not None:
            self._empty_log_from = time.monotonic()

    def must_empty_log(self) -> bool:
        """Whether the log is to be emptied now; while somebody reads it is tried now and then."""
        return self._empty_log_from is not None and time.monotonic() >= self._empty_log_from

    def tend(self) -> None:
        """Carry SQLite's log over into its file when enough has gathered since the last time.

        SQLite would do it by itself after a commit, but keeps silent when a sync fails there;
        asked for by name, it tells, and the ledger can stop.

        Raises:
            sqlite3.Error: it failed; what was committed is still in the log.
        """
        if self.file is None or self._kept is None:
            return
        raw = _raw(self._kept)
        if raw.total_changes - self._looked < LOOK_ROWS and not self.must_empty_log():
            return
        self._looked, size = raw.total_changes, self._log_size()
        self._log_low = min(self._log_low, size)
        grown = raw.total_changes - self._carried >= CARRY_ROWS or size > self._log_low + LOG_BYTES
        if grown or self.must_empty_log():
            with self.alone():
                self._carry(raw)
            self._carried, self._log_low = raw.total_changes, self._log_size()

    def _carry(self, raw: sqlite3.Connection) -> None:
        if not self.must_empty_log():
            raw.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
            return
        # whoever reads holds it up: then it is tried again later, for writers wait meanwhile
        (usual_ms,) = raw.execute("PRAGMA busy_timeout").fetchone()
        raw.execute(f"PRAGMA busy_timeout={EMPTY_WAIT_MS}").fetchall()
        try:
            (busy, *_) = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        finally:
            raw.execute(f"PRAGMA busy_timeout={usual_ms}").fetchall()
        self._empty_log_from = time.monotonic() + EMPTY_AGAIN_S if busy else None

    def _log_size(self) -> int:
        with suppress(OSError):
            return os.stat(f"{self.file}-wal").st_size
        return 0


def _raw(connection: Connection) -> sqlite3.Connection:
    return cast(sqlite3.Connection, connection.connection.dbapi_connection)


class _TheirsError(Exception):
    """An error of the system that whoever reads met, and not the database."""

    def __init__(self, error: OSError) -> None:
        super().__init__()
        self.error = error
