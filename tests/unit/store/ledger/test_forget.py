"""What is forgotten is gone, and quality and the audit stand as before."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from luodi.store.backup import keep
from luodi.store.home import Home
from luodi.store.ledger import database, forget, reviews
from luodi.store.ledger.ledger import Ledger
from luodi.store.ledger.rows import Outcome, Reason, Release
from unit.store.ledger.made import FIRST, OTHER, WHY, answer

CANARY = "Zhao-Qian-110101199003070011"


def test_the_record_goes_and_what_figures_need_stays(ledger, asked):
    name = asked(record={"name": CANARY}, details={"said": CANARY}, probability=0.9)
    other = asked(record={"name": "kept"})
    ledger.keep_outcomes([Outcome(name, "ok"), Outcome(name, CANARY)]).result()
    assert forget.by_id(ledger, [name, "nobody"], WHY) == 1
    rows = {row["id"]: row for row in ledger.frame("predictions").to_dicts()}
    assert (rows[name]["record"], rows[name]["details"]) == ("{}", "{}")
    assert (rows[name]["decision"], rows[name]["probability"]) == ("ok", 0.9)
    assert rows[name]["forgotten_at"] is not None and rows[other]["forgotten_at"] is None
    assert rows[other]["record"] == '{"name":"kept"}'
    assert ledger.frame("outcomes")["truth"].to_list() == ["ok"]
    assert ledger.frame("set aside").is_empty()
    ledger.verify_audit()


def test_the_audit_tells_what_was_forgotten_by_whom_and_why(ledger, asked):
    name = asked()
    forget.by_id(ledger, [name], Reason("officer", "article 47"))
    forget.by_id(ledger, [name], Reason("officer", "again"))  # there is nothing left to forget
    last = ledger.frame("audit").to_dicts()[-1]
    assert (last["actor"], last["action"], last["subject"]) == ("officer", "forget", name)
    assert json.loads(last["details"]) == {"reason": "article 47"}


def test_what_is_older_than_a_moment_is_forgotten_and_nothing_else(ledger, asked, monkeypatch):
    monkeypatch.setattr(forget, "AT_ONCE", 3)
    old = [asked(at=1_000) for _ in range(3)] + [asked(at=1_000 + i) for i in range(7)]
    new = [asked(at=2_000), asked(at=3_000)]
    elsewhere = asked(at=1_000, release=OTHER)
    assert forget.before(ledger, 2_000, WHY, name="press") == len(old)
    assert forget.before(ledger, 2_000, WHY, name="press") == 0
    rows = ledger.frame("predictions")
    kept = rows.filter(rows["forgotten_at"].is_null())["id"].to_list()
    assert sorted(kept) == sorted([*new, elsewhere])
    assert forget.before(ledger, 1 << 50, WHY) == 3
    counts = [
        json.loads(row["details"])["count"]
        for row in ledger.frame("audit").to_dicts()
        if row["action"] == "forget"
    ]
    assert sum(counts) == len(old) + 3
    ledger.verify_audit()


def test_outcomes_for_nobody_are_forgotten_with_time(ledger):
    ledger.keep_outcomes([Outcome("nobody", CANARY)]).result()
    forget.before(ledger, 1_000, WHY)
    assert len(ledger.frame("set aside")) == 1
    forget.before(ledger, 1 << 51, WHY)
    assert ledger.frame("set aside").is_empty()


def test_what_is_forgotten_waits_for_nobody(ledger, asked):
    name = asked(action="review")
    forget.by_id(ledger, [name], WHY)
    assert reviews.take(ledger, "press", "me") == []
    assert reviews.states(ledger, "press")["expired"] == 1


def files_with(folder: Path, word: str) -> list[str]:
    return [p.name for p in folder.rglob("*") if p.is_file() and word.encode() in p.read_bytes()]


@pytest.mark.parametrize("filler", [10, 3_000, 20_000])
def test_after_forgetting_no_file_holds_it(tmp_path, filler):
    with Home.create(tmp_path / "home") as home:
        home.add(b"a file", FIRST, "press", {})
        made = [
            answer(record={"name": CANARY, "n": i, "more": "x" * filler}, at=i) for i in range(300)
        ]
        home.ledger.keep_predictions(made).result()
        home.ledger.keep_outcomes([Outcome("nobody", CANARY)]).result()
        home.ledger.keep_predictions([answer(at=1_000_000)]).result()
        assert files_with(home.folder, CANARY)
        forget.by_id(home.ledger, [one.id for one in made[::2]], WHY)
        assert files_with(home.folder, CANARY)
        forget.before(home.ledger, 1 << 51, WHY)
        assert files_with(home.folder, CANARY) == []
        keep(home, tmp_path / "a.backup")
        assert files_with(tmp_path, CANARY) == []


def test_a_reader_only_delays_the_end_of_what_was_forgotten_and_no_writer(tmp_path, monkeypatch):
    with Ledger(tmp_path / "ledger.sqlite") as ledger:
        ledger.add_release(Release(FIRST, "press", blob=FIRST))
        made = answer(record={"name": CANARY})
        ledger.keep_predictions([made]).result()
        with ledger.reading() as connection:
            connection.exec_driver_sql("SELECT count(*) FROM predictions").fetchall()
            assert forget.by_id(ledger, [made.id], WHY) == 1
            started = time.monotonic()
            for _ in range(20):
                ledger.keep_predictions([answer()]).result()
            assert time.monotonic() - started < 20 * database.EMPTY_WAIT_MS / 2_000
            assert files_with(tmp_path, CANARY)
        monkeypatch.setattr(ledger._database, "_empty_log_from", time.monotonic())
        ledger.keep_predictions([answer()]).result()
        assert files_with(tmp_path, CANARY) == []
