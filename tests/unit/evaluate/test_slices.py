"""Slices: a planted weak spot is named, and clean data has none."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from luodi.evaluate.answers import Answers
from luodi.evaluate.effects import deviation, effect
from luodi.evaluate.estimates import estimator
from luodi.evaluate.segments import segments
from luodi.evaluate.slices import benjamini_hochberg, slices


def made(chance, truth, metric="roc_auc"):
    truth = np.asarray(truth, int)
    given = np.column_stack([1 - chance, chance])
    decision, blank = given.argmax(axis=1), np.zeros(len(truth), bool)
    rows = np.arange(len(truth))
    return Answers("classify", metric, truth, given, decision, blank, rows, ("no", "yes"), 1)


def drawn(rows=4000, seed=0, broken=None):
    """Calibrated answers, except where ``broken`` holds: there truth ignores them."""
    random = np.random.default_rng(seed)
    chance = random.beta(1, 3, rows)
    real = chance if broken is None else np.where(broken, chance.mean(), chance)
    return chance, random.random(rows) < real


@pytest.mark.parametrize("metric", ["roc_auc", "average_precision", "log_loss", "brier"])
def test_a_planted_weak_slice_is_found_and_named(bench, metric):
    site = np.random.default_rng(1).choice(["a", "b", "c", "d"], 4000)
    chance, truth = drawn(broken=site == "c")
    table = pl.DataFrame({"site": site, "x": chance, "y": truth.astype(str)})
    answers = made(chance, truth, metric)
    details, notes = slices(answers, table, ["site", "x"], None, 0)
    worst = details["worst"][0]
    assert (worst["column"], worst["value"], worst["surprising"]) == ("site", "c", True)
    assert notes[0].column == "site" and "c" in notes[0].part("seen", "en")


def test_clean_data_has_no_surprising_slice(bench):
    named = 0
    for seed in range(10):
        chance, truth = drawn(1500, seed)
        random = np.random.default_rng(seed + 100)
        table = pl.DataFrame(
            {"x": chance, "z": random.random(1500), "site": random.choice(list("abcdef"), 1500)}
        ).with_columns(y=pl.Series(truth.astype(str)))
        found = slices(made(chance, truth), table, ["x", "z", "site"], None, 0)
        named += len(found[1]) > 0
    assert named <= 2


def test_the_area_and_its_error_are_delongs():
    chance, truth = drawn(600)
    answers = made(np.round(chance, 2), truth)
    value, pull = estimator(answers).seen(np.ones(600, bool))
    assert value == pytest.approx(answers.score("roc_auc"), abs=1e-12)
    random = np.random.default_rng(0)
    again = []
    for _ in range(150):
        rows = random.integers(0, 600, 600)
        again.append(answers.take(rows).score("roc_auc"))
    assert deviation(pull, None) == pytest.approx(np.std(again), rel=0.2)


@pytest.mark.parametrize("metric", ["f1", "precision", "recall", "accuracy", "log_loss", "brier"])
def test_estimates_are_the_metric(metric):
    chance, truth = drawn(800)
    answers = made(chance, truth, metric)
    figure = estimator(answers)
    assert figure.name == metric
    assert figure.seen(np.ones(800, bool))[0] == pytest.approx(answers.score(metric), abs=1e-12)


@pytest.mark.parametrize(
    "metric", ["roc_auc", "f1", "precision", "recall", "accuracy", "log_loss", "brier"]
)
def test_a_calibrated_release_gets_what_it_expects(metric):
    chance, _ = drawn(3000)
    random = np.random.default_rng(9)
    seen = []
    for _ in range(30):
        answers = made(chance, random.random(3000) < chance, metric)
        seen.append(answers.score(metric))
    believed = estimator(answers).believed(np.ones(3000, bool))
    assert believed == pytest.approx(np.mean(seen), abs=4 * np.std(seen) / 30**0.5 + 0.003)


def test_rows_of_one_group_count_less():
    chance, truth = drawn(500)
    answers = made(np.repeat(chance, 4), np.repeat(truth, 4))
    mask = np.repeat(np.arange(500) % 2 == 0, 4)
    figure, groups = estimator(answers), np.repeat(np.arange(500), 4)
    alone, together = effect(figure, mask, None), effect(figure, mask, groups)
    wide = together.difference_high - together.difference_low
    assert wide > 1.6 * (alone.difference_high - alone.difference_low)


def test_few_rows_that_agree_are_not_certain():
    chance, truth = drawn(2000)
    truth[:12], chance[:12] = True, 0.9
    mask = np.arange(2000) < 12
    found = effect(estimator(made(chance, truth, "accuracy")), mask, None)
    assert found.figure == 1.0 and found.low < 0.9


def test_correction_is_benjamini_hochbergs():
    stats = pytest.importorskip("scipy.stats")
    p = np.random.default_rng(0).random(40) ** 3
    assert benjamini_hochberg(p) == pytest.approx(stats.false_discovery_control(p), abs=1e-12)


def test_segments_are_values_quarters_and_missing():
    rows = np.arange(100)
    number = pl.Series("n", [float(x) for x in range(80)] + [None] * 20)
    parts = list(segments(number, rows, 10))
    assert [part.mask.sum() for part in parts] == [20, 20, 20, 20, 20]
    assert parts[0].value == "" and parts[1].range == (0.0, 19.0)
    words = pl.Series("w", ["a"] * 60 + ["b"] * 35 + ["c"] * 5)
    assert [part.value for part in segments(words, rows, 10)] == ["a", "b"]
    few = pl.Series("f", [0.0] * 70 + [1.0] * 30)
    assert [part.value for part in segments(few, rows, 10)] == ["0", "1"]
    times = pl.Series("t", range(100)).cast(pl.Datetime("us"))
    assert len(list(segments(times, rows, 10))) == 4
