"""A gate is refused before training or judged; a failed one says what would help."""

from __future__ import annotations

from dataclasses import replace

import pytest

from luodi.core.errors import Exit, LuodiError
from luodi.evaluate import check_gates, figure_names, judge
from luodi.evaluate.remedies import rows_enough


def judged(bench, task, artifact=None, rows=600, **more):
    holdout = bench.dataset(bench.records(rows), "y")
    verdict = judge(artifact or bench.good, holdout, task, opener=bench.opener, **more)
    return verdict, {gate.name: gate for gate in verdict.gates}


def test_an_unknown_figure_is_refused_with_the_nearest_one(bench):
    with pytest.raises(LuodiError) as caught:
        check_gates(bench.task(gates={"roc_auk": {"at_least": 0.9}}))
    assert caught.value.code == "gate.unknown_figure"
    assert caught.value.exit == Exit.USAGE
    assert "Did you mean 'roc_auc'?" in caught.value.text("en")
    assert "size_mb" in caught.value.text("zh")


def test_cost_is_no_figure_of_a_task_without_costs(bench):
    with pytest.raises(LuodiError, match=r"gate\.unknown_figure"):
        check_gates(bench.task(gates={"cost": {"at_most": 1}}))
    check_gates(bench.task(gates={"cost": {"at_most": 1}}, costs={"miss": 2, "false_alarm": 1}))


def test_a_confidence_needs_a_figure_with_an_interval(bench):
    with pytest.raises(LuodiError, match=r"gate\.no_interval"):
        check_gates(bench.task(gates={"size_mb": {"at_most": 5, "confidence": 0.95}}))


def test_figures_of_a_verdict_are_the_ones_a_gate_may_name(bench):
    task = bench.task(data={"sensitive": ["sex"]}, costs={"miss": 2, "false_alarm": 1})
    others = {"dumb": bench.dumb, "linear": bench.worst}
    verdict, _ = judged(bench, task, baselines=others)
    assert set(verdict.figures) <= set(figure_names(task))
    assert {"gain_over_dumb", "selection_ratio:sex", "changed_by_noise"} <= set(verdict.figures)


def test_a_gate_over_a_value_passes_and_fails(bench):
    _, gates = judged(bench, bench.task(gates={"roc_auc": {"at_least": 0.6}}))
    assert gates["roc_auc"].passed and gates["roc_auc"].finding is None
    verdict, gates = judged(bench, bench.task(gates={"log_loss": {"at_most": 0.1}}))
    assert not verdict.passed
    assert gates["log_loss"].finding.code == "gate.failed"
    assert gates["log_loss"].wanted == "<= 0.1"


def test_a_gate_with_confidence_looks_at_the_intervals_end(bench):
    verdict, _ = judged(bench, bench.task())
    value, low = verdict.figures["roc_auc"].value, verdict.figures["roc_auc"].low
    between = (value + low) / 2
    _, gates = judged(bench, bench.task(gates={"roc_auc": {"at_least": between}}))
    assert gates["roc_auc"].passed
    sure = {"at_least": between, "confidence": 0.95}
    _, gates = judged(bench, bench.task(gates={"roc_auc": sure}))
    failed = gates["roc_auc"]
    assert not failed.passed and failed.seen == pytest.approx(low)
    assert failed.finding.code == "gate.failed_interval"
    assert 2000 < int(failed.finding.evidence["enough"]) < 2800
    loose = {"at_least": between, "confidence": 0.51}
    _, gates = judged(bench, bench.task(gates={"roc_auc": loose}))
    assert gates["roc_auc"].passed


def test_rows_that_would_be_enough_follow_the_square_root():
    assert rows_enough(0.9, 0.85, 0.8, 100) == "400"
    assert rows_enough(0.9, 0.9, 0.8, 100) == "∞"


def test_a_recall_that_another_threshold_would_reach_is_named_with_its_price(bench):
    _, gates = judged(bench, bench.task(gates={"recall": {"at_least": 0.9}}))
    found = gates["recall"].finding
    assert found.code == "gate.failed_decision"
    assert float(found.evidence["reached"]) >= 0.9
    assert 0 < float(found.evidence["becomes"]) < 0.5
    threshold, miss = float(found.evidence["threshold"]), float(found.evidence["miss"])
    assert threshold == pytest.approx(1 / (1 + miss), rel=0.02)


@pytest.mark.parametrize("name", ["size_mb", "one_row_ms_p99"])
def test_speed_and_size_can_be_gates(bench, name):
    _, gates = judged(bench, bench.task(gates={name: {"at_most": 1e-9}}))
    assert gates[name].finding.code == "gate.failed_speed"


def test_a_figure_that_cannot_be_computed_fails_its_gate(bench):
    task = bench.task(data={"sensitive": ["gone"]}, gates={"hit_gap:gone": {"at_most": 0.1}})
    _, gates = judged(bench, task)
    assert gates["hit_gap:gone"].finding.code == "gate.undefined"


def test_the_default_gates_stand_when_the_task_names_none(bench):
    others = {"dumb": bench.dumb, "linear": bench.good}
    verdict, gates = judged(bench, bench.task(), baselines=others)
    assert list(gates) == ["better_than_dumb", "not_worse_than_linear", "parity", "no_errors"]
    assert verdict.passed


def test_a_release_that_knows_nothing_is_not_better_than_the_dumb_baseline(bench):
    others = {"dumb": bench.dumb, "linear": bench.good}
    _, gates = judged(bench, bench.task(), bench.worst, baselines=others)
    assert gates["better_than_dumb"].finding.code == "gate.better_than_dumb"
    assert gates["not_worse_than_linear"].finding.code == "gate.not_worse_than_linear"
    for gate in gates.values():
        if gate.finding:
            assert gate.finding.part("seen", "zh") and gate.finding.part("remedy", "en")


def test_better_on_seven_rows_is_not_beyond_chance(bench):
    _, gates = judged(bench, bench.task(), rows=7, baselines={"dumb": bench.dumb})
    assert not gates["better_than_dumb"].passed


@pytest.mark.parametrize(
    "parity",
    [
        {},
        {"flips": 1, "largest": 0.0},
        {"flips": 0, "largest": 1e-4},
        {"flips": 0, "largest": 0.0, "passed": False},
        {"records": {"flips": 0, "largest": 0.0}, "adversarial": {"flips": 0, "largest": 1e-5}},
    ],
)
def test_a_graph_that_is_not_the_model_fails(bench, parity):
    _, gates = judged(bench, bench.task(), replace(bench.good, parity=parity))
    assert gates["parity"].finding.code == "gate.parity"
    assert gates["parity"].finding.part("seen", "en")


def test_parity_and_errors_are_judged_beside_the_tasks_own_gates(bench):
    _, gates = judged(bench, bench.task(gates={"roc_auc": {"at_least": 0.6}}))
    assert list(gates) == ["roc_auc", "parity", "no_errors"]


def test_a_graph_that_agrees_on_every_kind_of_row_passes(bench):
    part = {"rows": 9, "leaves": 0, "flips": 0, "largest": 3e-8}
    parity = {"tolerance": 1e-6, "records": part, "adversarial": part, "passed": True}
    _, gates = judged(bench, bench.task(), replace(bench.good, parity=parity))
    assert gates["parity"].passed and gates["parity"].seen == 3e-8
