"""Of those who wait for a person, the one from whom most is learnt comes first."""

import json
import math

import numpy as np
import pytest

from fuzz import release_maker
from luodi.core.manifest import canonical_json
from luodi.runtime.load import load
from luodi.serve import answers
from luodi.serve.answers import Question, chosen, solve
from luodi.serve.models import Model, Served
from luodi.serve.request import Request
from luodi.serve.urgency import MOST, prices, urgency
from luodi.store.home import Home
from luodi.store.ledger import reviews
from serving import NAME, RECORD, running

ODD = {**RECORD, "type": "Q"}
COSTS = [[0, 20], [500, 0]]


def served(**plan) -> Served:
    return Served(load(release_maker.release(plan=canonical_json({"seed": 0, **plan}))))


def kept(one: Served, *records):
    """The rows that the ledger would get for these records."""
    question = Question(Model(NAME, one), one, records, Request("POST", b"/", {}))
    solve([question])
    return chosen([question], 1.0)


def test_what_it_costs_to_decide_now_is_counted_in_looks():
    one = served(decision={"costs": COSTS, "review": 5, "threshold": None})
    (row,) = kept(one, ODD)
    share = row.probability
    wanted = (1 - share) * 20 / 5 if row.decision == "1" else share * 500 / 5
    assert row.action == "review" and row.urgency == pytest.approx(wanted + 1)


def test_without_costs_it_is_the_chance_to_be_wrong():
    (row,) = kept(served(), ODD)
    wrong = 1 - row.probability if row.decision == "1" else row.probability
    assert row.urgency == pytest.approx(wrong + 1)


@pytest.mark.parametrize(("costs", "boundary"), [([[0, 1], [1, 0]], 1 / 2), (COSTS, 1 / 26)])
def test_the_closer_to_the_boundary_of_the_decision_the_sooner(costs, boundary):
    no, yes = prices({"decision": {"costs": costs}}, 2)
    below = [urgency([1 - p, p], no, False) for p in np.linspace(0, boundary, 9)]
    above = [urgency([1 - p, p], yes, False) for p in np.linspace(boundary, 1, 9)]
    assert below == sorted(below) and above == sorted(above, reverse=True)
    assert below[-1] == pytest.approx(above[0]), "where both decisions cost the same"


def test_an_unusual_record_comes_before_a_usual_one_that_is_as_sure():
    decided = prices({}, 3)[1]
    usual, odd = (urgency([0.1, 0.8, 0.1], decided, unusual) for unusual in (False, True))
    assert usual == pytest.approx(0.2) and odd == usual + 1


def test_of_values_the_one_with_most_warnings_comes_first():
    made = {"value": 1.5, "warnings": ["out_of_range:a", "unseen_category:b"]}
    assert answers._urgency(served(), made) == 2.0


@pytest.mark.parametrize(
    "decision",
    [
        None, 7, [], {}, {"costs": None}, {"costs": []}, {"costs": [[0, 1]]}, {"costs": [[0], [1]]},
        {"costs": [[0, -1], [1, 0]]}, {"costs": [[0, "1"], [1, 0]]},
        {"costs": [[0, 10**400], [1, 0]]},
    ],
)  # fmt: skip
def test_a_rule_that_is_none_counts_every_mistake_as_one(decision):
    assert prices({"decision": decision}, 2) == ((0.0, 1.0), (1.0, 0.0))


@pytest.mark.parametrize("look", [None, 0, 5e-324, 1e-300, -1, "5", True, 10**400])
@pytest.mark.parametrize("dear", [0, 5e-324, 500, 1e300, 10**300])
def test_urgency_is_finite_whatever_the_prices_are(look, dear):
    table = prices({"decision": {"costs": [[0, 0], [dear, 0]], "review": look}}, 2)
    assert all(0 <= cost <= MOST for column in table for cost in column)
    assert math.isfinite(urgency([0.5, 0.5], table[0], True))


def test_an_answer_that_nobody_looks_at_has_none():
    (row,) = kept(served(), RECORD)
    assert (row.action, row.urgency) == ("accept", 0.0)


def test_the_queue_gives_the_most_urgent_first(tmp_path):
    records = [{**ODD, "torque": torque} for torque in (5, 20, 45, 60, 75)]
    with running(tmp_path) as server:
        said = server.ask("/predict", records).json
    sure = [one["probability"] if one["decision"] else 1 - one["probability"] for one in said]
    with Home.open(server.home) as home:
        given = reviews.take(home.ledger, NAME, "me", 9)
    chance = {one["id"]: part for one, part in zip(said, sure, strict=True)}
    order = [chance[one.id] for one in given]
    assert order == sorted(order) and len(set(order)) > 1, json.dumps(order)
