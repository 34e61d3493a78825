"""A rule decides by threshold or by cost, and knows when to ask a human."""

from __future__ import annotations

import json

import numpy as np

from luodi.core.decision import Rule

EVEN = ((0.0, 1.0), (1.0, 0.0))


def test_the_second_class_is_decided_from_the_threshold_on() -> None:
    answers = np.array([[0.71, 0.29], [0.7, 0.3], [0.1, 0.9]])
    assert Rule(EVEN, 0.3).apply(answers)[0].tolist() == [0, 1, 1]


def test_without_a_threshold_the_cheapest_class_is_decided() -> None:
    rng = np.random.default_rng(0)
    costs, answers = rng.uniform(0, 5, (3, 3)), rng.dirichlet(np.ones(3), 200)
    decision, review = Rule(tuple(map(tuple, costs.tolist()))).apply(answers)
    for row, decided in zip(answers, decision.tolist(), strict=True):
        prices = [sum(row[actual] * costs[actual, one] for actual in range(3)) for one in range(3)]
        assert prices[decided] <= min(prices) + 1e-12
    assert not review.any()


def test_a_case_goes_to_review_when_a_look_is_cheaper_than_the_decision() -> None:
    answers = np.array([[0.95, 0.05], [0.6, 0.4], [0.02, 0.98]])
    decision, review = Rule(EVEN, 0.5, review=0.2).apply(answers)
    assert decision.tolist() == [0, 0, 1]
    assert review.tolist() == [False, True, False]


def test_a_rule_survives_json() -> None:
    rule = Rule(((0.0, 2.5), (9.0, 0.0)), 0.125, 0.75)
    assert Rule.from_json(json.loads(json.dumps(rule.to_json()))) == rule
