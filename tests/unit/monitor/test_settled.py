"""One learns from answers whose truths have come, and not from those that happen to be quick."""

from __future__ import annotations

import pytest

from luodi.monitor.settled import settled_until
from luodi.store.ledger import clock
from luodi.store.ledger.rows import Outcome, Release
from unit.monitor.press import DAY, NOW, even, keep


def told(home, answers, after) -> None:
    """Truths of answers, each kept so many microseconds after its answer as ``after`` says."""
    groups = {}
    for one in answers:
        moment = one.at + after(one)
        if moment <= NOW:
            groups.setdefault(moment // DAY * DAY, []).append(Outcome(one.id, "yes", one.at))
    for moment, came in groups.items():
        with clock.replaying(lambda at=moment: at):
            home.ledger.keep_outcomes(came).result()


def days_settled(home, **given) -> float:
    """How many days ago it was that truths had come up to."""
    return (NOW - settled_until(home, "press", NOW, **given)) / DAY


def test_truths_that_take_two_days_settle_all_but_two_days(home):
    answers = keep(home, range(30, 0, -1), even, rows=40)
    told(home, answers, lambda one: 2 * DAY)
    assert 1.9 < days_settled(home) < 3.1


def test_the_quick_truths_of_late_answers_settle_nothing(home):
    answers = keep(home, range(60, 0, -1), even, rows=40)
    told(home, answers, lambda one: DAY if one.decision == "yes" else 10 * DAY)
    assert 9 < days_settled(home) < 12


def test_a_spreadsheet_that_tells_of_all_but_the_latest_settles_them_before_their_time(home):
    answers = keep(home, range(60, 0, -1), even, rows=40)
    told(home, answers, lambda one: 10 * DAY)
    assert 9 < days_settled(home) < 12
    latest = NOW - 3 * DAY
    late = [one for one in answers if NOW - 10 * DAY < one.at < latest]
    told(home, late, lambda one: NOW - one.at)
    assert 2.5 < days_settled(home) < 4.5


def test_a_delay_that_is_given_counts_unless_more_has_come(home):
    answers = keep(home, range(30, 0, -1), even, rows=40)
    told(home, answers, lambda one: 2 * DAY)
    assert days_settled(home, delay_s=20 * 86_400.0) == pytest.approx(2.5, abs=0.6)
    assert days_settled(home, delay_s=86_400.0) == 1.0


def test_without_truths_only_a_delay_that_is_given_says_what_is_settled(home):
    keep(home, range(30, 0, -1), even, rows=40)
    assert days_settled(home, delay_s=5 * 86_400.0) == 5.0
    assert days_settled(home) == 0.0, "there is nothing to be biased"


def test_truths_of_another_task_settle_nothing(home):
    told(home, keep(home, range(30, 0, -1), even, rows=40), lambda one: 2 * DAY)
    home.ledger.add_release(Release("sha256:" + "c" * 64, "oven", blob="sha256:" + "d" * 64))
    assert days_settled(home) > 1.9 and settled_until(home, "oven", NOW) == NOW
