"""The review queue over HTTP: lent to one at a time, and what a person says is an outcome."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from luodi.store.home import Home
from luodi.store.ledger import reviews, tokens
from luodi.store.ledger.rows import Prediction
from serving import NAME, RECORD, running

ODD = {**RECORD, "type": "Q"}


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    with running(tmp_path_factory.mktemp("desk")) as started:
        yield started


@pytest.fixture
def case(desk):
    """One case, lent, while no other waits."""
    sent = desk.ask("/predict", ODD).json["id"]
    (found,) = told(desk, "next", {})[1]
    assert found["id"] == sent
    return found


def told(desk, what, value, role="review"):
    answer = desk.ask(f"/reviews/{what}", value, role=role)
    return answer.status, answer.json


def code(desk, what, value):
    status, content = told(desk, what, value)
    return status, content.get("code")


def kept(desk, part, name):
    with Home.open(desk.home) as home:
        return [row for row in home.ledger.frame(part).to_dicts() if row["id"] == name]


def test_a_case_says_what_was_asked_what_was_decided_and_why_it_waits(desk):
    said = desk.ask("/predict", ODD).json
    (found,) = told(desk, "next", {"model": NAME, "lease_s": 60})[1]
    for key in ("id", "decision", "probability", "warnings", "release"):
        assert found[key] == said[key], key
    assert found["record"] == ODD and found["urgency"] > 1 and found["expires_at"] is None
    at, until = (datetime.fromisoformat(found[key]) for key in ("at", "taken_until"))
    assert timedelta(0) <= until - at - timedelta(seconds=60) < timedelta(seconds=10)
    assert told(desk, "skip", {"id": found["id"]})[0] == 200


def test_what_is_lent_is_given_to_nobody_else_until_the_lease_is_over(desk):
    ids = [one["id"] for one in desk.ask("/predict", [ODD] * 3).json]
    first = told(desk, "next", {"count": 2, "lease_s": 1})[1]
    second = told(desk, "next", {"count": 100})[1]
    assert sorted(one["id"] for one in first + second) == sorted(ids)
    with Home.open(desk.home) as home:
        home.ledger.write(
            lambda c, _: [c.exec_driver_sql("UPDATE reviews SET taken_until = 1")], [0]
        ).result()
    assert len(told(desk, "next", {"count": 100})[1]) == 3
    for name in ids:
        told(desk, "skip", {"id": name})


def test_where_nothing_waits_the_list_is_empty(desk):
    assert told(desk, "next", {}) == (200, [])


def test_an_answer_is_an_outcome_and_says_whose_token_it_was(desk, case):
    receipt = {"id": case["id"], "counts": True, "code": None}
    assert told(desk, "answer", {"id": case["id"], "truth": 1}) == (200, receipt)
    (outcome,) = kept(desk, "outcomes", case["id"])
    (row,) = kept(desk, "reviews", case["id"])
    digits = tokens.digest(desk.tokens["review"])[: tokens.SHOWN]
    assert (outcome["truth"], outcome["source"]) == ("1", digits)
    assert (row["state"], row["taken_by"], row["closed_by"]) == ("answered", digits, digits)


def test_without_tokens_it_is_kept_that_it_came_over_http(tmp_path):
    with running(tmp_path, auth=False) as server:
        name = server.ask("/predict", ODD).json["id"]
        assert server.ask("/reviews/answer", {"id": name, "truth": 0}).status == 200
        assert kept(server, "outcomes", name)[0]["source"] == "http"


def test_the_name_of_a_token_stands_beside_its_digits(tmp_path):
    with running(tmp_path) as server:
        with Home.open(server.home) as home:
            text = tokens.new(home.ledger, "review", "a test", "ward 7")
        server.tokens["ward"] = text
        while server.ask("/reviews/next", {}, role="ward").status == 401:
            pass  # the server looks for new tokens now and then
        name = server.ask("/predict", ODD).json["id"]
        server.ask("/reviews/skip", {"id": name}, role="ward")
        assert kept(server, "reviews", name)[0]["closed_by"].endswith(" ward 7")


def test_every_odd_answer_has_the_same_code_as_feedback(desk, case):
    name = case["id"]
    early = {"id": name, "truth": 1, "at": "2001-01-01T00:00:00"}
    assert code(desk, "answer", early) == (422, "ledger.outcome_early")
    assert code(desk, "answer", {"id": name, "truth": "perhaps"}) == (422, "serve.truth")
    assert code(desk, "answer", {"id": name, "truth": 1}) == (200, None)
    assert code(desk, "answer", {"id": name, "truth": "1"}) == (200, "ledger.outcome_same")
    assert code(desk, "answer", {"id": name, "truth": 0}) == (409, "ledger.outcome_contradicts")


def test_what_never_waited_is_not_known_to_the_queue(desk):
    accepted = desk.ask("/predict", RECORD).json["id"]
    for name in (accepted, "0" * 32):
        assert code(desk, "answer", {"id": name, "truth": 1}) == (404, "ledger.review_unknown")
        assert code(desk, "skip", {"id": name}) == (404, "ledger.review_unknown")
    assert kept(desk, "outcomes", accepted) == []


def test_what_is_skipped_waits_no_more_and_what_was_answered_stays_so(desk, case):
    name = case["id"]
    assert told(desk, "skip", {"id": name}) == (200, {"id": name, "skipped": True})
    assert told(desk, "answer", {"id": name, "truth": 0})[0] == 200
    assert told(desk, "skip", {"id": name}) == (200, {"id": name, "skipped": False})


@pytest.mark.parametrize(
    "value",
    [
        [], "a", b"null", 7, {"more": 1}, {"count": 0}, {"count": 101}, {"count": 1.5},
        {"count": True}, {"count": None}, {"count": "5"}, {"lease_s": 0.5}, {"lease_s": 86401},
        {"lease_s": "60"}, {"lease_s": False}, {"model": 7}, {"model": None}, {"model": ["t"]},
    ],
)  # fmt: skip
def test_what_asks_for_no_cases_is_refused(desk, value):
    assert code(desk, "next", value) == (422, "serve.review")


@pytest.mark.parametrize("value", [{}, [], {"id": ""}, {"id": 7}, {"id": "../x"}, {"id": "a" * 65}])
def test_what_names_no_case_is_not_skipped(desk, value):
    assert code(desk, "skip", value) == (422, "serve.review")
    assert code(desk, "answer", value) == (422, "serve.feedback")


@pytest.mark.parametrize("name", ["other", "", "../t", "t\u0000"])
def test_a_task_that_is_not_served_has_no_cases_here(desk, name):
    assert code(desk, "next", {"model": name}) == (404, "serve.no_model")


@pytest.mark.parametrize("role", ["predict", "feedback", "admin"])
def test_a_record_is_shown_to_nobody_but_who_may_answer(desk, role):
    for what in ("next", "answer", "skip"):
        status, content = told(desk, what, {}, role=role)
        assert (status, content["code"]) == (403, "serve.wrong_role")


def test_a_case_of_an_older_release_is_told_by_its_own_codec(desk):
    with Home.open(desk.home) as home:
        digest = home.ledger.releases()[0].digest
        made = Prediction("c" * 32, digest, "0", ODD, action="review", probability=0.5, at=10**15)
        home.ledger.keep_predictions([made]).result()
    (found,) = told(desk, "next", {})[1]
    assert (found["decision"], found["at"]) == (0, "2001-09-09T01:46:40+00:00")
    told(desk, "skip", {"id": found["id"]})


def test_the_document_describes_the_queue(desk):
    paths = json.loads(desk.ask("/openapi.json").body)["paths"]
    for what in ("next", "answer", "skip"):
        operation = paths[f"/reviews/{what}"]["post"]
        assert operation["requestBody"]["required"] and operation["security"] == [{"token": []}]


def test_the_queue_is_counted_under_its_own_paths(desk):
    desk.ask("/reviews/next", {}, role="review")
    text = desk.ask("/metrics", role="admin").body.decode()
    assert 'luodi_http_requests_total{route="/reviews/next",status="200"}' in text


def test_a_moment_without_fraction_and_one_with_are_both_iso_8601():
    from luodi.serve.cases import iso

    assert [iso(at) for at in (0, 1_500_000)] == [
        "1970-01-01T00:00:00+00:00",
        "1970-01-01T00:00:01.500000+00:00",
    ]
    assert datetime.fromisoformat(iso(0)) == datetime(1970, 1, 1, tzinfo=UTC)


def test_a_lease_without_a_length_is_the_usual_one(desk, case):
    at, until = (datetime.fromisoformat(case[key]) for key in ("at", "taken_until"))
    assert abs((until - at).total_seconds() - reviews.LEASE_S) < 10
    told(desk, "skip", {"id": case["id"]})
