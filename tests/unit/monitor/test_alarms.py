"""Each trouble has its own of three alarms, in two languages, with evidence, cost and remedy."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from luodi.core.values import Finding
from luodi.modalities.reference import counts
from luodi.monitor.alarms import Raised, State, classify
from luodi.monitor.cases import Cases
from luodi.monitor.estimate import expected, usual
from luodi.monitor.figure import Quality
from luodi.monitor.quality import measured
from luodi.monitor.reference import Reference
from unit.monitor.made import NOW, answers, promise, promise_of

SHIFT = Finding(
    "alarm.shift",
    "warning",
    "torque",
    {"effect": 1.0, "mean_now": 50.0, "mean_before": 40.0, "chance": 1e-9, "rows": 400},
)
DEAD = Finding("alarm.dead", "error", "pressure", {"rows": 400})
LEVEL = 5e-3


def state(findings=(), live=None, cases=None, held=None) -> State:
    kept = held or promise_of(answers(3000, 1))
    given = answers(1000, 2) if cases is None else cases
    figure = measured(kept, given, NOW, 0.0) if live is None else live
    return State(kept, findings, figure, expected(kept, given), 500.0, LEVEL)


def test_all_well_is_no_alarm():
    assert classify(state()) is None


def test_a_change_of_concept_with_unchanged_inputs_is_a_model_that_got_worse():
    alarm = classify(state(cases=answers(1000, 3, concept=True)))
    assert alarm.code == "alarm.worse" and alarm.evidence["basis"] == "truths"
    assert alarm.evidence["cost_per_day"] > 0
    assert not alarm.columns


def test_moved_inputs_with_held_quality_are_no_worse_model():
    alarm = classify(state([SHIFT]))
    assert alarm.code == "alarm.moved" and alarm.severity == "warning"
    assert alarm.columns == ("torque",)


def test_moved_inputs_without_truths_hold_as_long_as_probabilities_say_so():
    held = promise_of(answers(3000, 1))
    waiting = Quality(held.metric)
    assert classify(state([SHIFT], live=waiting)).code == "alarm.moved"
    hard = answers(1000, 2, harder=0.3)
    alarm = classify(state([SHIFT], live=waiting, cases=hard))
    assert alarm.code == "alarm.worse" and alarm.evidence["basis"] == "estimate"


def test_a_broken_input_explains_a_worse_model():
    alarm = classify(state([SHIFT, DEAD], cases=answers(1000, 3, concept=True)))
    assert alarm.code == "alarm.broken"
    assert alarm.columns == ("pressure",)
    held = promise_of(answers(3000, 1))
    assert alarm.evidence["cost_per_day"] == pytest.approx((held.without - held.cost) * 500)


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize(
    "given",
    [
        {"findings": [DEAD]},
        {"findings": [SHIFT]},
        {"cases": answers(1000, 3, concept=True)},
        {"findings": [SHIFT], "held": promise()},
    ],
)
def test_every_alarm_speaks_both_languages(given, lang):
    record = classify(state(**given)).record(lang)
    texts = [record[part] for part in ("seen", "wanted", "remedy")]
    assert all(texts) and not any("{" in text or "None" in text for text in texts)
    assert any("\u4e00" <= letter <= "\u9fff" for letter in "".join(texts)) == (lang == "zh")


def test_a_cost_that_nobody_knows_is_not_made_up():
    alarm = classify(state([DEAD], held=promise(cost=None, without=None)))
    assert alarm.evidence["cost_per_day"] is None
    assert "not known" in alarm.part("seen", "en")


def test_an_alarm_that_ended_can_be_told():
    assert Raised("alarm.over").record("en")["seen"]


def tempered(rows: int, seed: int, times: float) -> Cases:
    """Answers that are right, of a model that is too timid or too bold."""
    made = answers(rows, seed)
    odds = np.log(made.answers[:, 1] / made.answers[:, 0]) * times
    chance = 1 / (1 + np.exp(-odds))
    return replace(made, answers=np.column_stack([1 - chance, chance]))


def test_the_estimate_never_overrules_truths():
    held = promise_of(tempered(5000, 1, 0.7))
    live = tempered(4000, 2, 0.7)
    alarm = classify(state([SHIFT], cases=live, held=held))
    assert expected(held, live).high < held.low
    assert alarm.code == "alarm.moved" and alarm.evidence["basis"] == "truths"
    assert "truths" in alarm.part("seen", "en")


def test_a_timid_model_is_not_expected_to_get_worse_for_being_timid():
    train, live = tempered(20_000, 1, 0.7), tempered(4000, 2, 0.7)
    held = promise_of(train)
    reference = trained_on(train)
    figure = expected(held, live)
    assert figure.high < held.low
    assert usual(held, reference) == pytest.approx(figure.value, abs=0.01)
    known = replace(figure, usual=usual(held, reference))
    alarm = classify(State(held, [SHIFT], Quality(held.metric), known, 500.0, LEVEL))
    assert alarm.code == "alarm.moved"
    hard = expected(held, answers(1000, 2, harder=0.2))
    fallen = replace(hard, usual=usual(held, reference))
    alarm = classify(State(held, [SHIFT], Quality(held.metric), fallen, 500.0, LEVEL))
    assert alarm.code == "alarm.worse" and alarm.evidence["basis"] == "estimate"


@pytest.mark.parametrize("metric", ["accuracy", "log_loss", "roc_auc"])
def test_what_is_usual_is_read_from_how_training_s_answers_were_counted(metric):
    train = answers(20_000, 3)
    held = promise(metric=metric)
    assert usual(held, trained_on(train)) == pytest.approx(expected(held, train).value, abs=0.01)


def test_an_alarm_shows_the_figure_that_decided():
    held = promise_of(answers(3000, 1))
    part = replace(measured(held, answers(1000, 3), NOW, 0.0), value=0.123, chance=None)
    alarm = classify(state([SHIFT], live=part, cases=answers(1000, 2, harder=0.3)))
    assert alarm.code == "alarm.worse" and "0.123" not in alarm.part("seen", "en")
    assert "lead to expect" in alarm.part("seen", "en")


def trained_on(train: Cases) -> Reference:
    decided = np.bincount(train.decision, minlength=2).tolist()
    told = {
        "decision": dict(zip(("no", "yes"), decided, strict=True)),
        "review": 0,
        "probability": {"yes": counts.binned(train.answers[:, 1])},
    }
    return Reference.from_json({"rows": len(train), "columns": {}, "answers": told})
