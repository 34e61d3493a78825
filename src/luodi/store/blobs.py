"""Files that never change, named by what they hold."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from luodi.core.errors import LuodiError
from luodi.core.manifest import sha256
from luodi.store import disk, lock

GRACE_S = 24 * 3600.0
LOCK = ".lock"
_DIGEST = re.compile(r"sha256:([0-9a-f]{64})")
_NAME = re.compile(r"[0-9a-f]{64}")
_ORPHAN = re.compile(r"\..*\.part")


class Blobs:
    """A folder of immutable files.

    It is an object because one failed sync ends it: what the disk holds is unknown from then on,
    and nothing more is acknowledged.

    Args:
        folder: The folder, which must exist.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._dead = False

    def put(self, data: bytes) -> str:
        """Keep these bytes; the same bytes again are the same file.

        Returns:
            ``sha256:…`` of the bytes, once they would survive a power cut.

        Raises:
            LuodiError: ``environment.disk``; ``store.dead`` after a sync has failed.
        """
        digest = f"sha256:{sha256(data)}"
        path = self._path(digest)
        with self._alive(), self._alone():
            if self._sound(path):
                disk.renew(path)
            else:
                disk.put(path, data)
        return digest

    def get(self, digest: str) -> bytes:
        """The bytes of that digest, which is checked after they were read.

        Raises:
            LuodiError: ``store.blob_missing``, ``store.blob_broken``, ``store.digest`` when it
                is no digest at all.
        """
        path = self._path(digest)
        try:
            data = disk.read(path)
        except FileNotFoundError:
            raise LuodiError("store.blob_missing", digest=digest) from None
        except OSError as error:
            raise LuodiError("store.blob_broken", digest=digest, reason=error.strerror) from None
        if sha256(data) != path.name:
            reason = "its content has changed"
            raise LuodiError("store.blob_broken", digest=digest, reason=reason)
        return data

    def digests(self) -> list[str]:
        """Digests of all files, sorted; their content is not read."""
        return sorted(f"sha256:{name}" for name in disk.ages(self.folder) if _NAME.fullmatch(name))

    def sweep(self, grace_s: float = GRACE_S) -> int:
        """Remove what writers that were stopped have left behind.

        Args:
            grace_s: How old such a file must be; a younger one may still be written.

        Returns:
            How many were removed.

        Raises:
            LuodiError: ``environment.disk``, ``store.dead``.
        """
        return self._remove(
            name
            for name, age_s in disk.ages(self.folder).items()
            if _ORPHAN.fullmatch(name) and age_s > grace_s
        )

    def collect(self, needed: Collection[str], grace_s: float = GRACE_S) -> int:
        """Remove the files that nobody needs.

        Args:
            needed: The digests to keep.
            grace_s: How old a file must be to be removed, so that there is time to name one that
                was just put.

        Returns:
            How many were removed.

        Raises:
            LuodiError: ``store.digest`` when a name in ``needed`` is no digest, before anything
                is removed; ``environment.disk``, ``store.dead``.
        """
        kept = {self._path(digest).name for digest in needed}
        with self._alone():  # between the look at the age and the removal nobody puts it again
            return self._remove(
                name
                for name, age_s in disk.ages(self.folder).items()
                if _NAME.fullmatch(name) and name not in kept and age_s > grace_s
            )

    def _remove(self, names: Iterator[str]) -> int:
        removed = 0
        with self._alive():
            for name in names:
                disk.remove(self.folder / name)
                removed += 1
        return removed

    def _path(self, digest: str) -> Path:
        found = _DIGEST.fullmatch(digest)
        if found is None:
            raise LuodiError("store.digest", seen=ascii(digest)[:80])
        return self.folder / found[1]

    def _sound(self, path: Path) -> bool:
        with suppress(OSError):
            return sha256(disk.read(path)) == path.name
        return False

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with lock.alone(self.folder / LOCK):
            yield

    @contextmanager
    def _alive(self) -> Iterator[None]:
        if self._dead:
            raise LuodiError("store.dead")
        try:
            yield
        except disk.NotSynced:
            self._dead = True
            raise
