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
from luodi.store.ledger import audit
from luodi.store.ledger.address import file_of
from luodi.store.ledger.clock import now_us
from luodi.store.ledger.ledger import Ledger
from luodi.store.ledger.rows import Release

SCHEMA = 1
SETTINGS = "home.json"
FILES = "blobs"
LEDGER = "ledger.sqlite"
HEAD = "audit.json"
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
        self.ledger = Ledger(address or folder / LEDGER)

    @classmethod
    def create(cls, folder: Path, address: str | None = None) -> Home:
        """Make a home and open it.

        Args:
            folder: A folder that is not there yet, or is empty.
            address: Where the ledger lives; None for a file of SQLite in the folder.

        Raises:
            LuodiError: ``home.exists``; ``environment.disk``; as ``Ledger``.
        """
        check_empty(folder)
        if address is not None:
            Ledger(absolute(address)).close()  # an address with a slip in it leaves no folder
        make_folders(folder)
        try:
            if address is None:
                Ledger(folder / LEDGER).close()
            finish(folder, address)
        except BaseException:
            clear(folder)
            raise
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

        Returns:
            The release as the ledger knows it; when it was known before, that may be another
            build of it, with its own file.

        Raises:
            LuodiError: ``environment.disk``, ``store.dead``; as ``Ledger.add_release``.
        """
        # first the file, then the row: a row always has its file
        release = Release(digest, name, self.blobs.put(data), about, now_us())
        if self.ledger.add_release(release):
            return release
        (known,) = [one for one in self.ledger.releases() if one.digest == digest]
        return known

    def collect(self, grace_s: float = GRACE_S) -> int:
        """Remove files that no release names.

        Returns:
            How many were removed.

        Raises:
            LuodiError: as ``Blobs.collect``.
        """
        needed = {release.blob for release in self.ledger.releases()}
        return self.blobs.collect(needed, grace_s)

    def sign_audit(self) -> audit.Head:
        """Sign the head of the audit, and note it in the folder too.

        So rows cut off at its end are found even when the signatures in the ledger are gone, as
        long as somebody who may change the ledger may not change the folder.

        Raises:
            LuodiError: as ``store.seal.sign``; ``environment.disk``.
        """
        head = self.ledger.sign_audit()
        disk.put(self.folder / HEAD, canonical_json({"number": head.number, "hash": head.hash}))
        return head

    def verify_audit(self, key: bytes | None = None) -> audit.Head:
        """Check the whole audit, up to the head that was noted in the folder.

        Args:
            key: The public key that must have signed; None accepts any.

        Raises:
            LuodiError: ``home.broken``; as ``ledger.audit.verify``.
        """
        return self.ledger.verify_audit(_noted(self.folder), key)


def check_empty(folder: Path) -> None:
    """Refuse a folder that holds something.

    Raises:
        LuodiError: ``home.exists``, ``environment.disk``.
    """
    try:
        with suppress(FileNotFoundError, NotADirectoryError):
            if any(folder.iterdir()):
                raise LuodiError("home.exists", folder=folder.name)
    except OSError as error:
        raise disk.refused(folder, error) from None


def make_folders(folder: Path) -> None:
    """Make the folders of a home that is not whole yet.

    Raises:
        LuodiError: ``home.exists`` when something is there; ``environment.disk``.
    """
    check_empty(folder)
    disk.make_folder(folder, mode=PRIVATE)
    disk.make_private(folder)
    disk.make_folder(folder / FILES, mode=PRIVATE)


def finish(folder: Path, address: str | None) -> None:
    """Write the settings, which come last: a folder that has them is a whole home.

    Raises:
        LuodiError: ``environment.disk``.
    """
    kept = None if address is None else absolute(address)
    disk.put(folder / SETTINGS, canonical_json({"schema": SCHEMA, "ledger": kept}))


def clear(folder: Path) -> None:
    """Remove what was made of a home that is not whole, so that it can be tried again."""
    with suppress(OSError, LuodiError):
        for path in [*(folder / FILES).glob("*"), *folder.glob(f"{LEDGER}*"), folder / SETTINGS]:
            disk.remove(path)
        (folder / FILES).rmdir()


def absolute(address: str) -> str:
    """An address that means the same from every folder."""
    file = file_of(address)
    return address if file is None else f"sqlite:///{file.absolute()}"


def _noted(folder: Path) -> audit.Head | None:
    try:
        noted = json.loads(disk.read(folder / HEAD))
        return audit.Head(int(noted["number"]), str(noted["hash"]))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        raise LuodiError("home.broken", file=HEAD) from None


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
