"""Machines that share a ledger and watch the same release tell each alarm once."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from luodi.monitor import rounds
from luodi.monitor.rounds import Pace
from luodi.monitor.told import is_news
from luodi.store.home import Home
from luodi.store.ledger.ledger import Ledger
from luodi.store.ledger.rows import Alarm
from unit.monitor.press import DAY, DIGEST, NOW, answer, codes, stuck

HOUR = DAY // 24
BROKEN, MOVED, WORSE, OVER = "alarm.broken", "alarm.moved", "alarm.worse", "alarm.over"


@pytest.fixture
def other(home, tmp_path):
    """The home of another machine with the same ledger: its windows are its own."""
    address = home.address or f"sqlite:///{home.ledger.file}"
    with Home.create(tmp_path / "other", address) as opened:
        yield opened


def look(home: Home, now: int = NOW) -> list[str]:
    """What one round tells."""
    return [one.code for one in rounds.once(home, "press", DIGEST, Pace(), now).raised]


def test_two_machines_that_look_at_the_same_moment_tell_an_alarm_once(home, other, monkeypatch):
    answer(home, range(8, 4, -1))
    answer(home, range(4, 0, -1), stuck)
    both, tell = threading.Barrier(2, timeout=60), Ledger.raise_alarms

    def together(ledger, alarms, *given):
        if alarms:
            both.wait()  # each has found the alarm, and neither has told it
        return tell(ledger, alarms, *given)

    monkeypatch.setattr(Ledger, "raise_alarms", together)
    with ThreadPoolExecutor(2) as pool:
        told = list(pool.map(look, (home, other)))
    assert sorted(told) == [[], [BROKEN]] and codes(home) == [BROKEN]
    stand = [rounds.history(one, DIGEST)[-1].alarm for one in (home, other)]
    assert stand[0] == stand[1] and stand[0]["columns"] == ["torque"], "both know that it is open"


def test_a_machine_that_comes_late_tells_nothing_of_the_past_again(home, other):
    answer(home, range(12, 8, -1))
    answer(home, range(8, 5, -1), stuck)
    answer(home, range(5, 0, -1), seed=2)
    for day in range(11, -1, -1):
        look(home, NOW - day * DAY)
    assert codes(home) == [BROKEN, OVER]
    assert look(other) == [] and codes(home) == [BROKEN, OVER]


def test_machines_that_take_turns_tell_the_beginning_and_the_end_once(home, other):
    answer(home, range(12, 8, -1))
    answer(home, range(8, 5, -1), stuck)
    answer(home, range(5, 0, -1), seed=2)
    told = [
        code
        for day in range(11, -1, -1)
        for one in ((home, other) if day % 2 else (other, home))
        for code in look(one, NOW - day * DAY)
    ]
    assert told == codes(home) == [BROKEN, OVER]


def test_a_machine_that_lost_its_windows_tells_nothing_again(home):
    answer(home, range(8, 4, -1))
    answer(home, range(4, 0, -1), stuck)
    assert look(home) == [BROKEN]
    for path in (home.folder / "windows").rglob("*.json"):
        path.unlink()
    assert look(home) == [] and codes(home) == [BROKEN]


def test_machines_whose_clocks_differ_tell_that_the_model_got_worse_once(home, other):
    answer(home, range(6, 0, -1), truths=True)
    assert look(home, NOW + HOUR) == [WORSE]
    assert look(other, NOW) == [] and codes(home) == [WORSE]


def alarm(code: str, day: int, *columns: str) -> Alarm:
    causes = [{"code": "drift.dead", "column": name, "evidence": {}} for name in columns]
    return Alarm(DIGEST, code, "error", {"causes": causes} if columns else {}, day * DAY)


HEAT = alarm(BROKEN, 8, "heat")


@pytest.mark.parametrize(
    ("known", "new", "reign", "news"),
    [
        ([], alarm(BROKEN, 8, "heat"), 0, True),
        ([HEAT], alarm(BROKEN, 8, "heat"), 0, False),
        ([HEAT], alarm(BROKEN, 9, "heat"), 0, False),
        ([HEAT], alarm(BROKEN, 7, "heat"), 0, False),
        ([HEAT], alarm(BROKEN, 9, "heat", "torque"), 0, True),
        ([HEAT, alarm(BROKEN, 9, "torque")], alarm(BROKEN, 9, "heat", "torque"), 0, False),
        ([HEAT], alarm(WORSE, 8), 0, True),
        ([HEAT, alarm(WORSE, 9)], alarm(BROKEN, 10, "heat"), 0, True),
        ([HEAT], alarm(OVER, 9), 0, True),
        ([HEAT, alarm(OVER, 9)], alarm(OVER, 10), 0, False),
        ([HEAT, alarm(OVER, 9)], alarm(OVER, 8), 0, False),
        ([HEAT, alarm(OVER, 9)], alarm(BROKEN, 10, "heat"), 0, True),
        # it came back into use on the ninth day: what was open before is forgotten
        ([HEAT], alarm(BROKEN, 10, "heat"), 9, True),
        ([HEAT, alarm(BROKEN, 10, "heat")], alarm(BROKEN, 10, "heat"), 9, False),
        ([HEAT, alarm(BROKEN, 10, "heat")], alarm(OVER, 11), 9, True),
        # a window of before that is looked at only then
        ([alarm(BROKEN, 7, "heat")], alarm(BROKEN, 8, "heat"), 9, True),
        ([HEAT], alarm(BROKEN, 8, "heat"), 9, False),
        ([HEAT], alarm(OVER, 10), 9, True),
    ],
)
def test_what_was_told_is_no_news(known, new, reign, news):
    assert is_news(new, known, reign * DAY) is news
