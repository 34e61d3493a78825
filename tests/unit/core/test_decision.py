"""A rule decides by threshold or by cost, and knows when to ask a human."""

from __future__ import annotations

import json
from itertools import product

import numpy as np
import pytest

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


def rules() -> list[Rule]:
    """Rules by threshold and by cost, with and without a human."""
    rng = np.random.default_rng(5)
    costs = [tuple(map(tuple, rng.uniform(0, 4, (k, k)).tolist())) for k in (2, 3, 7)]
    return [Rule(EVEN, 0.3), Rule(EVEN, 0.5, 0.2), Rule(EVEN), Rule(costs[0], 0.7, 1.0)] + [
        Rule(one, None, review) for one in costs for review in (None, 1.5)
    ]


@pytest.mark.parametrize("rule", rules(), ids=str)
def test_nothing_is_decided_otherwise_within_the_margin(rule: Rule) -> None:
    rng = np.random.default_rng(0)
    answers = rng.dirichlet(np.ones(len(rule.costs)), 500)
    margins = rule.margins(answers)
    assert ((margins >= 0) & (margins <= 1)).all()
    decided = rule.apply(answers)
    for _ in range(20):
        moved = answers + margins[:, None] * rng.choice([-0.999, 0.999], answers.shape)
        for before, after in zip(decided, rule.apply(moved), strict=True):
            np.testing.assert_array_equal(before, after)


@pytest.mark.parametrize("rule", rules(), ids=str)
def test_beyond_the_margin_something_may_be_decided_otherwise(rule: Rule) -> None:
    rng = np.random.default_rng(0)
    answers = rng.dirichlet(np.ones(len(rule.costs)), 200)
    margins, before = rule.margins(answers), rule.apply(answers)
    changed = np.zeros(len(answers), bool)
    for signs in product((-1.001, 1.001), repeat=answers.shape[1]):
        after = rule.apply(answers + margins[:, None] * np.array(signs))
        changed |= (before[0] != after[0]) | (before[1] != after[1])
    assert changed[margins < 1].all()
