"""Whatever the traffic and however it is watched, trouble is told, once, and with its own date."""

from __future__ import annotations

import threading
import time
from itertools import pairwise

import numpy as np

from luodi.monitor import rounds
from luodi.monitor.alarms import Raised
from luodi.monitor.intake import known_cases
from luodi.monitor.rounds import Pace
from luodi.monitor.told import before, told
from luodi.monitor.watching import Seen
from luodi.store.home import Home
from luodi.store.ledger.rows import Outcome, Reason
from unit.monitor.press import DAY, DIGEST, NOW, answer, codes, good, keep, stuck

HOUR = DAY // 24
MOVED = {"code": "alarm.shift", "evidence": {}}


def far(record):
    return {**record, "torque": record["torque"] + 1e6}


def test_a_model_that_is_seldom_asked_is_watched_too(home):
    answer(home, range(60, 0, -1), far, rows=20)
    found = rounds.once(home, "press", DIGEST, Pace(), NOW)
    assert {window.sketch.rows for window in found.windows} == {140}
    assert all(window.end - window.start == 7 * DAY for window in found.windows)
    assert codes(home) == ["alarm.broken"]


def test_answers_of_a_long_time_wait_until_they_are_enough(home):
    answer(home, range(20, 0, -1), rows=2)
    found = rounds.once(home, "press", DIGEST, Pace(), NOW)
    assert [window.sketch.rows for window in found.windows] == [30]
    later = rounds.once(home, "press", DIGEST, Pace(), NOW + 30 * DAY)
    assert later.new == 0, "ten answers say nothing, however long ago they were"


def test_a_window_of_little_traffic_is_the_same_day_by_day(home):
    answer(home, range(30, 0, -1), rows=20)
    for day in range(30, -1, -1):
        rounds.once(home, "press", DIGEST, Pace(), NOW - day * DAY)
    ends = [(window.start, window.end) for window in rounds.history(home, DIGEST)]
    whole = [(NOW - day * DAY, NOW - (day - 7) * DAY) for day in (30, 23, 16, 9)]
    assert ends == whole


def test_quality_is_judged_each_period_even_when_no_window_ended(home):
    kept = answer(home, range(4, 1, -1))
    rounds.once(home, "press", DIGEST, Pace(), NOW - DAY)
    assert codes(home) == []
    random = np.random.default_rng(1)
    late = [Outcome(one.id, random.choice(["no", "yes"]), NOW - DAY) for one in kept]
    home.ledger.keep_outcomes(late).result()
    same_day = rounds.once(home, "press", DIGEST, Pace(), NOW - DAY + HOUR)
    assert same_day.raised == [], "one look a period is what the budget allows"
    found = rounds.once(home, "press", DIGEST, Pace(), NOW)
    assert found.new == 0 and codes(home) == ["alarm.worse"]
    assert found.windows[-1].alarm["since"] == NOW
    assert rounds.history(home, DIGEST)[-1].alarm["code"] == "alarm.worse"
    assert rounds.once(home, "press", DIGEST, Pace(), NOW + DAY).raised == []


def test_another_length_of_window_tells_no_alarm_again(home):
    half = NOW - DAY // 2
    answer(home, [3, 2], rows=24 * 210)
    answer(home, [1], lambda r, at: r if at < half else far(r), rows=24 * 210)
    rounds.once(home, "press", DIGEST, Pace(3600.0), half)
    for hour in range(4):
        rounds.once(home, "press", DIGEST, Pace(), NOW + hour * HOUR)
    assert codes(home) == ["alarm.broken"]
    windows = rounds.history(home, DIGEST)
    assert all(a.end <= b.start for a, b in pairwise(windows))
    assert windows[-1].period_s == 86_400 and windows[0].period_s == 3600


def test_two_that_watch_at_once_tell_an_alarm_once(home, monkeypatch):
    answer(home, range(6, 0, -1), far)
    slow, wait = rounds.history, threading.Event()

    def history(*given):
        found = slow(*given)
        wait.wait(0.5)
        return found

    monkeypatch.setattr(rounds, "history", history)

    def look():
        with Home.open(home.folder) as opened:
            rounds.once(opened, "press", DIGEST, Pace(), NOW)

    both = [threading.Thread(target=look) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert codes(home) == ["alarm.broken"]


def test_columns_that_take_turns_are_told_once_each():
    earlier: list[Seen] = []
    news = []
    for number in range(10):
        alarm = Raised("alarm.moved", {"causes": [{**MOVED, "column": "ab"[number % 2]}]})
        seen, more = told(Seen(number, number + 1, None), before(earlier, 0), alarm)
        earlier.append(seen)
        news += more
    assert [one.columns for one in news] == [("a",), ("b",)]
    assert earlier[-1].alarm["columns"] == ["a", "b"]


def test_a_first_round_dates_a_worse_model_to_the_latest_window(home):
    random = np.random.default_rng(0)

    def fallen(chance, at):
        return random.random() < (chance if at < NOW - 10 * DAY else 0.5)

    keep(home, range(40, 0, -1), good, fallen)
    rounds.once(home, "press", DIGEST, Pace(), NOW)
    frame = home.ledger.frame("alarms")
    assert frame["code"].to_list() == ["alarm.worse"]
    assert frame["at"].dt.epoch("us").to_list() == [NOW]


def test_an_alarm_from_before_a_roll_back_is_not_open_after_it(home):
    answer(home, range(6, 0, -1), stuck)
    found = rounds.once(home, "press", DIGEST, Pace(), NOW)
    assert found.windows[-1].alarm is not None
    assert before(found.windows, NOW).alarm == found.windows[-1].alarm
    assert before(found.windows, NOW + 1).alarm is None


def test_a_corrected_truth_came_when_the_first_one_did(home, one):
    kept = answer(home, [2, 1], truths=True)
    first = known_cases(home, one, NOW - 3 * DAY, NOW)
    truths = home.ledger.frame("outcomes").sort("id")["truth"].to_list()
    time.sleep(0.01)
    for answered, truth in zip(sorted(kept[:9], key=lambda p: p.id), truths, strict=False):
        other = Outcome(answered.id, "no" if truth == "yes" else "yes", answered.at + 1)
        home.ledger.correct_outcome(other, Reason("a test", "to see"))
    after = known_cases(home, one, NOW - 3 * DAY, NOW)
    assert (after.truth != first.truth).sum() == 9
    assert (after.received == first.received).all()
