"""Resamples are drawn as the holdout was, and the work is bounded."""

from __future__ import annotations

import time

import numpy as np
import polars as pl
import pytest

from luodi.core import metrics
from luodi.evaluate.answers import answered
from luodi.evaluate.figures import panels_of, sampled
from luodi.evaluate.intervals import chance, interval
from luodi.evaluate.resample import draws, plan, spread, units_of


def answers_of(bench, table, task, metric="roc_auc"):
    scorer = bench.opener(bench.good.model, bench.good.codec)
    return answered(scorer, bench.dataset(table, "y"), task, metric)[0]


def test_within_classes_no_resample_loses_a_class():
    unit = np.array([0] * 50 + [1] * 2)
    for weight in draws(plan("classes", unit, 100.0, 0), 0):
        assert weight[:50].sum() == 50 and weight[50:].sum() == 2


def test_rows_of_a_group_are_drawn_together():
    unit = np.repeat(np.arange(12), 5)
    for weight in draws(plan("groups", unit, 100.0, 0), 0):
        assert (weight.reshape(12, 5) == weight.reshape(12, 5)[:, :1]).all()
        assert weight.sum() == 60


def test_the_unit_follows_the_split(bench):
    table = bench.records(100).with_columns(
        unit=pl.Series([f"u{n // 10}" for n in range(100)]),
        at=pl.Series(np.arange(100)[::-1]).cast(pl.Datetime("us")),
    )
    data = {"group": "unit", "time": "at"}
    cases = {"group": ("groups", 10), "time": ("blocks", 10), "stratified": ("classes", 2)}
    for by, (wanted, count) in cases.items():
        task = bench.task(data=data, split={"by": by})
        drawn, unit = units_of(answers_of(bench, table, task), table, task)
        assert (drawn, len(np.unique(unit))) == (wanted, count)
    blocks = units_of(answers_of(bench, table, bench.task(data=data)), table, bench.task(data=data))
    assert blocks[1][-1] == 0 and blocks[1][0] == 9


def test_groups_widen_the_interval_when_rows_repeat(bench):
    table = pl.concat([bench.records(150)] * 8).with_columns(unit=pl.Series(list(range(150)) * 8))
    widths = {}
    for by in ("group", "stratified"):
        task = bench.task(data={"group": "unit"}, split={"by": by})
        answers = answers_of(bench, table, task)
        drawn = plan(*units_of(answers, table, task), 100.0, 0)
        values, resamples = spread(drawn, answers, lambda part: panels_of(part, {}), 0)
        figure = sampled(values, resamples, answers, drawn)["roc_auc"].figure
        widths[by] = figure.high - figure.low
    assert widths["group"] > 2 * widths["stratified"]


def test_the_interval_holds_the_truth_about_as_often_as_it_says(bench):
    random, hits = np.random.default_rng(5), 0
    for seed in range(40):
        truth = (np.arange(200) < 60).astype(int)
        chances = bench.two(1 / (1 + np.exp(-random.normal(truth, 1.0))))
        weigh = metrics.prepare("roc_auc", truth, chances)
        drawn = plan("classes", truth, 5e4, seed)
        found = np.array([weigh(weight) for weight in draws(drawn, seed)])
        low, high = interval("roc_auc", weigh(np.ones(200)), found, 60)
        hits += low <= 0.7602 <= high
    assert hits >= 34


def test_a_large_holdout_is_resampled_in_part_with_the_same_width(bench):
    table = bench.records(12_000)
    task = bench.task()
    answers = answers_of(bench, table, task)
    by, unit = units_of(answers, table, task)
    widths = []
    for cost_ns in (1000.0, 6000.0):
        drawn = plan(by, unit, cost_ns, 0)
        values, resamples = spread(drawn, answers, lambda part: panels_of(part, {}), 0)
        figure = sampled(values, resamples, answers, drawn)["roc_auc"].figure
        assert figure.low < figure.value < figure.high
        widths.append(figure.high - figure.low)
    assert len(drawn.chosen) < 12_000
    assert widths[1] == pytest.approx(widths[0], rel=0.35)


def test_the_work_is_bounded_for_a_million_rows():
    drawn = plan("rows", np.zeros(1_000_000, int), 130.0, 0)
    assert len(drawn.chosen) * drawn.resamples * 130 <= 3e9


def test_a_perfect_share_on_few_rows_is_not_certain():
    low, high = interval("accuracy", 1.0, np.ones(200), 30)
    assert high == 1.0 and low == pytest.approx(0.025 ** (1 / 30))
    assert interval("accuracy", 1.0, np.ones(200), 30_000)[0] > 0.999


def test_a_figure_that_is_mostly_undefined_has_no_interval():
    assert interval("roc_auc", 0.7, np.array([0.7, np.nan, np.nan]), 3) is None


def test_chance_is_small_only_when_resamples_stay_on_one_side():
    assert chance(np.full(999, 0.1)) == pytest.approx(2 / 1000)
    assert chance(np.random.default_rng(0).normal(size=999)) > 0.8
    assert chance(np.zeros(999)) == 1.0


def test_intervals_of_50_000_rows_take_seconds_not_minutes(bench):
    answers = answers_of(bench, bench.records(50_000), bench.task())
    begin = time.perf_counter()
    drawn = plan("classes", answers.truth, 120.0, 0)
    spread(drawn, answers, lambda part: panels_of(part, {}), 0)
    assert time.perf_counter() - begin < 20
