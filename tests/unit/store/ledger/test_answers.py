"""Answers and outcomes come back as they were put, and no oddity is lost or unanswered."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import polars as pl
import pytest

from luodi.core.errors import LuodiError
from luodi.store.ledger import frames
from luodi.store.ledger.clock import now_us
from luodi.store.ledger.frames import Cut
from luodi.store.ledger.ledger import Ledger
from luodi.store.ledger.outcomes import SKEW_US
from luodi.store.ledger.rows import LAST_US, Alarm, Outcome, Prediction, new_id
from unit.store.ledger.made import FIRST, OTHER, SECOND

RECORD = {
    "Torque [Nm]": 42.8,
    "类型": "M",
    "'; DROP TABLE x": None,
    "e": 1e-300,
    "n": [{"a": ""}],
}


def test_an_answer_comes_back_byte_for_byte(ledger):
    at = 1_700_000_000_123_456
    made = Prediction("a" * 32, FIRST, "坏 \\u0000 'x'", RECORD, "review", 0.1 + 0.2, {"w": []}, at)
    ledger.keep_predictions([made]).result()
    (row,) = ledger.frame("predictions").to_dicts()
    assert row == {
        "id": made.id,
        "at": datetime(2023, 11, 14, 22, 13, 20, 123456, UTC),
        "name": "press",
        "release": FIRST,
        "decision": made.decision,
        "probability": 0.1 + 0.2,
        "action": "review",
        "record": (
            '{"\'; DROP TABLE x":null,"Torque [Nm]":42.8,"e":1e-300,"n":[{"a":""}],"类型":"M"}'
        ),
        "details": '{"w":[]}',
        "forgotten_at": None,
    }


def test_many_answers_at_once_are_the_same_as_one_by_one(ledger):
    made = [
        Prediction(new_id(), FIRST, f"{i}", RECORD, probability=i / 7 if i % 3 else None, at=i)
        for i in range(200)
    ]
    ledger.keep_predictions(made[:150]).result()
    for future in [ledger.keep_predictions([one], synced=False) for one in made[150:]]:
        future.result()
    frame = ledger.frame("predictions")
    assert frame["id"].to_list() == [one.id for one in made]
    assert frame["probability"].to_list() == [one.probability for one in made]


@pytest.mark.parametrize("change", [{"release": "sha256:none"}, {"id": "taken"}])
def test_of_a_request_with_a_wrong_answer_nothing_is_kept(ledger, asked, change):
    asked(id="taken")
    right = {"id": new_id(), "release": FIRST, "decision": "ok", "record": {}}
    wrong = Prediction(**right | {"id": new_id()} | change)
    with pytest.raises(LuodiError) as caught:
        ledger.keep_predictions([Prediction(**right), wrong]).result()
    assert caught.value.code == "ledger.prediction"
    assert ledger.frame("predictions")["id"].to_list() == ["taken"]


@pytest.mark.parametrize(
    "change",
    [
        {"decision": "a\0"},
        {"decision": "\ud800"},
        {"record": {"a": math.nan}},
        {"record": {"a": "\udfff"}},
        {"details": {"a": object()}},
        {"probability": math.inf},
        {"action": "review", "urgency": math.nan},
    ],
)
def test_what_no_database_can_hold_is_refused_before_it_is_queued(ledger, change):
    right = {"id": new_id(), "release": FIRST, "decision": "ok", "record": {}}
    with pytest.raises(LuodiError) as caught:
        ledger.keep_predictions([Prediction(**right | change)])
    assert caught.value.code == "ledger.text"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"id": "x" * 201}, "ledger.long"),
        ({"decision": "x" * 100_001}, "ledger.long"),
        ({"at": -1}, "ledger.moment"),
        ({"at": 1 << 63}, "ledger.moment"),
        ({"action": "review", "expires_at": 1 << 63}, "ledger.moment"),
    ],
)
def test_what_only_one_of_the_databases_would_take_is_refused_by_both(ledger, change, code):
    right = {"id": new_id(), "release": FIRST, "decision": "ok", "record": {}}
    with pytest.raises(LuodiError) as caught:
        ledger.keep_predictions([Prediction(**right | change)])
    assert caught.value.code == code
    with pytest.raises(LuodiError) as caught:
        ledger.keep_outcomes([Outcome("x" * 3_000, "ok")])
    assert caught.value.code == "ledger.long"
    ledger.keep_outcomes([Outcome("字" * 200, "字" * 100_000)]).result()


def test_names_of_answers_cannot_repeat_and_sort_by_time():
    names = [new_id(at=1000 * i) for i in range(1000)]
    assert names == sorted(names) and len({name[12:] for name in names}) == 1000


def codes(ledger, *outcomes) -> list[str | None]:
    return [receipt.code for receipt in ledger.keep_outcomes(outcomes).result()]


def test_an_outcome_counts_once(ledger, asked):
    name = asked()
    assert codes(ledger, Outcome(name, "broken", source="http")) == [None]
    assert codes(ledger, Outcome(name, "broken")) == ["ledger.outcome_same"]
    (row,) = ledger.frame("outcomes").to_dicts()
    assert (row["id"], row["truth"], row["source"], row["name"]) == (
        name,
        "broken",
        "http",
        "press",
    )
    assert ledger.frame("set aside").is_empty()


def odd(name: str) -> dict[str, Outcome]:
    now = now_us()
    return {
        "ledger.outcome_unknown": Outcome("nobody", "ok"),
        "ledger.outcome_contradicts": Outcome(name, "other"),
        "ledger.outcome_early": Outcome(name, "ok", at=now - SKEW_US - 10_000_000),
        "ledger.outcome_future": Outcome(name, "ok", at=now + SKEW_US + 10_000_000),
    }


@pytest.mark.parametrize("code", odd(""))
def test_each_odd_outcome_has_its_own_answer_and_is_set_aside(ledger, asked, code):
    name = asked()
    outcome = odd(name)[code]
    codes(ledger, Outcome(name, "ok"))
    for _ in range(2):  # trying again changes nothing
        (receipt,) = ledger.keep_outcomes([outcome]).result()
        assert receipt.code == code and not receipt.counts
        assert outcome.id in receipt.text() and outcome.id in receipt.text("zh")
    (row,) = ledger.frame("set aside").to_dicts()
    assert (row["id"], row["truth"], row["code"]) == (outcome.id, outcome.truth, code)
    assert ledger.frame("outcomes")["truth"].to_list() == ["ok"]


@pytest.mark.parametrize("together", [True, False])
def test_an_odd_truth_without_a_moment_of_its_own_is_set_aside_once(ledger, together):
    tries = [Outcome("nobody", "ok", at=1_000 + i, source=str(i)) for i in range(3)]
    for part in [tries] if together else [[one] for one in tries]:
        assert set(codes(ledger, *part)) == {"ledger.outcome_unknown"}
    (row,) = ledger.frame("set aside").to_dicts()
    assert row["source"] == "0", "the first of them is kept"
    codes(ledger, Outcome("nobody", "other"))
    assert ledger.frame("set aside")["truth"].to_list() == ["ok", "other"]


def test_the_first_of_outcomes_that_come_together_counts(ledger, asked):
    name = asked()
    arrived = codes(ledger, Outcome(name, "a"), Outcome(name, "b"), Outcome(name, "a"))
    assert arrived == [None, "ledger.outcome_contradicts", "ledger.outcome_same"]


def test_a_thousand_outcomes_at_once_are_each_answered(ledger, asked):
    made = [Prediction(new_id(), FIRST, "ok", {}) for _ in range(1000)]
    ledger.keep_predictions(made).result()
    arrived = [Outcome(one.id, "ok") for one in made] + [Outcome("nobody", "x")]
    assert codes(ledger, *arrived) == [None] * 1000 + ["ledger.outcome_unknown"]
    assert len(ledger.frame("outcomes")) == 1000


@pytest.mark.parametrize(
    ("outcome", "code"),
    [
        (Outcome("a\0", "x"), "ledger.text"),
        (Outcome("a", "\ud800"), "ledger.text"),
        (Outcome("a", "x", at=-1), "ledger.moment"),
        (Outcome("a", "x", at=LAST_US), "ledger.moment"),
    ],
)
def test_an_outcome_that_no_database_can_hold_is_refused(ledger, outcome, code):
    with pytest.raises(LuodiError) as caught:
        ledger.keep_outcomes([outcome])
    assert caught.value.code == code


def test_frames_have_the_same_types_with_and_without_rows(ledger, asked):
    parts = (
        "predictions",
        "outcomes",
        "set aside",
        "corrected",
        "reviews",
        "alarms",
        "audit",
        "history",
    )
    empty = {part: ledger.frame(part, since=1 << 60).schema for part in parts}
    codes(ledger, Outcome(asked(), "ok"), Outcome("nobody", "ok"))
    ledger.raise_alarms([Alarm(FIRST, "drift.dead", "error", {"column": "Torque"})])
    for part in parts:
        assert ledger.frame(part).schema == empty[part]
    assert ledger.frame("alarms").to_dicts()[0]["evidence"] == '{"column":"Torque"}'
    assert ledger.frame("predictions").to_arrow().num_rows == 1
    assert empty["predictions"]["probability"] == pl.Float64


def test_frames_can_be_cut_by_time_and_task(ledger, asked):
    first, second = asked(at=1_000), asked(at=2_000, release=OTHER)
    assert ledger.frame("predictions", since=2_000)["id"].to_list() == [second]
    assert ledger.frame("predictions", until=2_000)["id"].to_list() == [first]
    assert ledger.frame("predictions", name="oven")["id"].to_list() == [second]
    assert ledger.frame("predictions", release=FIRST)["id"].to_list() == [first]
    (part,) = ledger.batches("predictions", Cut("press", FIRST, since=1_000, until=1_001))
    assert part["id"].to_list() == [first]
    with pytest.raises(LuodiError) as caught:
        ledger.frame("secrets")
    assert caught.value.code == "ledger.part"


def test_only_the_columns_that_are_asked_for_are_read_and_rows_can_be_counted(ledger, asked):
    asked(at=1_000), asked(at=2_000, release=OTHER)
    cut = Cut(name="oven")
    for part, names in (("predictions", ["id", "at", "name"]), ("outcomes", ["id", "received_at"])):
        (frame,) = ledger.batches(part, cut, names)
        assert frame.columns == names
        assert frame.equals(ledger.frame(part, name="oven").select(names))
    assert ledger.count("predictions") == 2 and ledger.count("predictions", cut) == 1
    assert ledger.count("outcomes", cut) == 0


def test_a_frame_holds_few_rows_where_records_are_long(ledger, asked, monkeypatch):
    monkeypatch.setattr(frames, "_BYTES", 1_000)
    ids = [asked(at=moment, record={"photo": "x" * 400}) for moment in range(1, 6)]
    ids.append(asked(at=9, record={"photo": "x" * 4_000}))
    parts = list(ledger.batches("predictions"))
    assert [len(part) for part in parts] == [2, 2, 1, 1]
    assert [one for part in parts for one in part["id"].to_list()] == ids
    (part,) = ledger.batches("predictions", columns=("id", "at"))
    assert part["id"].to_list() == ids, "short columns are read at once"


def test_of_two_who_raise_the_same_alarm_at_once_the_second_sees_the_first(ledger, prepared):
    seen: list[list[str]] = []

    def news(alarm: Alarm, known: Sequence[Alarm]) -> bool:
        seen.append([one.evidence["column"] for one in known])
        time.sleep(0.2)  # long enough for the other to look too, if it may
        return alarm.evidence["column"] not in seen[-1]

    alarms = [Alarm(FIRST, "drift.dead", "error", {"column": name}) for name in ("heat", "torque")]
    ledger.raise_alarms([Alarm(SECOND, "drift.dead", "error", {"column": "heat"})])
    with Ledger(prepared) as other, ThreadPoolExecutor(2) as pool:
        tries = [pool.submit(one.raise_alarms, alarms, news) for one in (ledger, other)]
        assert sorted(one.result() for one in tries) == [[False, False], [True, True]]
    kept = ledger.frame("alarms", release=FIRST)["evidence"].to_list()
    assert kept == ['{"column":"heat"}', '{"column":"torque"}']
    assert seen == [[], ["heat"], *[["heat", "torque"]] * 2], "those of another release say nothing"


def test_an_alarm_of_an_unknown_release_is_refused(ledger):
    with pytest.raises(LuodiError) as caught:
        ledger.raise_alarms([Alarm("sha256:none", "drift.dead", "error")])
    assert caught.value.code == "ledger.release_unknown"
