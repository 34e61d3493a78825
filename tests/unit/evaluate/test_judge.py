"""A verdict is complete, plain, repeatable, and never an exception."""

from __future__ import annotations

import json

import numpy as np
import polars as pl
import pytest

from luodi.evaluate import judge
from luodi.evaluate.details import Details

DETAILS = set(Details.__annotations__)
SLOW = ("_ms", "_per_s", "size_mb")


def verdict_of(bench, artifact, table, task, target="y", **more):
    return judge(artifact, bench.dataset(table, target), task, opener=bench.opener, **more)


def test_the_main_metric_comes_first_and_has_an_interval(bench):
    verdict = verdict_of(bench, bench.good, bench.records(), bench.task(metric="roc_auc"))
    first = next(iter(verdict.figures.values()))
    assert first.name == "roc_auc" and first.low < first.value < first.high
    assert {"log_loss", "ece", "f1", "one_row_ms_p99", "size_mb"} <= set(verdict.figures)
    assert "cost" not in verdict.figures


def test_details_have_the_documented_keys_and_are_plain_json(bench):
    task = bench.task(data={"sensitive": ["sex"]}, costs={"miss": 50, "false_alarm": 5})
    others = {"dumb": bench.dumb, "linear": bench.worst}
    verdict = verdict_of(bench, bench.good, bench.records(3000), task, baselines=others)
    text = json.dumps(verdict.details, allow_nan=False)
    assert set(verdict.details) == DETAILS
    assert len(text) < 150_000


def test_the_same_seed_gives_the_same_verdict(bench):
    def said():
        verdict = verdict_of(bench, bench.good, bench.records(), bench.task(), seed=3)
        return [f for f in verdict.figures.values() if not f.name.endswith(SLOW)], {
            key: value for key, value in verdict.details.items() if key != "speed"
        }

    first, second = (said() for _ in range(2))
    assert [f for f in first[0] if "ms" not in f.name] == [
        f for f in second[0] if "ms" not in f.name
    ]
    assert first[1] == second[1]


def test_the_listener_hears_the_stage_and_its_end(bench):
    heard = []
    verdict_of(bench, bench.good, bench.records(), bench.task(), listener=heard.append)
    assert heard[0].kind == "stage"
    assert heard[-1].data["done"] == heard[-1].data["total"]


def test_findings_of_the_check_are_carried_along(bench):
    from luodi.core.values import Finding

    found = Finding("judge.few_rows", "error", None, {"rows": 1, "wanted": 2})
    verdict = verdict_of(bench, bench.good, bench.records(), bench.task(), findings=[found])
    assert found in verdict.findings
    assert not verdict.passed


def test_values_are_judged_too(bench):
    random = np.random.default_rng(0)
    x = random.normal(size=500)
    table = pl.DataFrame({"x": x, "kind": ["a", "b"] * 250, "y": 3 * x + random.normal(size=500)})
    good = bench.artifact(lambda t: 3 * t["x"].fill_null(0.0).to_numpy(), classes=())
    dumb = bench.artifact(lambda t: np.zeros(len(t)), classes=())
    task = bench.task(goal="regress", columns={"y": {"unit": "mm"}})
    verdict = verdict_of(bench, good, table, task, baselines={"dumb": dumb, "linear": good})
    assert verdict.passed
    assert verdict.figures["rmse"].value == pytest.approx(1.0, abs=0.1)
    assert verdict.details["unit"] == "mm"
    assert verdict.details["residuals"]["error_quantiles"]["0.5"] == pytest.approx(0.67, abs=0.1)
    assert set(verdict.details) == DETAILS
    changed = verdict.details["robustness"]["missing"][0]
    assert changed["column"] == "x" and changed["changed"] > 0.5


def three(table):
    raw = 0.2 + np.eye(3)[table["code"].fill_null(0).to_numpy().astype(int)]
    return raw / raw.sum(axis=1, keepdims=True)


