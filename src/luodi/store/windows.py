"""Windows of service that were counted already, and alarms that were sent: nothing goes twice.

They hold counts only, and can be made again from the ledger at any time.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from luodi.core.manifest import canonical_json
from luodi.store import disk, lock

FOLDER, MARK = "windows", "sent"
MOST_KEPT = 1000


def put(home: Path, digest: str, start: int, window: Mapping[str, Any]) -> None:
    """Keep a window of a release; the oldest go when there are more than 1,000.

    Args:
        home: Folder of the home.
        digest: The release.
        start: The window's first moment, in microseconds.
        window: JSON data.

    Raises:
        LuodiError: ``environment.disk``.
    """
    folder = _folder(home, digest)
    disk.make_folder(folder, mode=0o700)
    disk.put(folder / f"{start:020d}.json", canonical_json(window))
    for path in sorted(folder.glob("*.json"))[:-MOST_KEPT]:
        disk.remove(path)


def kept(home: Path, digest: str, most: int = MOST_KEPT) -> list[dict[str, Any]]:
    """The latest windows of a release, oldest first; one that cannot be read is left out."""
    found = []
    for path in sorted(_folder(home, digest).glob("*.json"))[-most:]:
        try:
            found.append(json.loads(disk.read(path)))
        except (OSError, ValueError, RecursionError):
            continue
    return found


def mark(home: Path, digest: str) -> int | None:
    """The number of the last alarm of a release that a webhook has taken; None before the first."""
    try:
        return int(disk.read(_folder(home, digest) / MARK))
    except (OSError, ValueError):
        return None


def put_mark(home: Path, digest: str, number: int) -> None:
    """Note the number of the last alarm that a webhook has taken.

    Raises:
        LuodiError: ``environment.disk``.
    """
    folder = _folder(home, digest)
    disk.make_folder(folder, mode=0o700)
    disk.put(folder / MARK, str(number).encode())


@contextmanager
def alone(home: Path, digest: str) -> Iterator[None]:
    """A block in which nobody else of this machine counts the windows of a release.

    Raises:
        LuodiError: ``environment.disk``.
    """
    folder = _folder(home, digest)
    disk.make_folder(folder, mode=0o700)
    with lock.alone(folder / "lock"):
        yield


def _folder(home: Path, digest: str) -> Path:
    return home / FOLDER / digest.rpartition(":")[2]
