"""A home as one file, taken while it is in use, and a home again from that file.

The file is a SQLite database, wherever the ledger lives: all its rows as they were at one moment,
a digest over each of its tables, and one more table that holds the files of the releases.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from luodi.core.errors import LuodiError
from luodi.core.manifest import sha256
from luodi.store import disk
from luodi.store.blobs import Blobs
from luodi.store.home import FILES, LEDGER, Home, absolute, clear, finish, make_folders
from luodi.store.ledger import audit, transfer
from luodi.store.ledger.address import database, scratch
from luodi.store.ledger.migrate import to_newest, upgrade
from luodi.store.ledger.schema import metadata
from luodi.store.ledger.trouble import telling

FILES_TABLE = "backup_files"
DIGESTS_TABLE = "backup_digests"
VERSIONS = "alembic_version"
# those of SQLite itself, such as its statistics, are none of ours
TABLES = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT GLOB 'sqlite_*'"
OURS = {FILES_TABLE, DIGESTS_TABLE}


def keep(home: Home, target: Path) -> Path:
    """Write all of a home into one file; whatever was acknowledged before is in it.

    Args:
        home: A home; it may be in use.
        target: The file; one of that name is replaced when the new one is whole.

    Raises:
        LuodiError: ``store.blob_broken`` and ``store.blob_missing`` when a file is not what its
            digest says; ``home.backup_failed``, ``ledger.unreachable``, ``environment.disk``.
    """
    failed = _told(target, "home.backup_failed")
    with disk.building(target) as temporary, failed:
        if home.ledger.file is None:
            _from_server(home, temporary)
        else:
            _from_file(home.ledger.file, temporary)
        with _open(temporary) as copy:
            digests = _digests(copy)
            copy.execute(f"CREATE TABLE {DIGESTS_TABLE} (part TEXT PRIMARY KEY, digest TEXT)")
            copy.executemany(f"INSERT INTO {DIGESTS_TABLE} VALUES (?, ?)", digests.items())
            copy.execute(
                f"CREATE TABLE {FILES_TABLE} (digest TEXT PRIMARY KEY, data BLOB NOT NULL)"
            )
            for digest in _needed(copy):
                row = (digest, home.blobs.get(digest))
                copy.execute(f"INSERT INTO {FILES_TABLE} VALUES (?, ?)", row)
    return target


def restore(source: Path, folder: Path, address: str | None = None) -> Home:
    """Make a home from a backup and open it.

    Args:
        source: What ``keep`` has written.
        folder: A folder that is not there yet, or is empty.
        address: Where the ledger shall live; None for a file in the folder. A server's database
            must hold no ledger with rows.

    Returns:
        The home. Every file was checked against its digest, every table against its digest and
        its rules, and the audit against its hashes before it became one.

    Raises:
        LuodiError: ``home.backup_broken``, ``home.exists``, ``ledger.chain``,
            ``ledger.occupied``; ``environment.disk``; as ``Home.open``.
    """
    if not source.is_file():
        raise LuodiError("home.backup_broken", file=source.name, reason="there is no such file")
    with _told(source, "home.backup_broken"), _reading(source) as backup:
        _check(backup, source)
        make_folders(folder)
        try:
            _keep_files(backup, source, folder)
            _keep_rows(backup, source, folder / LEDGER)
            if address is not None:
                _to(address, folder / LEDGER)
        except BaseException:
            clear(folder)
            raise
    finish(folder, address)
    return Home.open(folder)


def _from_file(file: Path, temporary: Path) -> None:
    with _reading(file) as ledger, _open(temporary) as copy:
        ledger.backup(copy)  # in one step: writers go on, and what they add is not in it
        copy.execute("PRAGMA journal_mode=DELETE").fetchall()  # one file, no companions


def _from_server(home: Home, temporary: Path) -> None:
    with _rows(temporary) as copy:
        upgrade(copy)
        with home.ledger.reading() as ledger:
            transfer.copy(ledger, copy)


def _keep_files(backup: sqlite3.Connection, source: Path, folder: Path) -> None:
    blobs = Blobs(folder / FILES)
    for digest, data in backup.execute(f"SELECT digest, data FROM {FILES_TABLE}"):
        if not isinstance(data, bytes) or digest != f"sha256:{sha256(data)}":
            raise _broken(source, "a file in it is not what its digest says")
        blobs.put(data)


def _keep_rows(backup: sqlite3.Connection, source: Path, file: Path) -> None:
    """The ledger of a backup as a file of its own, with the newest tables."""
    if _digests(backup) != dict(backup.execute(f"SELECT part, digest FROM {DIGESTS_TABLE}")):
        raise _broken(source, "its rows are not what their digests say")
    with disk.building(file) as temporary:
        with _open(temporary) as copy:
            backup.backup(copy)
            for table in sorted(OURS):
                copy.execute(f"DROP TABLE {table}")
            copy.execute("VACUUM")
        with _rows(temporary) as rows:
            upgrade(rows)
            audit.verify(rows)


def _to(address: str, file: Path) -> None:
    """Move the rows of a file to where they shall live."""
    target = database(absolute(address))
    try:
        with telling():
            to_newest(target)
            with _rows(file) as rows, target.transaction() as connection:
                transfer.copy(rows, connection)
    finally:
        target.close()
    disk.remove(file)


def _check(backup: sqlite3.Connection, source: Path) -> None:
    """Refuse a database that is damaged, lacks files, or brings code of its own."""
    said = backup.execute("PRAGMA integrity_check").fetchall()
    foreign = "type NOT IN ('table', 'index') OR sql LIKE 'CREATE VIRTUAL%'"
    brought = f"SELECT count(*) FROM sqlite_schema WHERE {foreign}"
    named = {row[0] for row in backup.execute(TABLES)}
    if said != [("ok",)]:
        raise _broken(source, "it is damaged")
    if backup.execute(brought).fetchone() != (0,) or named - OURS - {
        VERSIONS,
        *metadata.tables,
    }:
        raise _broken(source, "it brings tables, triggers or views that no backup has")
    if backup.execute("PRAGMA foreign_key_check").fetchone():
        raise _broken(source, "a row in it names one that is not there")
    held = {row[0] for row in backup.execute(f"SELECT digest FROM {FILES_TABLE}")}
    if missing := set(_needed(backup)) - held:
        raise _broken(source, f"it lacks the file {ascii(min(missing))[:80]}")


def _digests(connection: sqlite3.Connection) -> dict[str, str]:
    """SHA-256 over all rows of each table of the ledger, in the order of their keys."""
    found = {}
    for name in {row[0] for row in connection.execute(TABLES)} - OURS:
        digest = hashlib.sha256()
        # the names were checked; in all of our tables the first columns are the key
        columns = len(connection.execute(f"PRAGMA table_info({name})").fetchall())
        order = ", ".join(str(column) for column in range(1, min(columns, 2) + 1))
        for row in connection.execute(f"SELECT * FROM {name} ORDER BY {order}"):
            digest.update(json.dumps(row, default=repr).encode() + b"\n")
        found[name] = f"sha256:{digest.hexdigest()}"
    return found


def _broken(source: Path, reason: str) -> LuodiError:
    return LuodiError("home.backup_broken", file=source.name, reason=reason)


def _needed(connection: sqlite3.Connection) -> list[str]:
    return [row[0] for row in connection.execute("SELECT DISTINCT blob FROM releases ORDER BY 1")]


@contextmanager
def _reading(file: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        connection.execute("PRAGMA trusted_schema=OFF")
        connection.execute("PRAGMA mmap_size=0")
        yield connection


@contextmanager
def _open(file: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("PRAGMA trusted_schema=OFF")
        # the whole file is synced before it gets its name; until then nobody counts on it
        connection.execute("PRAGMA synchronous=OFF")
        yield connection


@contextmanager
def _rows(file: Path) -> Iterator[Connection]:
    """A file that nobody counts on yet, through the same library as a ledger, in a transaction."""
    engine = scratch(file)
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


@contextmanager
def _told(file: Path, code: str) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        reason = getattr(error, "sqlite_errorname", type(error).__name__)
        raise LuodiError(code, file=file.name, reason=reason) from None
    except SQLAlchemyError as error:
        raise LuodiError(code, file=file.name, reason=type(error).__name__) from None
