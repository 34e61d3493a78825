"""A disk that forgets: what was not synced may be there, half there or gone after a crash.

It stands in for ``os`` in ``luodi.store.disk``. A crash keeps any choice of the names changed
since the folder was last synced, and of every unsynced file nothing, half or all. The model has
no reordering inside a file and no disk that lies about a sync.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from itertools import chain, combinations, product
from pathlib import Path
from types import SimpleNamespace

FOLDER = -1


class Crash(BaseException):
    """The power went."""


class FakeDisk:
    """Files of one folder.

    Args:
        files: What is durably there.
        crash_at: The call (counted from 0) before which the power goes; None for never.
        fail_at: The call that fails.
        fault: The error number it fails with.
        dropped: The number of a sync that is left out.
        late: A call whose effect comes after that of the next one, as if the two were swapped.
    """

    def __init__(
        self,
        files: dict[str, bytes],
        crash_at: int | None = None,
        fail_at: int | None = None,
        fault: int = errno.EIO,
        dropped: int | None = None,
        late: int | None = None,
    ) -> None:
        self.now = dict(enumerate(files.values()))
        self.kept = dict(self.now)
        self.names = {name: number for number, name in enumerate(files)}
        self.kept_names = dict(self.names)
        self.pending: list[tuple[str, int | None]] = []
        self.calls: list[str] = []
        self.crash_at, self.fail_at, self.fault = crash_at, fail_at, fault
        self.dropped = dropped
        self.late, self.held, self.overtaken = late, None, False
        self.read_to: dict[int, int] = {}

    def _step(self, name: str) -> None:
        at = len(self.calls)
        self.calls.append(name)
        if at == self.crash_at:
            raise Crash
        if at == self.fail_at:
            raise OSError(self.fault, "injected")
        if self.overtaken:
            held, self.held, self.overtaken = self.held, None, False
            held()

    def _does(self, effect: Callable[[], None]) -> None:
        """Let a call have its effect, or hold it back until the next one has had its own."""
        if len(self.calls) - 1 == self.late:
            self.held = effect
            return
        effect()
        self.overtaken = self.held is not None

    def _rename(self, name: str, number: int | None) -> None:
        self.pending.append((name, number))
        if number is None:
            del self.names[name]
        else:
            self.names[name] = number

    def leave(self, name: str, data: bytes) -> None:
        """What a writer that was stopped leaves: the content is durable, its name not yet."""
        number = len(self.now)
        self.now[number] = self.kept[number] = data
        self._rename(name, number)

    def open(self, path: Path, flags: int, mode: int = 0) -> int:
        self._step("open")
        if path.name == "folder":
            return FOLDER
        if not flags & os.O_CREAT:
            self._there(path)
            self.read_to[self.names[path.name]] = 0
            return self.names[path.name]
        number = len(self.now)
        self.now[number], self.kept[number] = b"", b""
        self._rename(path.name, number)
        return number

    def write(self, handle: int, data: memoryview) -> int:
        self._step("write")
        part = bytes(data[: max(1, len(data) // 2)])
        self._does(lambda: self._append(handle, part))
        return len(part)

    def _append(self, handle: int, part: bytes) -> None:
        self.now[handle] += part

    def read(self, handle: int, size: int) -> bytes:
        self._step("read")
        start = self.read_to[handle]
        part = self.now[handle][start : start + size]
        self.read_to[handle] += len(part)
        return part

    def fsync(self, handle: int) -> None:
        self._step("fsync folder" if handle == FOLDER else "fsync file")
        if len(self.calls) - 1 != self.dropped:
            self._does(lambda: self._sync(handle))

    def _sync(self, handle: int) -> None:
        if handle == FOLDER:
            self.kept_names, self.pending = dict(self.names), []
        else:
            self.kept[handle] = self.now[handle]

    def close(self, handle: int) -> None:
        self._step("close")

    def fchmod(self, handle: int, mode: int) -> None:
        self._step("fchmod")

    def replace(self, source: Path, target: Path) -> None:
        self._step("replace")
        number = self.names[source.name]
        self._does(lambda: self._rename(target.name, number))
        self._rename(source.name, None)

    def link(self, source: Path, target: Path) -> None:
        self._step("link")
        if target.name in self.names:
            raise FileExistsError
        self._rename(target.name, self.names[source.name])

    def unlink(self, path: Path) -> None:
        self._step("unlink")
        self._there(path)
        self._rename(path.name, None)

    def utime(self, path: Path) -> None:
        self._step("utime")
        self._there(path)

    def listdir(self, folder: Path) -> list[str]:
        self._step("listdir")
        return list(self.names)

    def stat(self, path: Path) -> SimpleNamespace:
        self._step("stat")
        self._there(path)
        return SimpleNamespace(st_mtime=0.0)

    def _there(self, path: Path) -> None:
        if path.name not in self.names:
            raise FileNotFoundError

    def after_crash(self) -> Iterator[dict[str, bytes]]:
        """Every state that the files may be in when the power is back."""
        for kept in _choices(self.pending):
            names = dict(self.kept_names)
            for name, number in kept:
                names.pop(name, None)
                if number is not None:
                    names[name] = number
            contents = [
                {self.kept[n], self.now[n][: len(self.now[n]) // 2], self.now[n]}
                if self.kept[n] != self.now[n]
                else {self.now[n]}
                for n in names.values()
            ]
            for state in product(*contents):
                yield dict(zip(names, state, strict=True))


def _choices(items: list) -> Iterator[tuple]:
    return chain.from_iterable(combinations(items, count) for count in range(len(items) + 1))
