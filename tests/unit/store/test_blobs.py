"""A kept file is whole, is what its digest says, and outlives any crash once acknowledged."""

from __future__ import annotations

import errno
import os
import stat
from contextlib import nullcontext
from pathlib import Path

import pytest

from luodi.core.errors import LuodiError
from luodi.core.manifest import sha256
from luodi.store import disk, lock
from luodi.store.blobs import Blobs
from unit.store.fake_disk import Crash, FakeDisk

DATA, OTHER = b"a release, which is longer than a word", b"another"
NAME, OTHER_NAME = sha256(DATA), sha256(OTHER)
DIGEST = f"sha256:{NAME}"


@pytest.fixture
def blobs(tmp_path) -> Blobs:
    return Blobs(tmp_path)


def stand_in(monkeypatch, fake: FakeDisk) -> Blobs:
    monkeypatch.setattr(disk, "system", fake)
    monkeypatch.setattr(lock, "alone", lambda path: nullcontext())
    return Blobs(Path("folder"))


def crashed(monkeypatch, work, fake: FakeDisk) -> bool:
    """Whether ``work`` was acknowledged before the power went."""
    try:
        work(stand_in(monkeypatch, fake))
    except Crash:
        return False
    return True


def put(blobs: Blobs) -> None:
    assert blobs.put(DATA) == DIGEST


def steps(monkeypatch, work, files=None) -> list[str]:
    fake = FakeDisk(files or {OTHER_NAME: OTHER})
    crashed(monkeypatch, work, fake)
    return fake.calls


def is_broken(state: dict[str, bytes], acknowledged: bool) -> bool:
    """Whether a name stands for other bytes than its own, or an acknowledged file is lost."""
    named = {name: data for name, data in state.items() if not name.startswith(".")}
    wrong = any(sha256(data) != name for name, data in named.items())
    return wrong or OTHER_NAME not in named or (acknowledged and NAME not in named)


def broken_states(monkeypatch, **settings) -> int:
    broken = 0
    for crash_at in range(len(steps(monkeypatch, put)) + 1):
        fake = FakeDisk({OTHER_NAME: OTHER}, crash_at=crash_at, **settings)
        done = crashed(monkeypatch, put, fake)
        broken += sum(is_broken(state, done) for state in fake.after_crash())
    return broken


def test_swapping_any_two_steps_would_be_noticed(monkeypatch):
    ordered = {"write", "fsync file", "replace", "fsync folder"}
    late = [at for at, call in enumerate(steps(monkeypatch, put)) if call in ordered]
    assert len(late) > len(ordered)  # the file is written in several parts
    assert broken_states(monkeypatch) == 0
    assert all(broken_states(monkeypatch, late=at) > 0 for at in late)


def test_a_file_that_a_stopped_writer_left_is_durable_before_it_is_acknowledged(monkeypatch):
    for stopped_at in range(len(steps(monkeypatch, put)) + 1):
        fake = FakeDisk({OTHER_NAME: OTHER}, crash_at=stopped_at)
        crashed(monkeypatch, put, fake)  # the process dies here, the power stays
        fake.crash_at = None
        assert crashed(monkeypatch, put, fake)
        assert not any(is_broken(state, True) for state in fake.after_crash())


@pytest.mark.parametrize("fault", [errno.EIO, errno.ENOSPC])
def test_nothing_is_acknowledged_after_a_sync_has_failed(monkeypatch, fault):
    calls = steps(monkeypatch, put)
    for fail_at in [at for at, call in enumerate(calls) if call.startswith("fsync")]:
        blobs = stand_in(monkeypatch, FakeDisk({}, fail_at=fail_at, fault=fault))
        with pytest.raises(LuodiError) as caught:
            blobs.put(DATA)
        assert caught.value.code == "environment.disk"
        for work in (put, lambda b: b.sweep(), lambda b: b.collect([])):
            with pytest.raises(LuodiError) as caught:
                work(blobs)
            assert caught.value.code == "store.dead"


def test_a_full_disk_ends_nothing(monkeypatch):
    at = steps(monkeypatch, put).index("write")
    blobs = stand_in(monkeypatch, FakeDisk({}, fail_at=at, fault=errno.ENOSPC))
    with pytest.raises(LuodiError):
        blobs.put(DATA)
    assert blobs.put(DATA) == DIGEST


def test_the_same_bytes_are_one_private_file(blobs):
    assert blobs.put(DATA) == blobs.put(DATA) == DIGEST
    assert (blobs.get(DIGEST), blobs.digests()) == (DATA, [DIGEST])
    assert stat.S_IMODE((blobs.folder / NAME).stat().st_mode) == 0o600


@pytest.mark.parametrize("change", [lambda d: d[:-1], lambda d: d + b"x", lambda d: b"X" + d[1:]])
def test_a_changed_file_is_never_handed_out_and_is_mended_by_putting_it_again(blobs, change):
    blobs.put(DATA)
    (blobs.folder / NAME).write_bytes(change(DATA))
    with pytest.raises(LuodiError) as caught:
        blobs.get(DIGEST)
    assert caught.value.code == "store.blob_broken"
    blobs.put(DATA)
    assert blobs.get(DIGEST) == DATA


def test_a_missing_file_is_told(blobs):
    with pytest.raises(LuodiError) as caught:
        blobs.get(DIGEST)
    assert caught.value.code == "store.blob_missing"


@pytest.mark.parametrize("name", ["", NAME, f"sha256:{NAME}\n", "sha256:../../etc/passwd", "é"])
def test_only_a_digest_names_a_file(blobs, name):
    for ask in (blobs.get, lambda name: blobs.collect([name])):
        with pytest.raises(LuodiError) as caught:
            ask(name)
        assert caught.value.code == "store.digest"


def age(path: Path, by_s: float) -> None:
    then = path.stat().st_mtime - by_s
    os.utime(path, (then, then))


def test_only_old_files_that_nobody_needs_are_collected(blobs):
    old, needed, young = blobs.put(b"old"), blobs.put(b"needed"), blobs.put(b"young")
    for name in (sha256(b"old"), sha256(b"needed")):
        age(blobs.folder / name, 100)
    assert blobs.collect([needed], grace_s=50) == 1
    assert blobs.digests() == sorted([needed, young]) and old not in blobs.digests()


def test_putting_a_file_again_saves_it_from_collection(blobs):
    blobs.put(DATA)
    age(blobs.folder / NAME, 100)
    blobs.put(DATA)
    assert blobs.collect([], grace_s=50) == 0


def test_what_stopped_writers_left_is_swept_but_not_what_is_being_written(blobs):
    for name, by_s in ((".a.0.part", 100), (".b.0.part", 0)):
        (blobs.folder / name).write_bytes(b"half")
        age(blobs.folder / name, by_s)
    (blobs.folder / "a note").write_bytes(b"")
    age(blobs.folder / "a note", 100)
    assert blobs.sweep(grace_s=50) == 1
    assert {p.name for p in blobs.folder.iterdir()} == {".b.0.part", "a note"}
