"""Training strives for the metric that is judged, with the decisions that would be taken."""

from __future__ import annotations

import numpy as np
import pytest

from luodi.core import metrics
from luodi.core.objective import DECIDED, best_threshold, cost_square, fitted_rule, utility
from luodi.core.task import Costs

RNG = np.random.default_rng(0)


def drawn(rows: int = 60, share: float = 0.3) -> tuple[np.ndarray, np.ndarray]:
    """Truth and probabilities with ties that say something about it."""
    truth = (RNG.random(rows) < share).astype(np.int64)
    positive = np.round(np.clip(0.3 * truth + RNG.random(rows) * 0.7, 0, 1), 2)
    return truth, np.stack([1 - positive, positive], axis=1)


def reached(aim: str, truth: np.ndarray, answers: np.ndarray, threshold: float) -> float:
    decision = (answers[:, 1] >= threshold).astype(np.int64)
    return metrics.utility(aim, truth, answers, decision=decision)


@pytest.mark.parametrize("aim", DECIDED)
def test_the_threshold_is_as_good_as_any_found_by_trying_all(aim: str) -> None:
    for _ in range(20):
        truth, answers = drawn()
        tried = [reached(aim, truth, answers, t) for t in np.linspace(0, 1.01, 203)]
        found = reached(aim, truth, answers, best_threshold(aim, truth == 1, answers[:, 1]))
        assert found >= max(tried) - 3e-3


@pytest.mark.parametrize("aim", ["accuracy", "f1_macro"])
def test_a_model_that_knows_nothing_decides_the_frequent_class(aim: str) -> None:
    truth = np.array([0] * 95 + [1] * 5)
    answers = np.tile([0.95, 0.05], (100, 1))
    threshold = best_threshold(aim, truth == 1, answers[:, 1])
    assert threshold > 0.05
    assert utility("accuracy", truth, answers) == 0.95


@pytest.mark.parametrize("aim", DECIDED)
@pytest.mark.parametrize("label", [0, 1])
def test_a_threshold_is_found_where_only_one_class_is_there(aim: str, label: int) -> None:
    truth = np.full(30, label)
    assert np.isfinite(best_threshold(aim, truth == 1, RNG.random(30)))


def test_a_certain_answer_can_still_be_decided_against() -> None:
    truth, certain = np.array([0, 0, 0, 1]), np.ones(4)
    threshold = best_threshold("accuracy", truth == 1, certain)
    assert not (certain >= threshold).any()


def test_an_undefined_metric_gives_way_to_log_loss() -> None:
    truth, answers = np.zeros(20, np.int64), drawn(20)[1]
    found = utility("average_precision", truth, answers)
    assert found == metrics.utility("log_loss", truth, answers)
    assert np.isnan(utility("log_loss", truth, answers * np.nan))


def test_costs_decide_where_the_task_gives_any() -> None:
    truth, answers = drawn()
    rule = fitted_rule("f1", truth, answers, Costs(miss=9, false_alarm=1))
    assert rule.threshold is None
    decision, _ = rule.apply(answers)
    np.testing.assert_array_equal(decision, (answers[:, 1] * 9 > answers[:, 0]).astype(int))


def test_a_review_price_alone_leaves_the_threshold_to_the_metric() -> None:
    truth, answers = drawn()
    rule = fitted_rule("f1", truth, answers, Costs(review=0.2))
    assert rule.threshold is not None and rule.review == 0.2


def test_a_cost_matrix_goes_by_the_names_of_the_classes() -> None:
    table = cost_square(Costs(matrix={"bad": {"good": 5}, "good": {"bad": 2}}), 2, ("good", "bad"))
    np.testing.assert_array_equal(table, [[0, 2], [5, 0]])
    rule = fitted_rule("f1", *drawn(), Costs(matrix={"bad": {"good": 5}}), ("good", "bad"))
    assert rule.costs == ((0.0, 1.0), (5.0, 0.0))


def test_many_classes_without_costs_get_the_most_probable_one() -> None:
    answers = RNG.dirichlet(np.ones(4), 50)
    rule = fitted_rule("accuracy", RNG.integers(0, 4, 50), answers)
    np.testing.assert_array_equal(rule.apply(answers)[0], answers.argmax(axis=1))


def test_errors_of_values_count_against() -> None:
    truth = np.array([1.0, 2.0])
    assert utility("rmse", truth, truth + 1) == -1.0
    assert utility("r2", truth, truth) == 1.0
