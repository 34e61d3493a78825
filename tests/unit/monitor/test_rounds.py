"""From the ledger to an alarm: once, in the right place, and never with a record in it."""

from __future__ import annotations

import itertools
import json

import pytest

from luodi.core.errors import LuodiError
from luodi.monitor import outlets, rounds
from luodi.monitor import status as watching
from luodi.monitor.rounds import Pace
from luodi.store.ledger import forget
from luodi.store.ledger.rows import Reason
from unit.monitor.press import DAY, DIGEST, NOW, answer, codes, stuck


def test_a_dead_sensor_is_told_once_and_its_end_too(home):
    answer(home, range(12, 8, -1))
    answer(home, range(8, 5, -1), stuck)
    answer(home, range(5, 0, -1), seed=2)
    whole = rounds.once(home, "press", DIGEST, Pace(), NOW)
    assert whole.new == 12
    assert codes(home) == ["alarm.broken", "alarm.over"]
    assert whole.raised[0].columns == ("torque",)
    again = rounds.once(home, "press", DIGEST, Pace(), NOW)
    assert again.new == 0 and len(codes(home)) == 2


def test_rounds_day_by_day_find_what_one_round_finds(home):
    answer(home, range(12, 8, -1))
    answer(home, range(8, 0, -1), stuck)
    for day in range(10, -1, -1):
        rounds.once(home, "press", DIGEST, Pace(), NOW - day * DAY)
    assert codes(home) == ["alarm.broken"]


def test_a_window_of_few_answers_grows_until_it_says_something(home):
    answer(home, range(12, 0, -1), rows=50)
    found = rounds.once(home, "press", DIGEST, Pace(), NOW)
    assert [window.sketch.rows for window in found.windows] == [200, 200, 200]
    assert all(window.end - window.start == 4 * DAY for window in found.windows)


def test_truths_that_contradict_the_promise_are_a_worse_model(home):
    answer(home, range(6, 0, -1), truths=True)
    rounds.once(home, "press", DIGEST, Pace(), NOW)
    assert codes(home) == ["alarm.worse"]
    told = watching.status(home, "press", DIGEST, Pace(), NOW)
    assert told["alarm"]["code"] == "alarm.worse"
    assert told["live"]["low"] < 0.5 < told["live"]["high"] < told["live"]["promised"]
    assert told["next"][0]["step"] == "act"


def test_status_says_what_is_waited_for(home):
    told = watching.status(home, "press", DIGEST, Pace(), NOW)
    assert [step["step"] for step in told["next"]] == ["first_window", "truths"]
    assert told["alarm"] is None and told["traffic"]["last_day"] == 0


def kept_texts(home) -> list[str]:
    """Everything that watching keeps or tells."""
    found = rounds.once(home, "press", DIGEST, Pace(), NOW)
    texts = [path.read_text() for path in (home.folder / "windows").rglob("*.json")]
    texts += [outlets.line("press", DIGEST, alarm) for alarm in found.raised]
    texts += [json.dumps(outlets.message("press", DIGEST, alarm)) for alarm in found.raised]
    return texts + home.ledger.frame("alarms")["evidence"].to_list()


def tells(text: str) -> bool:
    plain = text.replace(",", "")
    return any(part in plain for part in ("13912345678", "1.3912e", "1.39123e", "1.39e+10"))


@pytest.mark.parametrize("which", ["all", "one", "few"])
def test_no_record_is_in_an_alarm_a_line_a_message_or_a_window(home, which):
    every = {"all": 1, "one": 250, "few": 70}[which]
    counted = itertools.count()
    answer(home, range(6, 0, -1), lambda r: stuck(r) if next(counted) % every == 0 else r)
    texts = kept_texts(home)
    assert len(texts) >= 6 and not any(tells(text) for text in texts)


def test_what_was_forgotten_is_in_no_window(home):
    kept = answer(home, [1], lambda record, at: stuck(record) if at == NOW - DAY else record)
    rounds.once(home, "press", DIGEST, Pace(), NOW)
    assert forget.by_id(home.ledger, [kept[0].id], Reason("a test", "to see")) == 1
    files = [path for path in home.folder.rglob("*") if path.is_file()]
    assert any("windows" in path.parts for path in files)
    assert not any(b"13912345678" in path.read_bytes() for path in files)


def test_an_error_code_of_any_size_stops_nothing(home):
    codes_of = {NOW - 2 * DAY: 1e160, NOW - DAY: 1.797e308}
    answer(home, [2, 1], lambda r, at: {**r, "torque": codes_of.get(at, r["torque"])})
    assert rounds.once(home, "press", DIGEST, Pace(), NOW).new == 2
    assert rounds.once(home, "press", DIGEST, Pace(), NOW).new == 0
    assert codes(home) == []


def test_forgotten_records_are_not_counted(home):
    answer(home, range(3, 0, -1))
    home.ledger.write(lambda c, items: [c.exec_driver_sql(
        "UPDATE predictions SET forgotten_at = 1, record = '{}'")], [None]).result()  # fmt: skip
    assert rounds.once(home, "press", DIGEST, Pace(), NOW).new == 0


def test_a_task_without_a_champion_is_refused(home):
    with pytest.raises(LuodiError, match=r"alarm\.no_champion"):
        list(rounds.champion(home, "oven"))
    assert list(rounds.champion(home, None)) == [("press", DIGEST)]


def test_quality_and_status_read_no_record(home, monkeypatch, one):
    answer(home, range(6, 0, -1), truths=True)
    rounds.once(home, "press", DIGEST, Pace(), NOW)
    read: set[str] = set()
    batches = home.ledger.batches

    def noted(*given):
        for frame in batches(*given):
            read.update(frame.columns)
            yield frame

    monkeypatch.setattr(home.ledger, "batches", noted)
    told = watching.status(home, "press", DIGEST, Pace(), NOW)
    assert told["live"]["cases"] == 1000 and told["traffic"]["last_day"] == 250
    assert read and not read & {"record", "details"}
