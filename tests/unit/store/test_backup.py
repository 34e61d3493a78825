"""A backup taken in use holds all that was acknowledged before, and becomes a sound home again."""

from __future__ import annotations

import json
import sqlite3
import stat
import threading
from contextlib import closing

import pytest

from luodi.core.errors import LuodiError
from luodi.store import backup
from luodi.store.backup import keep, restore
from luodi.store.home import Home
from luodi.store.ledger import reviews, tokens
from luodi.store.ledger.rows import Alarm, Outcome, Prediction, Reason, new_id
from postgresql import made_on

DIGEST = f"sha256:{'a' * 64}"
DATA = b"a release file"
PARTS = (
    "predictions",
    "outcomes",
    "set aside",
    "corrected",
    "reviews",
    "alarms",
    "audit",
    "history",
)


@pytest.fixture(params=["sqlite", "postgresql"])
def kind(request) -> str:
    return request.param


def address_of(kind, request) -> str | None:
    """Where a new home of a kind keeps its ledger."""
    return None if kind == "sqlite" else made_on(request.getfixturevalue("server"))


@pytest.fixture
def home(kind, request, tmp_path):
    with Home.create(tmp_path / "home", address_of(kind, request)) as made:
        made.add(DATA, DIGEST, "press", {"size": len(DATA)})
        made.ledger.promote("press", DIGEST, Reason("me", "first"))
        yield made


@pytest.fixture
def plain(tmp_path):
    """A home with its ledger in the folder, where the kind does not matter."""
    with Home.create(tmp_path / "home") as made:
        made.add(DATA, DIGEST, "press", {})
        yield made


def answer(**settings) -> Prediction:
    usual = {"id": new_id(), "release": DIGEST, "decision": "ok", "record": {"温度": 1}}
    return Prediction(**usual | settings)


def code_of(work) -> str:
    with pytest.raises(LuodiError) as caught:
        work()
    return caught.value.code


def filled(home: Home) -> list[Prediction]:
    """A home with a row in every table."""
    made = [answer(probability=0.1 + 0.2), *(answer(action="review") for _ in range(9))]
    home.ledger.keep_predictions(made).result()
    arrived = [Outcome(made[0].id, "ok"), Outcome("nobody", "x")]
    home.ledger.keep_outcomes(arrived).result()
    home.ledger.correct_outcome(Outcome(made[0].id, "broken"), Reason("me", "looked again"))
    home.ledger.raise_alarms([Alarm(DIGEST, "drift.dead", "error", {"column": "温度"})])
    reviews.take(home.ledger, "press", "me", count=3)
    tokens.new(home.ledger, "predict", "me", "line 1")
    home.sign_audit()
    return made


def test_a_backup_makes_the_same_home_elsewhere(home, tmp_path, request):
    filled(home)
    path = keep(home, tmp_path / "a.backup")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    for target in ("sqlite", "postgresql"):
        with restore(path, tmp_path / target, address_of(target, request)) as other:
            assert other.ledger.verify_audit() == home.ledger.verify_audit()
            for part in PARTS:
                kept = home.ledger.frame(part)
                assert other.ledger.frame(part).equals(kept) and not kept.is_empty()
            assert tokens.held(other.ledger) == tokens.held(home.ledger)
            assert [other.blobs.get(one.blob) for one in other.ledger.releases()] == [DATA]
            filled(other)  # new rows are numbered after the old ones
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["a.backup", "home", "keys", "postgresql", "sqlite"]
    assert sorted(p.name for p in (tmp_path / "postgresql").iterdir()) == [
        "audit.json",
        "blobs",
        "home.json",
    ]


