"""The card's data: plain JSON, honest limits, rules that a reader can follow."""

from __future__ import annotations

import json
import math

import polars as pl
import pytest

from luodi.core.decision import Rule
from luodi.core.values import Column, Dataset, Figure, Finding, Parts, Verdict
from luodi.release.card import card_data, dataset_facts
from luodi.release.card.data import told
from luodi.release.card.rule import decision_rule, even_odds, review_band

from . import details
from .cards import artifact, classes_card, facts, task_of, values_card, verdict


def codes(card):
    return [limit["code"] for limit in card["limits"]]


def test_the_card_is_json_that_reads_back_the_same(card):
    text = json.dumps(card, allow_nan=False, ensure_ascii=False)
    assert json.loads(text) == card


def test_what_is_not_finite_becomes_null():
    judged = {**details.classify(("0", "1"), ("a",), "b"), "extra": [math.nan, math.inf, 1.0]}
    card = card_data(task_of(), facts(("a",)), artifact(("a",)), verdict(judged))
    assert card["judged"]["extra"] == [None, None, 1.0]


def test_the_metric_stands_first_and_gates_carry_their_condition():
    card = classes_card()
    assert card["figures"][0]["name"] == card["metric"] == "average_precision"
    assert card["gates"][0]["condition"] == {"bound": "at_least", "value": 0.5, "confidence": 0.95}
    assert card["gates"][1]["condition"] is None
    assert card["passed"] is False


def test_a_finding_carries_its_text_in_both_languages():
    found = told(Finding("judge.few_rows", "warning", None, {"rows": 7, "wanted": 100}))
    assert "7" in found["text"]["en"]["seen"] and "7" in found["text"]["zh"]["seen"]
    assert found["text"]["en"]["seen"] != found["text"]["zh"]["seen"]


def test_a_finding_without_a_text_is_told_by_its_code():
    assert told(Finding("strange.code", "note"))["text"] == {}


def test_limits_name_what_was_measured_weak():
    assert set(codes(classes_card())) >= {
        "gates_failed",
        "baseline_no_difference",
        "few_cases",
        "few_rows",
        "wide_interval",
        "slice",
        "group_gap",
        "badly_calibrated",
        "noise",
        "columns_lost_classify",
        "often_missing",
        "no_time",
        "same_place",
        "outside",
        "no_cause",
    }


def test_limits_stay_silent_where_nothing_is_weak():
    judged = details.classify(("0", "1"), ("a",), "b")
    judged |= {
        "rows": 5000,
        "class_counts": [4000, 1000],
        "slices": {"worst": []},
        "robustness": None,
    }
    judged["calibration"]["error"] = 0.01
    judged["fairness"][0] |= {"hit_gap": 0.01, "false_alarm_gap": 0.01}
    judged["baselines"] = [{"name": "linear", "figure": 0.5, "answer": "better"}]
    known = facts(("a",))
    known["columns"][0]["missing"] = 0.0
    known["time"] = {"column": "t", "from": "2020-01-01", "until": "2021-01-01"}
    known["split"]["by"] = "time"
    sure = Figure("average_precision", 0.9, 0.89, 0.91, "higher")
    found = Verdict({"average_precision": sure}, (), judged, ())
    card = card_data(task_of(), known, artifact(("a",)), found)
    assert codes(card) == ["period", "outside", "no_cause"]


def test_generated_records_are_called_generated():
    known = {**facts(("a",)), "generated": True}
    judged = details.classify(("0", "1"), ("a",), "b")
    card = card_data(task_of(), known, artifact(("a",)), verdict(judged))
    assert "generated" in codes(card)


def test_no_sensitive_column_is_a_limit_too():
    judged = {**details.classify(("0", "1"), ("a",), "b"), "fairness": []}
    card = card_data(task_of(), facts(("a",)), artifact(("a",)), verdict(judged))
    assert "fairness_not_looked_at" in codes(card)


def test_the_threshold_is_where_both_errors_cost_the_same():
    rule = classes_card()["decision"]
    assert (rule["kind"], rule["of"]) == ("threshold", "1")
    assert rule["threshold"] == pytest.approx(20 / 520, abs=1e-6)
    assert (rule["review_from"], rule["review_to"]) == pytest.approx((0.01, 0.75))


