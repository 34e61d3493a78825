"""Every write of luodi goes through here: whole, durable, or not at all."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from luodi.core.errors import LuodiError

PRIVATE = 0o600
# Every function below calls the system through this name, so that a test can stand a fake disk
# in for it and enumerate every state a crash may leave.
system = os


class NotSynced(LuodiError):
    """A sync failed: what the disk holds is unknown, so whoever wrote must stop, not try again.

    After a failed sync Linux forgets the pages that were not written, and the next sync says
    that all is well.
    """


class _SyncError(OSError):
    """An error of the system in a sync, apart from the others."""


def put(path: str | os.PathLike[str], data: bytes, *, mode: int = PRIVATE) -> Path:
    """Write a file so that after any crash it holds either the old content or all of the new.

    A temporary file beside the target is written and synced, renamed over the target, and then
    the folder is synced, so that the new name survives a power cut as well.

    Args:
        path: The file; its folder must exist.
        data: All of its content.
        mode: Permissions of the file.

    Returns:
        The path.

    Raises:
        LuodiError: ``environment.disk`` when the disk is full, read-only or refuses; no temporary
            file is left, and what was there before is untouched.
    """
    target = Path(path)
    try:
        with _temporary(target, data, mode) as temporary:
            system.replace(temporary, target)
        sync_folder(target.parent)
    except OSError as error:
        raise refused(target, error) from None
    return target


def put_new(path: str | os.PathLike[str], data: bytes, *, mode: int = PRIVATE) -> bool:
    """Write a file as ``put`` does, unless there is one of that name.

    Of several processes that try at the same time exactly one succeeds.

    Returns:
        Whether it was written.

    Raises:
        LuodiError: ``environment.disk``.
    """
    target = Path(path)
    try:
        with _temporary(target, data, mode) as temporary:
            system.link(temporary, target)
        sync_folder(target.parent)
    except FileExistsError:
        return _is_named(target)
    except OSError as error:
        raise refused(target, error) from None
    return True


def _is_named(target: Path) -> bool:
    """Make the name of a file that another one wrote durable; it may have been stopped before."""
    try:
        sync_folder(target.parent)
    except OSError as error:
        raise refused(target, error) from None
    return False


@contextmanager
def building(path: str | os.PathLike[str]) -> Iterator[Path]:
    """A private, empty file for another library to fill; it becomes ``path`` as the block ends.

    That happens as in ``put``: whole, durable, or not at all.

    Raises:
        LuodiError: ``environment.disk``.
    """
    target = Path(path)
    try:
        with _temporary(target, None, PRIVATE) as temporary:
            yield temporary
            handle = system.open(temporary, os.O_RDWR)
            try:
                _sync(handle)
            finally:
                system.close(handle)
            system.replace(temporary, target)
        sync_folder(target.parent)
    except OSError as error:
        raise refused(target, error) from None


def make_folder(path: str | os.PathLike[str], *, mode: int = 0o777) -> Path:
    """Make a folder and those above it; one that is there already is fine.

    Raises:
        LuodiError: ``environment.disk``.
    """
    folder = Path(path)
    try:
        for missing in reversed([p for p in (folder, *folder.parents) if not p.exists()]):
            with suppress(FileExistsError):
                system.mkdir(missing, mode)
            sync_folder(missing.parent)
        if not folder.is_dir():
            raise NotADirectoryError(20, "there is a file of this name")
        with suppress(PermissionError):  # whoever made it may have been stopped before this
            sync_folder(folder.parent)
    except OSError as error:
        raise refused(folder, error) from None
    return folder


def make_private(folder: Path) -> None:
    """Let nobody but its owner into a folder.

    Raises:
        LuodiError: ``environment.disk``.
    """
    try:
        if os.name != "nt":
            system.chmod(folder, 0o700)
    except OSError as error:
        raise refused(folder, error) from None


def is_shared(folder: Path) -> bool:
    """Whether others than its owner may look into a folder."""
    return os.name != "nt" and bool(system.stat(folder).st_mode & 0o077)


def remove(path: str | os.PathLike[str]) -> None:
    """Remove a file durably; one that is not there is fine.

    Raises:
        LuodiError: ``environment.disk``.
    """
    target = Path(path)
    try:
        with suppress(FileNotFoundError):
            system.unlink(target)
            sync_folder(target.parent)
    except OSError as error:
        raise refused(target, error) from None


def renew(path: Path) -> None:
    """Make a file that is there as young as one just written, and its name durable.

    Whoever wrote it may have been stopped before its folder was synced.

    Raises:
        LuodiError: ``environment.disk``.
    """
    try:
        system.utime(path)
        sync_folder(path.parent)
    except OSError as error:
        raise refused(path, error) from None


def read(path: Path) -> bytes:
    """All of a file.

    Raises:
        OSError: it is not there or cannot be read.
    """
    handle = system.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
    try:
        return b"".join(iter(lambda: system.read(handle, 1 << 20), b""))
    finally:
        system.close(handle)


def ages(folder: Path) -> dict[str, float]:
    """Names of the files in a folder, with the seconds since each was written.

    Raises:
        LuodiError: ``environment.disk``.
    """
    found = {}
    try:
        for name in system.listdir(folder):
            with suppress(FileNotFoundError):  # another process may remove one meanwhile
                found[name] = time.time() - system.stat(folder / name).st_mtime
    except OSError as error:
        raise refused(folder, error) from None
    return found


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable; Windows has no such call and does it by itself."""
    if os.name == "nt":
        return
    handle = system.open(folder, os.O_RDONLY)
    try:
        _sync(handle)
    finally:
        system.close(handle)


def _sync(handle: int) -> None:
    try:
        system.fsync(handle)
    except OSError as error:
        raise _SyncError(error.errno, error.strerror) from None


def refused(path: Path, error: OSError) -> LuodiError:
    """The error for a write that the system refused; it names the file, never the folder."""
    reason = error.strerror or type(error).__name__
    kind = NotSynced if isinstance(error, _SyncError) else LuodiError
    return kind("environment.disk", what=path.name, reason=reason)


@contextmanager
def _temporary(target: Path, data: bytes | None, mode: int) -> Iterator[Path]:
    """A complete and synced file beside the target; it is gone afterwards, whatever happens.

    None is for whoever fills and syncs it on their own.
    """
    temporary = target.with_name(f".{target.name[:40]}.{secrets.token_hex(6)}.part")
    try:
        _write(temporary, data, mode)
        yield temporary
    finally:
        with suppress(OSError):
            system.unlink(temporary)


def _write(temporary: Path, data: bytes | None, mode: int) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    handle = system.open(temporary, flags, PRIVATE)
    try:
        rest = memoryview(data or b"")
        while rest:
            rest = rest[system.write(handle, rest) :]
        if mode != PRIVATE and os.name != "nt":
            system.fchmod(handle, mode)
        if data is not None:
            _sync(handle)
    finally:
        system.close(handle)
