"""The parts of a verdict say what they promise: calibration, cost, curves, fairness, robustness."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from luodi.core import metrics
from luodi.core.task import Costs
from luodi.evaluate import judge
from luodi.evaluate.answers import Answers
from luodi.evaluate.baselines import aligned
from luodi.evaluate.calibration import calibration
from luodi.evaluate.curves import MOST_POINTS, curves
from luodi.evaluate.decisions import confusion, cost
from luodi.evaluate.fairness import fairness, gap_panel, groupings, notes


def made(chance, truth, **more):
    given = np.column_stack([1 - np.asarray(chance), chance])
    truth = np.asarray(truth, int)
    blank, rows = np.zeros(len(truth), bool), np.arange(len(truth))
    parts = {"decision": given.argmax(axis=1), "review": blank, "classes": ("no", "yes")} | more
    return Answers("classify", "roc_auc", truth, given, rows=rows, positive=1, **parts)


def test_calibrated_answers_have_a_small_error_and_shifted_ones_a_known_one():
    random = np.random.default_rng(0)
    chance = random.random(10_000) * 0.8
    truth = random.random(10_000) < chance
    assert calibration(made(chance, truth))["error"] < 0.02
    assert calibration(made(chance + 0.2, truth))["error"] == pytest.approx(0.2, abs=0.02)


def test_the_parts_of_the_brier_score_add_up():
    random = np.random.default_rng(0)
    chance = random.choice([0.1, 0.4, 0.8], 3000)
    found = calibration(made(chance, random.random(3000) < chance))
    parts = found["brier"]
    added = parts["reliability"] - parts["resolution"] + parts["uncertainty"]
    assert added == pytest.approx(parts["total"], abs=1e-9)
    assert len(found["bins"]) == 3
    assert all(one["low"] <= one["observed"] <= one["high"] for one in found["bins"])


def test_confusion_counts_and_cost_stand_beside_simple_policies():
    truth, said = [0, 0, 0, 0, 1, 1], np.array([0, 0, 0, 1, 1, 0])
    table = metrics.cost_table(Costs(miss=10, false_alarm=2, review=1), ("no", "yes"), 1)
    review = np.array([False] * 5 + [True])
    answers = made([0.1] * 6, truth, decision=said, costs=table, review=review)
    counted = confusion(answers)
    assert counted["counts"].tolist() == [[3, 1], [1, 1]]
    assert counted["reviewed"].tolist() == [0, 1]
    found = cost(answers)
    assert found["total"] == pytest.approx(2 + 1)
    assert found["reviewed_share"] == pytest.approx(1 / 6)
    by_name = {(one["name"], one["decided"]): one["per_row"] for one in found["policies"]}
    assert by_name == {
        ("review_all", None): pytest.approx(1.0),
        ("always", "yes"): pytest.approx(8 / 6),
        ("always", "no"): pytest.approx(20 / 6),
    }
    assert found["policies"][0]["name"] == "review_all"


def test_curves_are_thin_and_keep_their_ends():
    random = np.random.default_rng(0)
    chance = random.random(5000)
    truth = random.random(5000) < chance
    answers = made(chance, truth)
    curve = curves(answers)[0]
    across, up = curve["roc"]["false_alarm"], curve["roc"]["hit"]
    assert len(across) <= MOST_POINTS + 1
    assert (across[0], up[0], across[-1], up[-1]) == (0, 0, 1, 1)
    assert np.trapezoid(up, across) == pytest.approx(answers.score("roc_auc"), abs=0.003)
    assert curve["precision_recall"]["recall"][-1] == 1
    assert curve["scores"]["own"].sum() + curve["scores"]["others"].sum() == 5000
    assert curve["here"]["recall"] == pytest.approx(answers.score("recall"))


def unequal(rows=4000):
    random = np.random.default_rng(0)
    sex, truth = random.choice(["f", "m"], rows), random.random(rows) < 0.4
    hit = np.where(sex == "f", 0.5, 0.9)
    said = np.where(truth, random.random(rows) < hit, random.random(rows) < 0.1)
    table = pl.DataFrame({"x": random.random(rows), "sex": sex, "y": truth.astype(str)})
    return table, made(0.1 + 0.8 * said, truth, decision=said.astype(int))


def test_a_planted_gap_between_groups_is_measured(bench):
    table, answers = unequal()
    grouping = groupings(bench.dataset(table, "y"), ("sex", "gone"), answers)
    assert [one.column for one in grouping] == ["sex"]
    panel = gap_panel(answers, grouping[0])
    gaps = dict(zip(panel.names, panel.weigh(np.ones(4000)), strict=True))
    assert gaps["hit_gap:sex"] == pytest.approx(0.4, abs=0.05)
    assert gaps["false_alarm_gap:sex"] < 0.04
    assert gaps["equalised_odds_gap:sex"] == gaps["hit_gap:sex"]
    found = fairness(answers, grouping[0], gaps)
    assert sorted(one["rows"] for one in found["groups"])[0] > 1500
    assert [note.code for note in notes([found])] == ["judge.selection_ratio"]


def test_equal_groups_raise_no_warning(bench):
    table, answers = unequal()
    table = table.with_columns(sex=pl.Series(["f", "m"] * 2000))
    grouping = groupings(bench.dataset(table, "y"), ("sex",), answers)
    panel = gap_panel(answers, grouping[0])
    gaps = dict(zip(panel.names, panel.weigh(np.ones(4000)), strict=True))
    assert gaps["selection_ratio:sex"] > 0.85
    assert notes([fairness(answers, grouping[0], gaps)]) == ()


def test_robustness_names_the_column_that_matters(bench):
    holdout = bench.dataset(bench.records(500), "y")
    found = judge(bench.good, holdout, bench.task(), opener=bench.opener).details["robustness"]
    assert found["noise"]["changed"] < 0.05
    assert found["missing"][0]["column"] == "x"
    assert found["missing"][0]["drop"] > 0.1
    assert {one["column"]: one["changed"] for one in found["missing"]}["machine"] == 0.0


def test_noise_stays_inside_the_possible_range(bench):
    from luodi.core.values import Column
    from luodi.modalities.tabular.trouble import _noisy

    table = pl.DataFrame({"x": [0.0, 0.5, 1.0, None] * 50})
    shaken = _noisy(table, (Column("x", "number", low=0.0, high=1.0),), np.random.default_rng(0))
    assert shaken["x"].min() >= 0.0 and shaken["x"].max() <= 1.0
    assert shaken["x"].null_count() == 50
    assert (shaken["x"] != table["x"]).sum() > 50


def test_noise_leaves_counts_and_codes_whole():
    from luodi.core.values import Column
    from luodi.modalities.tabular.trouble import _noisy

    table = pl.DataFrame({"code": [0.0, 1.0, 2.0, 3.0] * 50, "large": np.arange(200) * 100.0})
    columns = (Column("code", "number"), Column("large", "number"))
    shaken = _noisy(table, columns, np.random.default_rng(0))
    assert (shaken["code"] == table["code"]).all()
    assert (shaken["large"] % 1 == 0).all() and (shaken["large"] != table["large"]).sum() > 150


def test_a_baseline_with_its_classes_in_another_order_is_put_in_ours():
    mine, other = made([0.2, 0.9], [0, 1]), made([0.3, 0.6], [1, 0], classes=("yes", "no"))
    same = aligned(mine, other)
    assert same.truth.tolist() == [0, 1]
    assert same.given[:, 1].tolist() == pytest.approx([0.7, 0.4])
    assert aligned(mine, made([0.3, 0.6], [1, 0], classes=("a", "b"))) is None


def test_baselines_are_compared_on_the_same_rows(bench):
    holdout = bench.dataset(bench.records(600), "y")
    others = {"dumb": bench.dumb, "linear": bench.good}
    verdict = judge(bench.good, holdout, bench.task(), baselines=others, opener=bench.opener)
    dumb, linear = verdict.details["baselines"]
    assert dumb["answer"] == "better" and dumb["p"] < 0.01 and dumb["low"] > 0
    assert linear["answer"] == "no_difference" and linear["p"] == 1.0


def test_speed_counts_all_that_travels(bench):
    from dataclasses import replace

    from luodi.evaluate.speed import size_mb

    artifact = replace(bench.good, model=b"x" * 2_000_000, codec={}, golden={"rows": ["y" * 10**6]})
    assert size_mb(artifact) == pytest.approx(3.0, abs=0.001)
