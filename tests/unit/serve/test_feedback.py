"""Feedback: durable before it is acknowledged, and one clear answer to each odd one."""

import pytest

from luodi.store.home import Home
from serving import RECORD


@pytest.fixture
def asked(server):
    """The id of a new answer."""
    return server.ask("/predict", RECORD).json["id"]


def told(server, value):
    answer = server.ask("/feedback", value, role="feedback")
    return answer.status, answer.json.get("code")


def test_an_outcome_counts_and_is_kept(server, asked):
    assert told(server, {"id": asked, "truth": 1}) == (200, None)
    with Home.open(server.home) as home:
        kept = {one["id"]: one for one in home.ledger.frame("outcomes").to_dicts()}
    assert (kept[asked]["truth"], kept[asked]["source"]) == ("1", "http")


@pytest.mark.promise("odd feedback: one clear answer each")
def test_every_odd_outcome_has_one_clear_answer(server, asked, promise):
    unknown = "0" * 32
    assert told(server, {"id": unknown, "truth": 1}) == (404, "ledger.outcome_unknown")
    early = {"id": asked, "truth": 1, "at": "2001-01-01T00:00:00"}
    assert told(server, early) == (422, "ledger.outcome_early")
    future = {"id": asked, "truth": 1, "at": "2101-01-01T00:00:00+08:00"}
    assert told(server, future) == (422, "ledger.outcome_future")
    assert told(server, {"id": asked, "truth": "perhaps"}) == (422, "serve.truth")
    assert told(server, {"id": asked, "truth": 1}) == (200, None)
    assert told(server, {"id": asked, "truth": "1"}) == (200, "ledger.outcome_same")
    assert told(server, {"id": asked, "truth": 0}) == (409, "ledger.outcome_contradicts")
    promise(7)


def test_many_outcomes_get_a_receipt_each(server, asked):
    items = [{"id": asked, "truth": 0}, {"id": "f" * 32, "truth": 0}]
    answer = server.ask("/feedback", items, role="feedback")
    assert answer.status == 200
    assert [(one["id"], one["counts"], one["code"]) for one in answer.json] == [
        (asked, True, None),
        ("f" * 32, False, "ledger.outcome_unknown"),
    ]


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"id": 7, "truth": 1},
        {"id": "", "truth": 1},
        {"id": "../x", "truth": 1},
        {"id": "a", "truth": 1, "more": 1},
        {"id": "a"},
        {"id": "a", "truth": 1, "at": "soon"},
        {"id": "a", "truth": 1, "at": 5},
        "a",
        b"null",
    ],
)
def test_what_is_no_feedback_is_refused(server, value):
    assert told(server, value) == (422, "serve.feedback")


@pytest.mark.parametrize("truth", [None, [1], {"a": 1}, 10**300, 2**60, 1.5])
def test_a_truth_that_the_task_cannot_have_is_refused(server, asked, truth):
    assert told(server, {"id": asked, "truth": truth}) == (422, "serve.truth")
