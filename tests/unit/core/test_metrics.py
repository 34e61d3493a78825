"""The metrics are scikit-learn's figures, weights included, at the speed a bootstrap needs."""

from __future__ import annotations

import time

import numpy as np
import pytest

from luodi.core import metrics
from luodi.core.task import CLASSIFY_METRICS, REGRESS_METRICS, Costs

sk = pytest.importorskip("sklearn.metrics")
CLOSE = 1e-12


def chances(classes: int, rows: int = 400, seed: int = 0, ties: bool = False):
    random = np.random.default_rng(seed)
    truth = random.integers(0, classes, rows)
    raw = random.random((rows, classes)) + 0.6 * np.eye(classes)[truth]
    answers = raw / raw.sum(axis=1, keepdims=True)
    if ties:
        first = np.round(answers[:, :1], 1)
        answers = np.column_stack([first, 1 - first]) if classes == 2 else np.round(answers, 1)
    return truth, answers, random.integers(0, 4, rows).astype(float)


def by_sklearn(name, truth, answers, weight, classes):
    decided = answers.argmax(axis=1)
    two = classes == 2
    average = {"average": "binary"} if two else {"average": "macro", "zero_division": 0}
    given = {"sample_weight": weight}
    hot = np.eye(classes)[truth]
    figures = {
        "roc_auc": lambda: (
            sk.roc_auc_score(truth, answers[:, 1], **given)
            if two
            else np.mean(
                [sk.roc_auc_score(hot[:, k], answers[:, k], **given) for k in range(classes)]
            )
        ),
        "average_precision": lambda: (
            sk.average_precision_score(truth, answers[:, 1], **given)
            if two
            else sk.average_precision_score(hot, answers, average="macro", **given)
        ),
        "log_loss": lambda: sk.log_loss(truth, answers, labels=range(classes), **given),
        "brier": lambda: sk.brier_score_loss(truth, answers, labels=range(classes), **given),
        "accuracy": lambda: sk.accuracy_score(truth, decided, **given),
        "balanced_accuracy": lambda: sk.balanced_accuracy_score(truth, decided, **given),
        "f1": lambda: sk.f1_score(truth, decided, **average, **given),
        "f1_macro": lambda: sk.f1_score(truth, decided, average="macro", **given),
        "precision": lambda: sk.precision_score(truth, decided, **average, **given),
        "recall": lambda: sk.recall_score(truth, decided, **average, **given),
        "mcc": lambda: sk.matthews_corrcoef(truth, decided, **given),
        "cost": lambda: 1 - sk.accuracy_score(truth, decided, **given),
    }
    return figures[name]()


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("classes", [2, 4])
@pytest.mark.parametrize("name", CLASSIFY_METRICS)
def test_a_classification_metric_is_scikit_learns(name, classes, weighted):
    truth, answers, weight = chances(classes)
    weight = weight if weighted else np.ones(len(truth))
    wanted = by_sklearn(name, truth, answers, weight, classes)
    assert metrics.score(name, truth, answers, weight=weight) == pytest.approx(wanted, abs=CLOSE)


@pytest.mark.parametrize("name", ["roc_auc", "average_precision"])
def test_ties_are_counted_as_scikit_learn_counts_them(name):
    truth, answers, weight = chances(2, ties=True)
    wanted = by_sklearn(name, truth, answers, weight, 2)
    assert metrics.score(name, truth, answers, weight=weight) == pytest.approx(wanted, abs=CLOSE)
    turned = metrics.score(name, 1 - truth, answers[:, ::-1], positive=0, weight=weight)
    assert turned == pytest.approx(wanted, abs=CLOSE)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("name", REGRESS_METRICS)
def test_a_regression_metric_is_scikit_learns(name, weighted):
    random = np.random.default_rng(1)
    truth = random.normal(5, 2, 301)
    answers = truth + random.normal(0, 1, 301)
    weight = random.integers(0, 3, 301).astype(float) if weighted else None
    wanted = {
        "rmse": sk.root_mean_squared_error,
        "mae": sk.mean_absolute_error,
        "r2": sk.r2_score,
        "mape": sk.mean_absolute_percentage_error,
        "median_absolute_error": sk.median_absolute_error,
    }[name](truth, answers, sample_weight=weight)
    assert metrics.score(name, truth, answers, weight=weight) == pytest.approx(wanted, abs=CLOSE)


