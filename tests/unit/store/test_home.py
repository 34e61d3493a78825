"""A home is private and whole; a backup taken in use holds all that was acknowledged before."""

from __future__ import annotations

import sqlite3
import stat
import threading
from contextlib import closing

import pytest

from luodi.core.errors import LuodiError
from luodi.store import disk
from luodi.store.backup import restore, save
from luodi.store.home import SETTINGS, Home
from luodi.store.ledger.rows import Outcome, Prediction, Reason, new_id

DIGEST = f"sha256:{'a' * 64}"
DATA = b"a release file"


@pytest.fixture
def home(tmp_path):
    with Home.create(tmp_path / "home") as made:
        made.add(DATA, DIGEST, "press", {"size": len(DATA)})
        made.ledger.promote("press", DIGEST, Reason("me", "first"))
        yield made


def answer() -> Prediction:
    return Prediction(new_id(), DIGEST, "ok", {"a": 1})


def code_of(work) -> str:
    with pytest.raises(LuodiError) as caught:
        work()
    return caught.value.code


def test_a_home_is_private(home):
    paths = [home.folder, *home.folder.rglob("*")]
    assert all(not path.stat().st_mode & 0o077 for path in paths)
    assert stat.S_IMODE(home.folder.stat().st_mode) == 0o700


def test_a_home_that_others_may_enter_is_refused(home):
    home.folder.chmod(0o750)
    assert code_of(lambda: Home.open(home.folder)) == "home.shared"


def test_what_was_kept_is_there_when_it_is_opened_again(home):
    home.close()
    with Home.open(home.folder) as again:
        (release,) = again.ledger.releases("press")
        assert again.blobs.get(release.blob) == DATA
        assert again.ledger.aliases("press") == {"champion": DIGEST}


def test_a_home_is_made_only_in_an_empty_folder(home, tmp_path):
    assert code_of(lambda: Home.create(home.folder)) == "home.exists"
    (tmp_path / "file").write_bytes(b"")
    assert code_of(lambda: Home.create(tmp_path / "file")) == "environment.disk"
    (tmp_path / "empty").mkdir(mode=0o755)
    Home.create(tmp_path / "empty").close()


def test_a_folder_without_settings_is_no_home(home, tmp_path):
    assert code_of(lambda: Home.open(tmp_path / "no")) == "home.missing"
    (home.folder / SETTINGS).unlink()
    assert code_of(lambda: Home.open(home.folder)) == "home.missing"


@pytest.mark.parametrize(
    "settings", [b"", b"[]", b'{"schema":2,"ledger":null}', b'{"schema":1,"ledger":7}', b"\xff"]
)
def test_settings_of_another_kind_are_refused(home, settings):
    (home.folder / SETTINGS).write_bytes(settings)
    assert code_of(lambda: Home.open(home.folder)) == "home.broken"


def test_only_files_that_no_release_names_are_collected(home):
    home.blobs.put(b"nobody needs it")
    assert home.collect() == 0  # it is young
    assert home.collect(grace_s=-1) == 1
    assert home.blobs.get(home.ledger.releases()[0].blob) == DATA


def test_a_backup_makes_the_same_home_elsewhere(home, tmp_path):
    made = [answer() for _ in range(100)]
    home.ledger.keep_predictions(made).result()
    home.ledger.keep_outcomes([Outcome(made[0].id, "ok"), Outcome("nobody", "x")]).result()
    path = save(home, tmp_path / "a.backup")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with restore(path, tmp_path / "other") as other:
        assert other.ledger.verify_audit() == home.ledger.verify_audit()
        for part in ("predictions", "outcomes", "set aside", "audit", "history"):
            assert other.ledger.frame(part).equals(home.ledger.frame(part))
        assert [other.blobs.get(one.blob) for one in other.ledger.releases()] == [DATA]
        other.ledger.keep_predictions([answer()]).result()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.backup", "home", "other"]


def test_a_backup_in_use_holds_all_that_was_acknowledged_before_it(home, tmp_path):
    acknowledged, stop = [], threading.Event()

    def write():
        while not stop.is_set():
            made = answer()
            home.ledger.keep_predictions([made]).result()
            acknowledged.append(made.id)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(5):
            before = list(acknowledged)
            path = save(home, tmp_path / f"{number}.backup")
            with restore(path, tmp_path / f"{number}") as other:
                assert set(before) <= set(other.ledger.frame("predictions")["id"])
    finally:
        stop.set()
        writer.join()
    assert len(home.ledger.frame("predictions")) == len(acknowledged) > 5


def changed(path, *statements) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        for statement in statements:
            connection.execute(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE backup_files SET data = x'00'",
        "UPDATE backup_files SET data = 'text'",
        "UPDATE backup_files SET digest = 'sha256:../../x'",
        "DELETE FROM backup_files",
        "DROP TABLE backup_files",
        "CREATE TRIGGER t AFTER INSERT ON audit BEGIN DELETE FROM outcomes; END",
        "CREATE VIEW v AS SELECT 1",
    ],
)
def test_a_backup_that_was_changed_makes_no_home(home, tmp_path, statement):
    path = save(home, tmp_path / "a.backup")
    changed(path, statement)
    assert code_of(lambda: restore(path, tmp_path / "other")) == "home.backup_broken"
    assert code_of(lambda: Home.open(tmp_path / "other")) == "home.missing"


def test_a_backup_whose_audit_was_changed_makes_no_home(home, tmp_path):
    path = save(home, tmp_path / "a.backup")
    changed(path, "UPDATE audit SET actor = 'somebody else' WHERE number = 1")
    assert code_of(lambda: restore(path, tmp_path / "other")) == "ledger.chain"
    assert code_of(lambda: Home.open(tmp_path / "other")) == "home.missing"


def test_a_file_that_is_no_backup_makes_no_home(home, tmp_path):
    path = save(home, tmp_path / "a.backup")
    whole = path.read_bytes()
    for broken in (b"", b"no database" * 99, whole[: len(whole) // 2]):
        path.write_bytes(broken)
        assert code_of(lambda: restore(path, tmp_path / "other")) == "home.backup_broken"
    assert code_of(lambda: restore(tmp_path / "no", tmp_path / "other")) == "home.backup_broken"


def test_a_backup_of_a_broken_file_fails_and_keeps_the_older_one(home, tmp_path):
    path = save(home, tmp_path / "a.backup")
    before = path.read_bytes()
    (release,) = home.ledger.releases()
    (home.blobs.folder / release.blob.removeprefix("sha256:")).write_bytes(b"rot")
    assert code_of(lambda: save(home, path)) == "store.blob_broken"
    assert path.read_bytes() == before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.backup", "home"]


def test_a_home_is_whole_only_once_its_settings_are_written(tmp_path, monkeypatch):
    def stopped(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(disk, "put", stopped)
    with pytest.raises(KeyboardInterrupt):
        Home.create(tmp_path / "home")
    monkeypatch.undo()
    assert code_of(lambda: Home.open(tmp_path / "home")) == "home.missing"