@pytest.mark.parametrize("threshold", [None, 0.2, 0.6])
@pytest.mark.parametrize("review", [None, 1.0, 5.0, 19.0, 1000.0])
def test_the_told_rule_is_the_one_that_the_graph_applies(threshold, review):
    import numpy as np

    prices = ((0.0, 20.0), (500.0, 0.0))
    chance = np.linspace(0.0005, 0.9995, 1000)
    decided, asked = Rule(prices, threshold, review).apply(np.stack([1 - chance, chance], axis=1))
    for positive, own in (("b", chance), ("a", 1 - chance)):
        rule = decision_rule(Rule(prices, threshold, review).to_json(), None, ("a", "b"), positive)
        picked = own >= rule["threshold"] if positive == "b" else own <= rule["threshold"]
        assert (
            np.mean((decided == 1) == (picked if positive == "b" else own < rule["threshold"]))
            > 0.998
        )
        low, high = rule.get("review_from", 2.0), rule.get("review_to", -1.0)
        assert np.mean(asked == ((own > low) & (own < high))) > 0.997


def test_many_classes_are_decided_by_cost_or_by_probability():
    plain = Rule(((0.0, 1.0, 1.0), (1.0, 0.0, 1.0), (1.0, 1.0, 0.0))).to_json()
    priced = Rule(((0.0, 5.0, 1.0), (1.0, 0.0, 1.0), (1.0, 1.0, 0.0))).to_json()
    names = ("a", "b", "c")
    assert decision_rule(plain, None, names, None)["kind"] == "most_probable"
    assert decision_rule(priced, None, names, None)["kind"] == "cheapest"
    assert decision_rule(None, None, names, None)["kind"] == "unknown"


def test_costs_that_make_no_difference_give_no_threshold():
    assert even_odds([[0, 0], [0, 0]]) is None
    assert review_band([[0, 20], [500, 0]], 20 / 520, 400) is None


def test_values_have_no_decision_and_keep_their_unit():
    card = values_card()
    assert card["decision"] is None
    assert card["target"]["unit"] == "米"


def records():
    table = pl.DataFrame(
        {
            "n": [1.0, None, 3.0, 4.0] * 5,
            "c": ["a"] * 12 + ["b"] * 7 + ["Zhang San"],
            "y": ["0"] * 15 + ["1"] * 5,
        }
    )
    columns = (Column("n", "number", unit="m", low=0.0), Column("c", "category", sensitive=True))
    return Dataset(table, columns, "y", "sha256:ab", "r.csv")


def test_facts_count_rows_columns_and_classes():
    whole = records()
    parts = Parts(whole, whole, (), "group")
    task = task_of(data={"source": "r.csv", "target": "y", "group": "c"})
    found = dataset_facts(task, whole, parts)
    assert found["rows"] == 40 and found["split"]["train_rows"] == 20
    assert found["split"]["column"] == "c"
    number, category = found["columns"]
    assert (number["missing"], number["distinct"], number["seen"]) == (0.25, 3, [1.0, 4.0])
    assert (number["unit"], number["allowed"], category["sensitive"]) == ("m", [0.0, None], True)
    assert found["target"]["classes"] == [{"name": "0", "rows": 15}, {"name": "1", "rows": 5}]


def test_facts_never_name_a_value_that_few_records_share():
    assert "Zhang San" not in json.dumps(
        dataset_facts(task_of(data={"source": "r", "target": "y"}), records())
    )


def test_facts_of_values_and_time():
    from datetime import datetime

    times = [datetime(2020, 1, 1), datetime(2021, 6, 1)]
    table = pl.DataFrame({"t": times, "y": [1.0, 5.0]})
    whole = Dataset(table, (Column("t", "time"),), "y", "sha256:ab", "r.csv")
    task = task_of(goal="regress", data={"source": "r.csv", "target": "y", "time": "t"})
    found = dataset_facts(task, whole, Parts(whole, whole, (), "time"))
    assert found["target"] == {"name": "y", "unit": None, "seen": [1.0, 5.0], "mean": 3.0}
    assert found["time"]["from"] == "2020-01-01 00:00:00"
    assert found["columns"][0]["seen"] == ["2020-01-01 00:00:00", "2021-06-01 00:00:00"]
