"""A home as one file, taken while it is in use, and a home again from that file.

The file is a SQLite database: a snapshot of the ledger with one more table that holds the files.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from luodi.core.errors import LuodiError
from luodi.core.manifest import sha256
from luodi.store import disk
from luodi.store.blobs import Blobs
from luodi.store.home import FILES, LEDGER, SETTINGS, Home, finish, make_folders

TABLE = "backup_files"


def save(home: Home, target: Path) -> Path:
    """Write all of a home into one file; whatever was acknowledged before is in it.

    Args:
        home: A home whose ledger is a file of its own.
        target: The file; one of that name is replaced when the new one is whole.

    Raises:
        LuodiError: ``home.elsewhere`` when the ledger lives on a server; ``store.blob_broken``
            and ``store.blob_missing`` when a file is not what its digest says;
            ``home.backup_failed``, ``environment.disk``.
    """
    if home.address is not None:
        raise LuodiError("home.elsewhere")
    failed = _told(target, "home.backup_failed")
    with disk.building(target) as temporary, failed, _open(temporary) as copy:
        with _reading(home.folder / LEDGER) as ledger:
            ledger.backup(copy)  # in one step: writers go on, and what they add is not in it
        copy.execute("PRAGMA journal_mode=DELETE").fetchall()  # one file, no companions
        copy.execute(f"CREATE TABLE {TABLE} (digest TEXT PRIMARY KEY, data BLOB NOT NULL)")
        for digest in _needed(copy):
            row = (digest, home.blobs.get(digest))
            copy.execute(f"INSERT INTO {TABLE} VALUES (?, ?)", row)
    return target


def restore(source: Path, folder: Path) -> Home:
    """Make a home from a backup and open it.

    Args:
        source: What ``save`` has written.
        folder: A folder that is not there yet, or is empty.

    Returns:
        The home. Every file was checked against its digest, the database against its own rules
        and the audit against its hashes before it became one.

    Raises:
        LuodiError: ``home.backup_broken``, ``home.exists``, ``ledger.chain``;
            ``environment.disk``; as ``Home.open``.
    """
    if not source.is_file():
        raise LuodiError("home.backup_broken", file=source.name, reason="there is no such file")
    with _told(source, "home.backup_broken"), _reading(source) as backup:
        _check(backup, source)
        make_folders(folder)
        blobs = Blobs(folder / FILES)
        for digest, data in backup.execute(f"SELECT digest, data FROM {TABLE}"):
            if not isinstance(data, bytes) or digest != f"sha256:{sha256(data)}":
                reason = "a file in it is not what its digest says"
                raise LuodiError("home.backup_broken", file=source.name, reason=reason)
            blobs.put(data)
        with disk.building(folder / LEDGER) as temporary, _open(temporary) as ledger:
            backup.backup(ledger)
            ledger.execute(f"DROP TABLE {TABLE}")
            ledger.execute("VACUUM")
    finish(folder, None)
    home = Home.open(folder)
    try:
        home.ledger.verify_audit()
    except LuodiError:
        home.close()
        disk.remove(folder / SETTINGS)  # what is not sound is no home
        raise
    return home


def _check(backup: sqlite3.Connection, source: Path) -> None:
    """Refuse a database that is damaged, lacks files, or brings code of its own."""
    said = backup.execute("PRAGMA integrity_check").fetchall()
    foreign = "SELECT count(*) FROM sqlite_schema WHERE type NOT IN ('table', 'index')"
    held = {row[0] for row in backup.execute(f"SELECT digest FROM {TABLE}")}
    if said != [("ok",)]:
        reason = "it is damaged"
    elif backup.execute(foreign).fetchone() != (0,):
        reason = "it brings triggers or views, which no backup has"
    elif missing := set(_needed(backup)) - held:
        reason = f"it lacks the file {min(missing)}"
    else:
        return
    raise LuodiError("home.backup_broken", file=source.name, reason=reason)


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
def _told(file: Path, code: str) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        reason = getattr(error, "sqlite_errorname", type(error).__name__)
        raise LuodiError(code, file=file.name, reason=reason) from None
