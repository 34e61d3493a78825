"""Windows that were counted are kept, the oldest make room, and a broken one stops nothing."""

from __future__ import annotations

from luodi.store import windows

DIGEST = "sha256:" + "a" * 64


def test_windows_come_back_in_order(tmp_path):
    for start in (3, 1, 2):
        windows.put(tmp_path, DIGEST, start, {"start": start})
    assert [one["start"] for one in windows.kept(tmp_path, DIGEST)] == [1, 2, 3]
    assert windows.kept(tmp_path, "sha256:" + "b" * 64) == []


def test_the_oldest_make_room(tmp_path, monkeypatch):
    monkeypatch.setattr(windows, "MOST_KEPT", 2)
    for start in range(4):
        windows.put(tmp_path, DIGEST, start, {"start": start})
    assert [one["start"] for one in windows.kept(tmp_path, DIGEST)] == [2, 3]


def test_a_window_that_cannot_be_read_is_left_out(tmp_path):
    windows.put(tmp_path, DIGEST, 1, {"start": 1})
    windows.put(tmp_path, DIGEST, 2, {"start": 2})
    (tmp_path / "windows" / ("a" * 64) / f"{1:020d}.json").write_bytes(b"{")
    assert [one["start"] for one in windows.kept(tmp_path, DIGEST)] == [2]


def test_only_their_owner_may_look_into_them(tmp_path):
    windows.put(tmp_path, DIGEST, 1, {})
    folder = tmp_path / "windows" / ("a" * 64)
    assert folder.stat().st_mode & 0o077 == 0
    assert (folder / f"{1:020d}.json").stat().st_mode & 0o077 == 0
