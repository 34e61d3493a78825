"""Writing is whole, durable, or not at all."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from luodi.core.errors import LuodiError
from luodi.store import disk
from unit.store.fake_disk import Crash, FakeDisk

TARGET = Path("folder/a.luodi")
OLD, NEW = b"old content", b"new content, and longer"


def put() -> None:
    disk.put(TARGET, NEW, mode=0o644)


@pytest.mark.parametrize(
    "fault", [errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EIO, errno.EDQUOT]
)
def test_any_refusal_of_the_system_is_a_clear_error_and_leaves_the_old_file(monkeypatch, fault):
    steps = FakeDisk({TARGET.name: OLD})
    monkeypatch.setattr(disk, "system", steps)
    put()
    for fail_at, call in enumerate(steps.calls):
        if call == "unlink":  # nothing is left to unlink after a rename
            continue
        fake = FakeDisk({TARGET.name: OLD}, fail_at=fail_at, fault=fault)
        monkeypatch.setattr(disk, "system", fake)
        with pytest.raises(LuodiError) as caught:
            put()
        assert caught.value.code == "environment.disk"
        assert list(fake.names) == [TARGET.name]
        assert fake.now[fake.names[TARGET.name]] in (OLD, NEW)


def test_a_file_is_written_with_its_mode_and_nothing_else_is_left(tmp_path):
    disk.put(tmp_path / "private", NEW)
    disk.put(tmp_path / "public", NEW, mode=0o644)
    modes = {p.name: stat.S_IMODE(p.stat().st_mode) for p in tmp_path.iterdir()}
    assert modes == {"private": 0o600, "public": 0o644}


def test_a_name_as_long_as_the_system_allows_can_be_written(tmp_path):
    assert disk.put(tmp_path / ("字" * 85), NEW).read_bytes() == NEW


def test_a_missing_folder_is_a_clear_error(tmp_path):
    with pytest.raises(LuodiError) as caught:
        disk.put(tmp_path / "no" / "a", NEW)
    assert caught.value.code == "environment.disk"
    assert str(tmp_path) not in caught.value.text()


def test_an_interrupted_write_leaves_no_temporary_file(tmp_path, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        disk.put(tmp_path / "a", NEW)
    assert not list(tmp_path.iterdir())


def test_putting_a_new_file_never_replaces_one(tmp_path):
    assert disk.put_new(tmp_path / "a", OLD)
    assert not disk.put_new(tmp_path / "a", NEW)
    assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == [("a", OLD)]


def test_a_file_is_said_to_be_there_only_once_its_name_is_durable(monkeypatch):
    fake = FakeDisk({})
    monkeypatch.setattr(disk, "system", fake)
    disk.put_new(TARGET, OLD)
    stopped = FakeDisk({}, crash_at=fake.calls.index("fsync folder") - 1)
    monkeypatch.setattr(disk, "system", stopped)
    with pytest.raises(Crash):  # as if the process was killed: the disk goes on
        disk.put_new(TARGET, OLD)
    stopped.crash_at = None
    assert any(TARGET.name not in state for state in stopped.after_crash())
    assert not disk.put_new(TARGET, NEW)
    assert all(state.get(TARGET.name) == OLD for state in stopped.after_crash())


def test_a_folder_that_is_there_is_made_durable_too(tmp_path, monkeypatch):
    synced = []
    monkeypatch.setattr(disk, "sync_folder", synced.append)
    (tmp_path / "a").mkdir()
    disk.make_folder(tmp_path / "a")
    assert synced == [tmp_path]


def test_folders_are_made_with_those_above_them(tmp_path):
    folder = disk.make_folder(tmp_path / "a" / "b", mode=0o700)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert disk.make_folder(folder) == folder


def test_a_folder_cannot_be_made_over_a_file(tmp_path):
    (tmp_path / "a").write_bytes(OLD)
    with pytest.raises(LuodiError) as caught:
        disk.make_folder(tmp_path / "a")
    assert caught.value.code == "environment.disk"


@pytest.mark.skipif(sys.platform == "win32", reason="there are no resource limits here")
def test_a_disk_that_is_really_full_keeps_the_old_file(tmp_path):
    disk.put(tmp_path / "a", OLD)
    program = (
        "import resource, sys; from luodi.store import disk; from luodi.core.errors import *\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "try: disk.put(sys.argv[1], bytes(100_000))\n"
        "except LuodiError as error: print(error.code)"
    )
    command = [sys.executable, "-B", "-c", program, str(tmp_path / "a")]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.stdout.strip() == "environment.disk", done.stderr
    assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == [("a", OLD)]