def test_a_backup_of_a_server_is_of_one_moment(request, tmp_path, monkeypatch):
    with Home.create(tmp_path / "home", address_of("postgresql", request)) as home:
        home.add(DATA, DIGEST, "press", {})
        made = filled(home)
        before = {part: home.ledger.frame(part) for part in PARTS}
        copied = backup.transfer.copy

        def late(source, target):
            source.scalar(backup.transfer.select(backup.metadata.tables["audit"].c.number))
            home.ledger.keep_outcomes([Outcome(made[1].id, "ok")]).result()
            home.ledger.keep_predictions([answer()]).result()
            copied(source, target)

        monkeypatch.setattr(backup.transfer, "copy", late)
        path = keep(home, tmp_path / "a.backup")
    with restore(path, tmp_path / "other") as other:
        for part in PARTS:
            assert other.ledger.frame(part).equals(before[part])


def test_a_database_with_a_ledger_in_it_takes_no_backup(plain, tmp_path, request):
    path, taken = keep(plain, tmp_path / "a.backup"), address_of("postgresql", request)
    with Home.create(tmp_path / "taken", taken) as other:
        other.add(DATA, DIGEST, "press", {})
        assert code_of(lambda: restore(path, tmp_path / "other", taken)) == "ledger.occupied"
        assert len(other.ledger.releases()) == 1
    restore(path, tmp_path / "other").close()  # and nothing is in the way of another try


def test_statistics_of_sqlite_are_in_nobody_s_way(plain, tmp_path):
    filled(plain)
    with plain.ledger._database.writing.begin() as connection:
        connection.exec_driver_sql("ANALYZE")
    restore(keep(plain, tmp_path / "a.backup"), tmp_path / "other").close()


def test_a_password_is_in_no_backup(plain, tmp_path):
    settings = {"schema": 1, "ledger": "postgresql://me:secret@host/plant"}
    (plain.folder / "home.json").write_text(json.dumps(settings))
    assert b"secret" not in keep(plain, tmp_path / "a.backup").read_bytes()


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
            path = keep(home, tmp_path / f"{number}.backup")
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
        "CREATE VIRTUAL TABLE v USING fts5(x)",
        "CREATE TABLE more (x)",
        "UPDATE predictions SET decision = 'other'",
        "UPDATE outcomes SET truth = 'other'",
        "DELETE FROM tokens",
        "UPDATE outcomes SET id = 'nobody'",
        "UPDATE releases SET added_at = x'00'",
        "DELETE FROM backup_digests",
    ],
)
def test_a_backup_that_was_changed_makes_no_home(plain, tmp_path, statement):
    filled(plain)
    path = keep(plain, tmp_path / "a.backup")
    changed(path, statement)
    assert code_of(lambda: restore(path, tmp_path / "other")) == "home.backup_broken"
    assert code_of(lambda: Home.open(tmp_path / "other")) == "home.missing"
    path = keep(plain, path)
    restore(path, tmp_path / "other").close()  # nothing of the broken one is in the way


def test_a_backup_whose_audit_was_changed_makes_no_home(plain, tmp_path):
    with plain.ledger._database.writing.begin() as connection:
        connection.exec_driver_sql("UPDATE audit SET actor = 'somebody else' WHERE number = 1")
    path = keep(plain, tmp_path / "a.backup")
    assert code_of(lambda: restore(path, tmp_path / "other")) == "ledger.chain"
    assert code_of(lambda: Home.open(tmp_path / "other")) == "home.missing"


def test_a_file_that_is_no_backup_makes_no_home(plain, tmp_path):
    path = keep(plain, tmp_path / "a.backup")
    whole = path.read_bytes()
    for broken in (b"", b"no database" * 99, whole[: len(whole) // 2]):
        path.write_bytes(broken)
        assert code_of(lambda: restore(path, tmp_path / "other")) == "home.backup_broken"
    assert code_of(lambda: restore(tmp_path / "no", tmp_path / "other")) == "home.backup_broken"


def test_a_backup_of_a_broken_file_fails_and_keeps_the_older_one(plain, tmp_path):
    path = keep(plain, tmp_path / "a.backup")
    before = path.read_bytes()
    (release,) = plain.ledger.releases()
    (plain.blobs.folder / release.blob.removeprefix("sha256:")).write_bytes(b"rot")
    assert code_of(lambda: keep(plain, path)) == "store.blob_broken"
    assert path.read_bytes() == before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.backup", "home"]
