"""Live quality is told without bias, with an interval, and before truths with its assumption."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from luodi.monitor.budget import DAY_S
from luodi.monitor.cases import Cases, cases
from luodi.monitor.delay import label_delay, mature
from luodi.monitor.estimate import expected
from luodi.monitor.quality import measured, worse
from unit.monitor.made import DAY, NOW, answers, kept, promise, promise_of


def frauds(rows: int, seed: int) -> Cases:
    """Frauds are reported after a day or two, and all others count as good after ten days."""
    made = answers(rows, seed)
    random = np.random.default_rng(seed)
    quick = made.at + random.integers(DAY // 2, 2 * DAY, rows)
    slow = made.at + 10 * DAY
    received = np.where(made.truth == 1, quick, slow)
    return kept(Cases(made.at, received, made.answers, made.decision, made.truth, made.review), NOW)


def test_label_delay_does_not_bias_the_figure():
    held = promise(metric="accuracy")
    whole = answers(6000, 1)
    right = whole.truth == whole.decision
    arrived = frauds(6000, 1)
    known = arrived.known
    naive = (arrived.truth[known] == arrived.decision[known])[-1000:].mean()
    for delay_s in (10 * DAY_S, None):
        figure = measured(held, arrived, NOW, delay_s)
        meant = (whole.at >= figure.since) & (whole.at <= figure.until)
        assert figure.value == pytest.approx(right[meant].mean(), abs=0.005)
        assert figure.coverage > 0.98
    assert abs(naive - right.mean()) > 0.05, "a figure over all that came would have been right"


def test_the_delay_of_labels_is_estimated_although_late_ones_have_not_come():
    random = np.random.default_rng(2)
    at = np.sort(random.integers(NOW - 30 * DAY, NOW, 5000))
    delay = random.exponential(5 * DAY, 5000).astype(np.int64)
    made = answers(5000, 2)
    late = Cases(at, at + delay, made.answers, made.decision, made.truth, made.review)
    found = label_delay(kept(late, NOW), NOW)
    right = 3 * 5 * DAY  # of an exponential delay 95 % have come after three means
    plain = np.quantile(delay[at + delay <= NOW], 0.95)
    assert abs(found - right) < 0.15 * right
    assert abs(found - right) < abs(plain - right)


def test_truths_that_come_all_at_once_count_at_any_age():
    made = answers(1000, 3)
    imported = Cases(
        made.at, np.full(1000, NOW), made.answers, made.decision, made.truth, made.review
    )
    assert len(mature(imported, NOW, 39 * DAY)) == 1000


def test_truths_of_one_decision_only_are_weighed_and_told_by_coverage():
    made = answers(4000, 4)
    random = np.random.default_rng(4)
    checked = (made.decision == 1) | (random.random(4000) < 0.3)
    received = np.where(checked, made.received, NOW + DAY)
    part = kept(Cases(made.at, received, *(getattr(made, n) for n in
        ("answers", "decision", "truth", "review"))), NOW)  # fmt: skip
    held = promise(metric="accuracy")
    whole = measured(held, made, NOW, 0.0)
    figure = measured(held, part, NOW, 0.0)
    assert figure.coverage < 0.9
    assert abs(figure.value - whole.value) < 0.03


def test_what_is_expected_before_truths_is_what_comes_when_the_concept_holds():
    inside = 0
    for seed in range(20):
        made = answers(800, seed)
        for metric in ("roc_auc", "log_loss"):
            held = promise(metric=metric)
            guess = expected(held, made)
            came = measured(held, made, NOW, 0.0).value
            inside += guess.low <= came <= guess.high
    assert inside >= 34, "40 intervals of 95 % should hold 38"


def test_harder_cases_are_expected_to_be_worse():
    held = promise()
    easy, hard = expected(held, answers(2000, 5)), expected(held, answers(2000, 5, harder=0.4))
    assert hard.high < easy.low


def test_values_have_no_estimate():
    made = answers(100, 6)
    values = Cases(made.at, made.received, made.answers[:, 1], made.decision, made.truth * 1.0,
                   made.review)  # fmt: skip
    held = promise(goal="regress", metric="mae", classes=(), costs=np.zeros((0, 0)))
    assert expected(held, values).value is None
    assert measured(held, values, NOW, 0.0).value == pytest.approx(
        np.abs(values.truth - values.answers).mean()
    )


def test_a_promise_that_is_kept_is_seldom_called_broken():
    held = promise_of(answers(3000, 7))
    called = sum(
        worse(held, measured(held, answers(600, seed), NOW, 0.0), 0.01) for seed in range(100, 200)
    )
    assert called <= 3


def test_a_change_of_concept_is_called_worse():
    held = promise_of(answers(3000, 8))
    figure = measured(held, answers(600, 9, concept=True), NOW, 0.0)
    assert worse(held, figure, 1e-3)
    assert figure.expected > figure.value + 0.2


def test_the_ledger_s_texts_become_cases():
    made = cases(
        ("no", "yes"), [2, 1, 3, 4], ["yes", "no", "no", "?"], [0.9, 0.2, None, 0.5],
        [{}] * 4, ["accept", "review", "accept", "accept"], ["yes", None, "no", "no"],
        [5, None, 6, 7],
    )  # fmt: skip
    assert made.at.tolist() == [1, 2]
    assert made.known.tolist() == [False, True]
    assert made.review.tolist() == [True, False]
    three = cases(
        ("a", "b", "c"), [1], ["b"], [0.5],
        [{"probabilities": {"a": 0.2, "b": 0.5, "c": 0.3}}], ["accept"], ["c"], [2],
    )  # fmt: skip
    assert three.answers.tolist() == [[0.2, 0.5, 0.3]] and three.truth.tolist() == [2]


def with_received(made: Cases, received) -> Cases:
    return kept(replace(made, received=np.asarray(received)), NOW)


def test_one_late_truth_does_not_switch_quality_off():
    made = answers(600, 1, days=60)
    never = np.random.default_rng(0).random(600) < 0.12
    received = np.where(never, NOW + DAY, made.received)
    received[3] = NOW - DAY
    figure = measured(promise(metric="accuracy"), with_received(made, received), NOW)
    assert figure.delay_s < 2 * DAY_S and figure.cases > 400


def test_figures_of_one_decision_only_give_no_verdict():
    held = promise_of(answers(20_000, 1))
    made = answers(4000, 10)
    part = with_received(made, np.where(made.decision == 1, made.received, NOW + DAY))
    figure = measured(held, part, NOW, 0.0)
    assert figure.value < held.low, "what is rejected is harder than the rest"
    assert figure.silent == "part" and not worse(held, figure, 0.05)


def test_truths_that_are_all_alike_are_said_to_give_no_figure():
    made = answers(1000, 1)
    figure = measured(promise(value=0.9), replace(made, truth=np.zeros(1000, int)), NOW, 0.0)
    assert figure.value is None and figure.silent == "undefined" and figure.cases == 1000
    assert measured(promise(), made.take(np.arange(9)), NOW, 0.0).silent == "few"


def test_the_estimate_of_many_answers_takes_no_longer_than_of_some():
    few, many = (expected(promise(), answers(rows, 5)) for rows in (20_000, 60_000))
    assert many.cases == few.cases == 20_000
    assert few.low < many.value < few.high
