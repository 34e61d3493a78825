"""Losses say what a case costs under either release, and recalibration takes away only a rate."""

from __future__ import annotations

import numpy as np
import pytest

from luodi.core.promise import Promise
from luodi.improve.losses import Answers, answers, knowing, losses, most_error, scale, truth_of
from luodi.improve.recalibrate import enough, recalibrated
from luodi.runtime.score import Scores


def promise(**given):
    usual = {
        "goal": "classify",
        "metric": "roc_auc",
        "value": 0.9,
        "low": None,
        "high": None,
        "classes": ("no", "yes"),
        "costs": np.array([[0.0, 2.0], [20.0, 0.0]]),
        "review": 1.0,
        "cost": 0.4,
        "without": 0.9,
        "priced": True,
    }
    return Promise(**usual | given)


def scores(shares, decided, review=None):
    held = np.asarray(shares, float)
    asked = np.zeros(len(held), bool) if review is None else np.asarray(review)
    return Scores(held, np.asarray(decided), asked, None, [()] * len(held))


def test_costs_are_those_of_the_task_and_a_look_by_a_person_has_its_price():
    measure = scale(promise(), ())
    said = answers(measure, ("no", "yes"), scores([[1, 0]] * 4, [0, 1, 0, 0], [0, 0, 0, 1]))
    truth = truth_of(measure, ["no", "no", "yes", "yes"])
    assert losses(measure, said, truth).tolist() == [0, 2, 20, 1] and measure.span == 20


def test_a_release_with_its_classes_in_another_order_is_read_right():
    measure = scale(promise(priced=False), ())
    one = answers(measure, ("no", "yes"), scores([[0.8, 0.2]], [0]))
    other = answers(measure, ("yes", "no"), scores([[0.2, 0.8]], [1]))
    assert one.held.tolist() == other.held.tolist() and one.decision == other.decision
    truth = truth_of(measure, ["yes"])
    assert losses(measure, one, truth) == pytest.approx([0.64])


def test_a_class_that_a_release_never_saw_costs_as_much_as_the_dearest_mistake():
    measure = scale(promise(review=None), ("no", "yes", "maybe"))
    said = answers(measure, ("no", "yes"), scores([[0.5, 0.5]], [1]))
    assert losses(measure, said, truth_of(measure, ["maybe"])).tolist() == [20.0]
    assert losses(knowing(measure), said, truth_of(measure, ["maybe"])) == pytest.approx([0.75])


@pytest.mark.parametrize(("metric", "wanted"), [("mae", [1.0, 20.0]), ("rmse", [1.0, 400.0])])
def test_errors_of_values_are_cut_where_the_test_needs_a_bound(metric, wanted):
    measure = scale(promise(goal="regress", metric=metric, classes=()), (), most=20.0)
    said = Answers(np.array([1.0, 100.0]), np.zeros(2, int), np.zeros(2, bool))
    assert losses(measure, said, np.zeros(2)).tolist() == wanted


def test_a_policy_costs_what_it_costs_where_no_error_is_cut():
    measure = scale(promise(goal="regress", metric="rmse", classes=()), (), most=np.inf)
    said = Answers(np.array([1.0, 100.0]), np.zeros(2, int), np.zeros(2, bool))
    assert losses(measure, said, np.zeros(2)).tolist() == [1.0, 10_000.0]


def test_few_errors_are_cut_and_a_heavy_tail_is_left_its_weight():
    random = np.random.default_rng(3)
    normal, heavy = np.abs(random.normal(size=20_000)), np.abs(random.standard_t(2, 20_000))
    assert (normal > most_error(normal)).mean() <= 0.0105
    assert (heavy > most_error(heavy)).mean() <= 0.02
    assert most_error(heavy) > 2 * most_error(normal)
    assert most_error(np.array([1.0, 1.0, 1.0])) == 4.0
    assert most_error(np.zeros(100)) > 0


def test_slips_of_the_pen_among_few_truths_do_not_blind_the_test():
    errors = np.abs(np.random.default_rng(4).normal(size=50))
    errors[7] = 1e4
    assert most_error(errors) == pytest.approx(10 * np.median(errors))


def flipped(rows: int, share: float, seed: int):
    """Answers that know the cases, and truths of which some were flipped."""
    random = np.random.default_rng(seed)
    held = 1 / (1 + np.exp(-3 * random.normal(size=rows)))
    truth = (random.random(rows) < held).astype(int)
    noisy = np.where(random.random(rows) < share, 1 - truth, truth)
    shares = np.column_stack([1 - held, held])
    return Answers(shares, (held > 0.5).astype(int), np.zeros(rows, bool)), noisy


def test_after_recalibration_nothing_is_left_to_gain_from_flipped_labels():
    measure = knowing(scale(promise(priced=False), ()))
    before, known = flipped(4000, 0.3, 1)
    now, truth = flipped(20_000, 0.3, 2)
    right = recalibrated(measure, before, known, now)
    learned = 0.3 + 0.4 * now.held[:, 1]  # what the best model of such labels would say
    best = Answers(np.column_stack([1 - learned, learned]), now.decision, now.review)
    plain, line, ideal = (losses(measure, one, truth).mean() for one in (now, right, best))
    assert plain - ideal > 0.03 and line - ideal < 0.001


def test_the_scale_is_set_by_enough_of_both_classes_or_not_at_all():
    measure = scale(promise(), ())
    assert enough(measure, np.array([0, 1] * 40), 70) == 70
    assert enough(measure, np.array([0, 1] * 40), 0) == 50
    assert enough(measure, np.array([0] * 90 + [1] * 3), 60) == 93
    assert enough(measure, np.zeros(500, int), 100) is None
    assert enough(measure, np.array([0, 1] * 20), 10) is None


def test_values_get_a_line_that_no_single_error_leads():
    random = np.random.default_rng(5)
    said = random.normal(size=500)
    truth = 3 + 2 * said + random.normal(0, 0.1, 500)
    truth[0] = 1e6
    measure = scale(promise(goal="regress", metric="mae", classes=()), (), most=10.0)
    nothing = np.zeros(500, int)
    held = Answers(said, nothing, nothing.astype(bool))
    right = recalibrated(measure, held, truth, held)
    assert np.median(np.abs(right.held - truth)) < 0.5
