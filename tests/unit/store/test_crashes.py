"""The power may go at any step of any write: what was there or what was written, and no third.

Each routine that writes runs on a disk that forgets what was not synced; after every step, every
state is looked at that such a disk may be in. Then each sync is left out once: it must show.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from luodi.core.manifest import sha256
from luodi.store import disk, lock
from luodi.store.blobs import Blobs
from unit.store.fake_disk import Crash, FakeDisk

FOLDER = Path("folder")
TARGET = FOLDER / "a.luodi"
OLD, NEW = b"old content", b"new content, and longer"
NAME, OLD_NAME = sha256(NEW), sha256(OLD)


@dataclass(frozen=True)
class Routine:
    """One routine that writes.

    Attributes:
        work: What is done.
        name: The file that it is done to.
        before: What that file may hold until it is acknowledged; None where it is not there.
        after: What it holds from then on.
        files: What is durably there at first.
        left: What a writer that was stopped has left, its name not durable yet.
        thrown: Whether what is written is thrown away, so that its own sync serves nobody.
    """

    work: Callable[[], object]
    name: str
    before: tuple[bytes | None, ...]
    after: bytes | None
    files: dict[str, bytes] = field(default_factory=dict)
    left: dict[str, bytes] = field(default_factory=dict)
    thrown: bool = False

    def is_broken(self, state: dict[str, bytes], acknowledged: bool) -> bool:
        """Whether the file, or one beside it, is not as it may be."""
        allowed = (self.after,) if acknowledged else self.before
        others = [name for name in self.files if name != self.name]
        spoiled = any(state.get(name) != self.files[name] for name in others)
        return spoiled or state.get(self.name) not in allowed


def put_new() -> None:
    disk.put_new(TARGET, NEW)


def built() -> None:
    """Filled by another library, which writes where it is told to."""
    with disk.building(TARGET) as temporary:
        handle = disk.system.open(temporary, 0)
        rest = memoryview(NEW)
        while rest:
            rest = rest[disk.system.write(handle, rest) :]
        disk.system.close(handle)


def kept() -> None:
    Blobs(FOLDER).put(NEW)


def collected() -> None:
    Blobs(FOLDER).collect([f"sha256:{NAME}"])


def swept() -> None:
    Blobs(FOLDER).sweep()


def over(work: Callable[[], object]) -> Routine:
    return Routine(work, TARGET.name, (OLD, NEW), NEW, {TARGET.name: OLD, "b": OLD})


def anew(work: Callable[[], object], name: str = TARGET.name) -> Routine:
    return Routine(work, name, (None, NEW), NEW, {OLD_NAME: OLD})


def away(work: Callable[[], object], name: str) -> Routine:
    return Routine(work, name, (OLD, None), None, {name: OLD, NAME: NEW})


PUBLIC = 0o644
ROUTINES = {
    "put over a file": over(lambda: disk.put(TARGET, NEW)),
    "put a public file": anew(lambda: disk.put(TARGET, NEW, mode=PUBLIC)),
    "put a new file": anew(put_new),
    "put a new file where one was left": Routine(
        put_new, TARGET.name, (None, OLD), OLD, left={TARGET.name: OLD}, thrown=True
    ),
    "build over a file": over(built),
    "build a file": anew(built),
    "remove a file": away(lambda: disk.remove(TARGET), TARGET.name),
    "keep a release": anew(kept, NAME),
    "keep a release that was left": Routine(kept, NAME, (None, NEW), NEW, left={NAME: NEW}),
    "keep a release that is torn": Routine(kept, NAME, (NEW[:5], NEW), NEW, {NAME: NEW[:5]}),
    "collect releases": away(collected, OLD_NAME),
    "sweep what was left": away(swept, f".{NAME}.0.part"),
}


@pytest.fixture(autouse=True)
def alone(monkeypatch) -> None:
    monkeypatch.setattr(lock, "alone", lambda path: nullcontext())


def crashed(routine: Routine, **settings) -> tuple[FakeDisk, bool]:
    """The disk after a routine, and whether that was acknowledged before the power went."""
    fake = FakeDisk(dict(routine.files), **settings)
    for name, data in routine.left.items():
        fake.leave(name, data)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(disk, "system", fake)
        try:
            routine.work()
        except Crash:
            return fake, False
    return fake, True


def looked_at(routine: Routine, **settings) -> Iterator[bool]:
    """Of every state after every crash whether it is broken."""
    for crash_at in range(len(crashed(routine)[0].calls) + 1):
        fake, done = crashed(routine, crash_at=crash_at, **settings)
        for state in fake.after_crash():
            yield routine.is_broken(state, done)


@pytest.mark.promise("power lost at any step of a write: whole, and nothing acknowledged lost")
@pytest.mark.parametrize("name", ROUTINES)
def test_after_any_crash_a_file_is_whole_and_what_was_acknowledged_is_there(name, promise):
    states = list(looked_at(ROUTINES[name]))
    promise(len(states), sum(states))
    assert states and not any(states)


@pytest.mark.promise("any one sync removed from a write: noticed")
@pytest.mark.parametrize("name", ROUTINES)
def test_leaving_out_any_one_sync_would_be_noticed(name, promise):
    routine = ROUTINES[name]
    needed = {"fsync folder"} if routine.thrown else {"fsync file", "fsync folder"}
    syncs = [at for at, call in enumerate(crashed(routine)[0].calls) if call in needed]
    missed = [at for at in syncs if not any(looked_at(routine, dropped=at))]
    promise(len(syncs), len(missed))
    assert syncs and not missed