@pytest.mark.parametrize("name", CLASSIFY_METRICS)
def test_weights_count_rows(name):
    truth, answers, weight = chances(3, rows=60)
    times = weight.astype(int)
    repeated = metrics.score(name, np.repeat(truth, times), np.repeat(answers, times, axis=0))
    assert metrics.score(name, truth, answers, weight=weight) == pytest.approx(repeated, abs=CLOSE)


def test_utility_turns_the_sign_where_lower_is_better():
    truth, answers, _ = chances(2)
    assert metrics.utility("log_loss", truth, answers) == -metrics.score("log_loss", truth, answers)
    assert metrics.utility("roc_auc", truth, answers) == metrics.score("roc_auc", truth, answers)


@pytest.mark.parametrize("name", CLASSIFY_METRICS)
def test_one_class_or_no_rows_is_no_exception(name):
    answers = np.array([[0.2, 0.8], [0.7, 0.3]])
    for rows in (0, 1, 2):
        value = metrics.score(name, np.zeros(rows, dtype=int), answers[:rows])
        assert isinstance(value, float)
    assert np.isnan(metrics.score("roc_auc", np.zeros(2, dtype=int), answers))


def test_a_class_that_is_absent_is_left_out_of_the_mean():
    truth, answers, _ = chances(3, rows=90)
    truth = np.where(truth == 2, 1, truth)
    hot = np.eye(3)[truth]
    wanted = np.mean([sk.roc_auc_score(hot[:, k], answers[:, k]) for k in (0, 1)])
    assert metrics.score("roc_auc", truth, answers) == pytest.approx(wanted, abs=CLOSE)


def test_answers_that_are_not_finite_have_no_score():
    assert np.isnan(metrics.score("rmse", np.ones(2), np.array([1.0, np.nan])))


def test_an_unknown_metric_is_refused():
    with pytest.raises(ValueError, match="kappa"):
        metrics.score("kappa", np.ones(1), np.ones(1))


def test_cost_reads_the_task_and_may_send_a_case_to_review():
    table = metrics.cost_table(Costs(miss=500, false_alarm=20, review=5), ("ok", "broken"), 1)
    assert table.tolist() == [[0, 20, 5], [500, 0, 5]]
    answers = np.array([[0.999, 0.001], [0.9, 0.1], [0.1, 0.9]])
    assert metrics.cheapest(answers, table).tolist() == [0, 2, 1]
    assert metrics.score("cost", np.array([0, 0, 1]), answers, costs=table) == pytest.approx(5 / 3)


def test_a_cost_matrix_names_actual_and_decided_classes():
    costs = Costs(matrix={"a": {"b": 3.0}, "c": {"c": 0.5}})
    table = metrics.cost_table(costs, ("a", "b", "c"))
    assert table.tolist() == [[0, 3, 1], [1, 0, 1], [1, 1, 0.5]]


def test_the_default_metric_follows_goal_and_balance():
    assert metrics.default_metric("regress") == "rmse"
    assert metrics.default_metric("classify", np.array([0] * 9 + [1])) == "average_precision"
    assert metrics.default_metric("classify", np.array([0, 1])) == "roc_auc"
    assert metrics.default_metric("classify", np.array([0, 1, 2])) == "log_loss"


def test_a_resample_of_100_000_rows_takes_milliseconds():
    random = np.random.default_rng(0)
    truth = (random.random(100_000) < 0.1).astype(int)
    chance = random.random(100_000)
    answers = np.column_stack([1 - chance, chance])
    weigh = metrics.prepare("roc_auc", truth, answers)
    weight = np.ones(100_000)
    begin = time.perf_counter()
    for _ in range(20):
        weigh(weight)
    assert (time.perf_counter() - begin) / 20 < 0.05
