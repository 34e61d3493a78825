"""A home: one private folder with the releases and the ledger of everything they answered."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from luodi.core.errors import LuodiError
from luodi.core.manifest import canonical_json
from luodi.store import disk
from luodi.store.blobs import GRACE_S, Blobs
from luodi.store.ledger.ledger import Ledger
from luodi.store.ledger.rows import Release, now_us

SCHEMA = 1
SETTINGS = "home.json"
FILES = "blobs"
LEDGER = "ledger.sqlite"
PRIVATE = 0o700


class Home:
    """The files and the ledger of one folder, opened by ``create`` or ``open``.

    Attributes:
        folder: The folder.
        address: Where the ledger lives; None when it is a file in the folder.
        blobs: The files of the releases.
        ledger: What was answered, what came true, what is in use.
    """

    def __init__(self, folder: Path, address: str | None = None) -> None:
        self.folder, self.address = folder, address
        self.blobs = Blobs(folder / FILES)
        self.ledger = Ledger(address or _inside(folder))

    @classmethod
    def create(cls, folder: Path, address: str | None = None) -> Home:
        """Make a home and open it.

        Args:
            folder: A folder that is not there yet, or is empty.
            address: Where the ledger lives; None for a file of SQLite in the folder.

        Raises:
            LuodiError: ``home.exists``; ``environment.disk``; as ``Ledger``.
        """
        make_folders(folder)
        Ledger(address or _inside(folder)).close()
        finish(folder, address)
        return cls.open(folder)

    @classmethod
    def open(cls, folder: Path) -> Home:
        """Open a home, and sweep what writers that were stopped have left in it.

        Raises:
            LuodiError: ``home.missing`` when there is none, ``home.broken``, ``home.shared`` when
                others may look into it; as ``Ledger``.
        """
        address = _settings(folder)["ledger"]
        if disk.is_shared(folder):
            raise LuodiError("home.shared", folder=folder.name)
        home = cls(folder, address)
        home.blobs.sweep()
        return home

    def __enter__(self) -> Home:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Write what waits and close the ledger."""
        self.ledger.close()

    def add(self, data: bytes, digest: str, name: str, about: Mapping[str, Any]) -> Release:
        """Keep the file of a release and make it known.

        Args:
            data: The file, which the caller has verified.
            digest: The release digest.
            name: The task's name.
            about: What is worth knowing of it, JSON data.

        Raises:
            LuodiError: ``environment.disk``, ``store.dead``; as ``Ledger.add_release``.
        """
        # first the file, then the row: a row always has its file
        release = Release(digest, name, self.blobs.put(data), about, now_us())
        self.ledger.add_release(release)
        return release

    def collect(self, grace_s: float = GRACE_S) -> int:
        """Remove files that no release names.

        Returns:
            How many were removed.

        Raises:
            LuodiError: as ``Blobs.collect``.
        """
        needed = {release.blob for release in self.ledger.releases()}
        return self.blobs.collect(needed, grace_s)


def make_folders(folder: Path) -> None:
    """Make the folders of a home that is not whole yet.

    Raises:
        LuodiError: ``home.exists`` when something is there; ``environment.disk``.
    """
    with suppress(FileNotFoundError, NotADirectoryError):
        if any(folder.iterdir()):
            raise LuodiError("home.exists", folder=folder.name)
    disk.make_folder(folder, mode=PRIVATE)
    disk.make_private(folder)
    disk.make_folder(folder / FILES, mode=PRIVATE)


def finish(folder: Path, address: str | None) -> None:
    """Write the settings, which come last: a folder that has them is a whole home.

    Raises:
        LuodiError: ``environment.disk``.
    """
    disk.put(folder / SETTINGS, canonical_json({"schema": SCHEMA, "ledger": address}))


def _inside(folder: Path) -> str:
    return f"sqlite:///{folder.absolute() / LEDGER}"


def _settings(folder: Path) -> dict[str, Any]:
    try:
        settings = json.loads(disk.read(folder / SETTINGS))
    except (FileNotFoundError, NotADirectoryError):
        raise LuodiError("home.missing", folder=folder.name) from None
    except (OSError, ValueError, RecursionError):
        raise LuodiError("home.broken", file=SETTINGS) from None
    right = isinstance(settings, dict) and set(settings) == {"schema", "ledger"}
    if not right or settings["schema"] != SCHEMA or not isinstance(settings["ledger"], str | None):
        raise LuodiError("home.broken", file=SETTINGS)
    return {"schema": SCHEMA, "ledger": settings["ledger"]}
