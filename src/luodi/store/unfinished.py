"""What a build that is under way has done so far, for the process that goes on when it is killed.

One folder beside the file that the build will write. Each file begins with the digest of what the
build is of and of the rest, so that nothing damaged and nothing of another build is ever used.
"""

from __future__ import annotations

import hashlib
import json
import re
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from luodi.store import disk

HEAD = 32
SPENT = "spent"
ENDING = ".kept"
OURS = re.compile(r"[a-z0-9.]{1,60}\.kept|\.[a-z0-9.]{1,40}\.[0-9a-f]{12}\.part")
"""Names that this module gives to files, and those of files that a kill has left half-written."""


class Unfinished:
    """The folder of one build; it is made when the first file is put there.

    It is an object because it counts how long the build has been under way.

    Args:
        folder: The folder.
        of: What the build is of, in a form that is the same for the same build only.

    Attributes:
        spent_s: Seconds that earlier processes spent on the same build; None where there is
            nothing of it.
        strange: Whether there are files of another build, or damaged ones where the count of
            seconds should be.
    """

    def __init__(self, folder: Path, of: bytes) -> None:
        self.folder, self._of = folder, of
        self._began = time.monotonic()
        counted = self.read(SPENT)
        self.spent_s: float | None = None if counted is None else float(json.loads(counted))
        self._own = counted is not None
        self.strange = counted is None and bool(_ours(folder))

    def begin(self) -> float:
        """Count from now on.

        Returns:
            The seconds that were spent before.
        """
        self._began = time.monotonic()
        return self.spent_s or 0.0

    def names(self) -> Sequence[str]:
        """See ``core.workshop.Shelf.names``."""
        listed = [name.removesuffix(ENDING) for name in _ours(self.folder) if self._own]
        return [name for name in listed if name != SPENT and not name.startswith(".")]

    def read(self, name: str) -> bytes | None:
        """See ``core.workshop.Shelf.read``."""
        try:
            data = disk.read(self._path(name))
        except OSError:
            return None
        head, rest = data[:HEAD], data[HEAD:]
        return rest if head == self._digest(name, rest) else None

    def put(self, name: str, data: bytes) -> None:
        """See ``core.workshop.Shelf.put``; the time spent is noted with it.

        The first file of a build takes the place of everything of another one.
        """
        if not self._own:
            self.clear()
        self._own = True
        disk.make_folder(self.folder, mode=0o700)
        spent = (self.spent_s or 0.0) + time.monotonic() - self._began
        for each, content in ((SPENT, json.dumps(round(spent, 3)).encode()), (name, data)):
            disk.put(self._path(each), self._digest(each, content) + content)

    def remove(self, name: str) -> None:
        """See ``core.workshop.Shelf.remove``."""
        disk.remove(self._path(name))

    def clear(self) -> None:
        """Remove all files of this module, and the folder unless it holds something else.

        Raises:
            LuodiError: ``environment.disk``.
        """
        self.spent_s, self._own = None, False
        for name in _ours(self.folder):
            disk.remove(self.folder / name)
        with suppress(OSError):
            self.folder.rmdir()

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}{ENDING}"

    def _digest(self, name: str, content: bytes) -> bytes:
        of = hashlib.sha256(self._of).digest() + hashlib.sha256(name.encode()).digest()
        return hashlib.sha256(of + content).digest()


def _ours(folder: Path) -> list[str]:
    """Names of the files in a folder that this module has written."""
    try:
        return sorted(path.name for path in folder.iterdir() if OURS.fullmatch(path.name))
    except OSError:
        return []
