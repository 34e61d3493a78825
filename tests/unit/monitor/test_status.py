"""Status says first what is wrong and how old that is, then the rest, and hides no silence."""

from __future__ import annotations

from dataclasses import replace

import pytest

from luodi.cli.speech import speaking
from luodi.cli.status import lines
from luodi.monitor import rounds
from luodi.monitor import status as watching
from luodi.monitor.rounds import Pace
from unit.monitor.press import DAY, DIGEST, NOW, answer, keep, stuck

HOUR = DAY // 24


def told(home, now=NOW):
    return watching.status(home, "press", DIGEST, Pace(), now)


def spoken(home, lang="en", now=NOW) -> list[str]:
    with speaking(lang):
        return list(lines(told(home, now)))


def test_trouble_comes_first_with_its_age_its_column_and_what_to_do(home):
    answer(home, range(8, 5, -1))
    answer(home, range(5, 0, -1), stuck)
    rounds.once(home, "press", DIGEST, Pace(), NOW)
    said = spoken(home, now=NOW + 3 * HOUR)
    where = {
        key: next(i for i, line in enumerate(said) if key in line)
        for key in (
            "alarm.broken since 2023-11-11 00:00 UTC",
            "(3 h ago)",
            "torque",
            "Check the sensor and its line.",
            "Mend what delivers",
            "What it costs a day",
            "quality:",
            "traffic:",
            "review:",
        )
    }
    assert list(where.values()) == sorted(where.values())
    assert where["torque"] == where["Check the sensor and its line."]


def test_a_model_that_nobody_watched_is_not_called_quiet(home):
    assert "not watched yet" in spoken(home)[1]
    answer(home, range(6, 0, -1))
    rounds.once(home, "press", DIGEST, Pace(), NOW)
    assert not any("NOT WATCHED" in line for line in spoken(home, now=NOW + 2 * DAY))
    late = spoken(home, now=NOW + 21 * DAY)
    assert any("NOT WATCHED since 2023-11-15 00:00 UTC" in line for line in late)
    assert told(home, NOW + 21 * DAY)["watched"]["late"]


def test_a_window_that_waits_for_answers_is_watched_all_the_same(home):
    answer(home, range(6, 0, -1))
    for day in range(10):
        rounds.once(home, "press", DIGEST, Pace(), NOW + day * DAY)
    assert not told(home, NOW + 10 * DAY)["watched"]["late"]


def test_how_many_go_to_a_person_and_how_scores_lie_is_told_beside_training(home):
    keep(home, range(6, 0, -1), lambda random: 0.5 + random.random() / 4)
    rounds.once(home, "press", DIGEST, Pace(), NOW)
    traffic = told(home)["traffic"]
    assert traffic["review"] == {"now": pytest.approx(0.4, abs=0.05), "training": 0.1}
    assert traffic["scores"]["now"] == pytest.approx([0.525, 0.625, 0.725], abs=0.03)
    assert traffic["scores"]["training"] == pytest.approx([0.1, 0.5, 0.9], abs=0.03)
    said = "\n".join(spoken(home))
    assert "review: " in said and "in training 10.0%" in said and "scores" in said


def test_why_there_is_no_verdict_on_quality_is_said(home):
    keep(home, range(6, 0, -1), lambda random: random.random(), lambda *_: False)
    rounds.once(home, "press", DIGEST, Pace(), NOW)
    assert any("roc_auc cannot be computed" in line for line in spoken(home))


def test_an_alarm_from_before_a_roll_back_is_not_shown_as_open(home, one, monkeypatch):
    answer(home, range(6, 0, -1), stuck)
    rounds.once(home, "press", DIGEST, Pace(), NOW)
    assert told(home)["alarm"]["columns"] == ["torque"]
    back = replace(one, since=NOW + DAY)
    monkeypatch.setattr(watching, "watched", lambda *_: back)
    later = told(home, NOW + 2 * DAY)
    assert later["alarm"] is None and later["next"][0]["step"] != "act"


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_status_speaks_both_languages(home, lang):
    answer(home, range(6, 0, -1), stuck, truths=True)
    rounds.once(home, "press", DIGEST, Pace(), NOW)
    said = "\n".join(spoken(home, lang, NOW + 9 * DAY))
    assert "{" not in said and "None" not in said and "UTC" in said
    assert any("\u4e00" <= letter <= "\u9fff" for letter in said) == (lang == "zh")
