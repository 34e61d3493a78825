"""One at a time: a lock that other processes respect too."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from luodi.store import disk


class Lock:
    """Keeps other processes, and other threads, out of a ``with`` block.

    The file is only a meeting place. The system takes the lock back when its holder dies, however
    it dies. It is an object because the file stays open between blocks, which makes them cheap.

    Args:
        path: The file; it is made when it is not there.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._handle: int | None = None
        self._threads = threading.Lock()

    def __enter__(self) -> None:
        """Wait for the lock.

        Raises:
            LuodiError: ``environment.disk``.
        """
        self._threads.acquire()
        try:
            if self._handle is None:
                self._handle = os.open(self._path, os.O_RDWR | os.O_CREAT, disk.PRIVATE)
            _wait_for(self._handle)
        except BaseException as error:
            self._threads.release()
            if isinstance(error, OSError):
                raise disk.refused(self._path, error) from None
            raise

    def __exit__(self, *_: object) -> None:
        if self._handle is not None:
            _give_back(self._handle)
        self._threads.release()

    def close(self) -> None:
        """Close the file."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """A ``Lock`` for one block.

    Raises:
        LuodiError: ``environment.disk``.
    """
    held = Lock(path)
    try:
        with held:
            yield
    finally:
        held.close()


def _wait_for(handle: int) -> None:
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(handle, msvcrt.LK_LOCK, 1)
    else:
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX)


def _give_back(handle: int) -> None:
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(handle, msvcrt.LK_UNLCK, 1)
    else:
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_UN)