def test_more_than_two_classes_are_judged_too(bench):
    random = np.random.default_rng(1)
    code = random.integers(0, 3, 600)
    truth = np.where(random.random(600) < 0.8, code, random.integers(0, 3, 600))
    table = pl.DataFrame({"code": code.astype(float), "sex": ["f", "m"] * 300})
    table = table.with_columns(y=pl.Series(np.array(["a", "b", "c"])[truth]))
    artifact = bench.artifact(three, classes=("a", "b", "c"))
    task = bench.task(data={"sensitive": ["sex"]})
    verdict = verdict_of(bench, artifact, table, task)
    assert verdict.details["metric"] == "log_loss"
    assert verdict.details["positive"] is None
    assert [curve["of"] for curve in verdict.details["curves"]] == ["a", "b", "c"]
    assert verdict.details["fairness"][0]["groups"][0]["hit_rate"] is None


HARD = {
    "no rows": lambda t: t.head(0),
    "one row": lambda t: t.head(1),
    "two rows": lambda t: t.head(2),
    "one class": lambda t: t.with_columns(y=pl.lit("no")),
    "the other class": lambda t: t.with_columns(y=pl.lit("yes")).head(40),
    "unseen labels only": lambda t: t.with_columns(y=pl.lit("maybe")),
    "no truth": lambda t: t.with_columns(y=pl.lit(None, pl.String)),
    "empty columns": lambda t: t.with_columns(
        x=pl.lit(None, pl.Float64), machine=pl.lit(None, pl.String)
    ),
}


@pytest.mark.parametrize("case", HARD)
@pytest.mark.parametrize("metric", ["average_precision", "f1", "log_loss", "cost"])
def test_a_poor_holdout_gives_findings_instead_of_exceptions(bench, case, metric):
    task = bench.task(
        metric=metric,
        data={"sensitive": ["sex", "gone"]},
        costs={"miss": 5, "false_alarm": 1, "review": 0.5},
        gates={"roc_auc": {"at_least": 0.6, "confidence": 0.9}},
    )
    others = {"dumb": bench.dumb, "linear": bench.worst}
    table = HARD[case](bench.records(200))
    verdict = verdict_of(bench, bench.good, table, task, baselines=others)
    json.dumps(verdict.details, allow_nan=False)
    for finding in [*verdict.findings, *(g.finding for g in verdict.gates if g.finding)]:
        for lang in ("en", "zh"):
            assert all(finding.record(lang)[part] for part in ("seen", "wanted", "remedy"))


@pytest.mark.parametrize("rows", [0, 1, 2, 30])
@pytest.mark.parametrize("metric", ["rmse", "r2", "mape", "median_absolute_error"])
def test_a_poor_holdout_of_values_gives_no_exception_either(bench, rows, metric):
    table = pl.DataFrame({"x": np.arange(rows, dtype=float), "y": np.ones(rows)})
    artifact = bench.artifact(lambda t: np.full(len(t), 2.0), classes=())
    verdict = verdict_of(bench, artifact, table, bench.task(goal="regress", metric=metric))
    json.dumps(verdict.details, allow_nan=False)


def test_labels_that_training_never_saw_are_counted(bench):
    table = bench.records(200)
    odd = table.with_columns(y=pl.when(pl.int_range(200) < 7).then(pl.lit("maybe")).otherwise("y"))
    verdict = verdict_of(bench, bench.good, odd, bench.task())
    found = next(f for f in verdict.findings if f.code == "judge.unseen_label")
    assert found.evidence["rows"] == 7 and "maybe" in found.part("seen", "en")
    assert verdict.details["rows"] == 193


def test_constant_answers_are_named(bench):
    verdict = verdict_of(bench, bench.dumb, bench.records(200), bench.task())
    assert "judge.constant_answers" in {finding.code for finding in verdict.findings}
    assert verdict.figures["roc_auc"].value == 0.5


def test_rows_are_judged_by_their_number_in_the_table(bench):
    table = bench.records(300).with_columns(x=pl.lit(0.0))
    verdict = verdict_of(bench, bench.good, table, bench.task())
    worst = verdict.details["top_errors"][0]
    assert table["y"][worst["row"]] == "yes" == worst["truth"]
