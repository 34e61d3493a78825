"""What a build put aside comes back whole and to the same build only, or not at all."""

from __future__ import annotations

import pytest

from luodi.store.unfinished import Unfinished

NAME = "0123456789abcdef.training"


@pytest.fixture
def folder(tmp_path):
    return tmp_path / ".made.luodi.building"


def test_what_was_put_is_there_for_the_next_process(folder):
    one = Unfinished(folder, b"build")
    assert one.spent_s is None and not one.strange and not folder.exists()
    one.put(NAME, b"first")
    one.put(NAME, b"second")
    other = Unfinished(folder, b"build")
    assert other.names() == [NAME] and other.read(NAME) == b"second"
    assert other.spent_s is not None and other.spent_s >= 0 and not other.strange


def test_the_time_of_all_processes_counts(folder, monkeypatch):
    now = iter([0.0, 10.0, 40.0, 100.0, 200.0, 205.0])
    monkeypatch.setattr("luodi.store.unfinished.time.monotonic", lambda: next(now))
    one = Unfinished(folder, b"build")  # made at 0, begins at 10
    assert one.begin() == 0.0
    one.put(NAME, b"a")  # at 40
    two = Unfinished(folder, b"build")
    assert two.begin() == two.spent_s == 30.0
    two.put(NAME, b"b")
    assert json_spent(folder) == 35.0


def json_spent(folder) -> float:
    return float((folder / "spent.kept").read_bytes()[32:])


def test_another_build_gets_nothing_and_takes_the_place_of_it(folder):
    Unfinished(folder, b"build").put(NAME, b"weights")
    other = Unfinished(folder, b"another build")
    assert other.strange and other.spent_s is None
    assert other.names() == [] and other.read(NAME) is None
    other.put("way", b"1")
    assert Unfinished(folder, b"another build").names() == ["way"]


@pytest.mark.parametrize("damage", [b"", b"short", None])
def test_a_damaged_file_is_as_good_as_none(folder, damage):
    Unfinished(folder, b"build").put(NAME, b"weights")
    file = folder / f"{NAME}.kept"
    whole = file.read_bytes()
    file.write_bytes(whole[:-1] + b"!" if damage is None else damage)
    found = Unfinished(folder, b"build")
    assert found.names() == [NAME] and found.read(NAME) is None and not found.strange


def test_a_file_under_another_name_is_not_taken_for_that(folder):
    Unfinished(folder, b"build").put(NAME, b"weights")
    (folder / f"{NAME}.kept").rename(folder / "fedcba9876543210.training.kept")
    assert Unfinished(folder, b"build").read("fedcba9876543210.training") is None


def test_a_damaged_count_of_seconds_makes_all_of_it_strange(folder):
    Unfinished(folder, b"build").put(NAME, b"weights")
    (folder / "spent.kept").write_bytes(b"nonsense")
    found = Unfinished(folder, b"build")
    assert found.strange and found.names() == []


def test_clearing_takes_what_a_kill_left_half_written_and_nothing_foreign(folder):
    one = Unfinished(folder, b"build")
    one.put(NAME, b"weights")
    (folder / f".{NAME}.kept.0123456789ab.part").write_bytes(b"half")
    one.clear()
    assert not folder.exists()
    one.put(NAME, b"weights")
    (folder / "notes.txt").write_text("mine")
    one.clear()
    assert [path.name for path in folder.iterdir()] == ["notes.txt"]


def test_only_its_owner_may_look_into_the_folder(folder):
    Unfinished(folder, b"build").put(NAME, b"weights")
    assert folder.stat().st_mode & 0o077 == 0
