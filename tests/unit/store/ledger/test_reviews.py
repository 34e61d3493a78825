"""What is sent to a person waits, is given to one at a time, and its answer is an outcome."""

from __future__ import annotations

import threading

import pytest

from luodi.core.errors import LuodiError
from luodi.store.ledger import reviews
from luodi.store.ledger.clock import now_us
from luodi.store.ledger.rows import Outcome
from unit.store.ledger.made import FIRST, OTHER, answer


@pytest.fixture
def waiting(asked):
    """Sends one more answer to a person."""
    return lambda **settings: asked(**{"action": "review"} | settings)


def taken(ledger, **settings) -> list[str]:
    found = reviews.take(ledger, **{"name": "press", "actor": "me"} | settings)
    return [review.id for review in found]


def test_an_answer_for_a_person_waits_from_the_moment_it_is_kept(ledger, asked, waiting):
    asked()
    name = waiting(record={"类型": "M"}, probability=0.5, urgency=2.5)
    (review,) = reviews.take(ledger, "press", "me", count=9)
    assert (review.id, review.release, review.decision) == (name, FIRST, "ok")
    assert (review.record, review.probability, review.urgency) == ({"类型": "M"}, 0.5, 2.5)


def test_the_most_urgent_comes_first_and_among_equals_the_oldest(ledger, waiting):
    middle = [waiting(urgency=0.5, id=f"{i}") for i in range(3)]
    low, high = waiting(urgency=-1.0), waiting(urgency=9.0)
    waiting(urgency=99.0, release=OTHER)
    assert taken(ledger, count=9) == [high, *middle, low]


def test_nobody_else_is_given_it_until_the_lease_is_over(ledger, waiting):
    name = waiting()
    assert taken(ledger, lease_s=60) == [name]
    assert taken(ledger) == []
    ledger.write(lambda c, _: [c.exec_driver_sql("UPDATE reviews SET taken_until = 1")], [0])
    assert taken(ledger, actor="another") == [name]


def test_two_who_ask_together_are_never_given_the_same(ledger, waiting):
    made = [waiting() for _ in range(20)]
    given: list[str] = []

    def take_five():
        for _ in range(5):
            given.extend(taken(ledger, count=2))

    threads = [threading.Thread(target=take_five) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(given) == sorted(made)


def test_what_is_given_back_waits_for_anybody_at_once(ledger, waiting):
    first, second = waiting(urgency=2.0), waiting(urgency=1.0)
    mine = reviews.take(ledger, "press", "me", count=2)
    reviews.skip(ledger, second, "me")
    reviews.give_back(ledger, mine)
    reviews.give_back(ledger, [])
    assert taken(ledger, actor="another", count=9) == [first]
    assert reviews.states(ledger, "press")["skipped"] == 1


def test_a_lease_that_is_over_gives_back_nothing_of_the_next_ones(ledger, waiting):
    waiting()
    late = reviews.take(ledger, "press", "me")
    ledger.write(lambda c, _: [c.exec_driver_sql("UPDATE reviews SET taken_until = 1")], [0])
    assert len(taken(ledger, actor="another")) == 1
    reviews.give_back(ledger, late)
    assert taken(ledger, actor="a third") == []


def test_how_many_wait_is_told_by_task_and_the_most_come_first(ledger, waiting):
    for release in (FIRST, OTHER, OTHER):
        waiting(release=release)
    waiting(release=OTHER, expires_at=now_us() - 1)
    reviews.take(ledger, "oven", "me")  # who has one still has to look at it
    assert list(reviews.waiting(ledger).items()) == [("oven", 2), ("press", 1)]


def test_an_answer_of_a_person_is_an_outcome(ledger, waiting):
    name = waiting()
    assert reviews.answer(ledger, Outcome(name, "broken", source="inspector")).counts
    assert ledger.frame("outcomes")["truth"].to_list() == ["broken"]
    (row,) = ledger.frame("reviews").to_dicts()
    assert (row["state"], row["closed_by"]) == ("answered", "inspector")
    assert taken(ledger) == []


def test_a_truth_that_came_another_way_ends_the_waiting(ledger, waiting):
    name, other = waiting(), waiting()
    ledger.keep_outcomes([Outcome(name, "ok", source="http")]).result()
    assert taken(ledger, count=9) == [other]
    assert not reviews.answer(ledger, Outcome(name, "broken")).counts
    assert reviews.answer(ledger, Outcome(name, "ok")).counts
    assert ledger.frame("outcomes")["truth"].to_list() == ["ok"]


def test_what_is_skipped_comes_no_more_but_can_still_be_answered(ledger, waiting):
    name = waiting()
    assert reviews.skip(ledger, name, "me")
    assert taken(ledger) == []
    assert reviews.states(ledger, "press")["skipped"] == 1
    assert reviews.answer(ledger, Outcome(name, "ok", source="me")).counts
    assert not reviews.skip(ledger, name, "me"), "too late: it was answered"
    assert reviews.states(ledger, "press") == {
        "waiting": 0,
        "answered": 1,
        "skipped": 0,
        "expired": 0,
    }


def test_what_nobody_need_look_at_any_more_expires(ledger, waiting):
    late, open_ = waiting(expires_at=now_us() - 1), waiting(expires_at=now_us() + 60_000_000)
    states = {"waiting": 1, "answered": 0, "skipped": 0, "expired": 1}
    assert reviews.states(ledger, "press") == states
    assert taken(ledger, count=9) == [open_]
    assert reviews.states(ledger, "press") == states
    rows = {row["id"]: row["state"] for row in ledger.frame("reviews").to_dicts()}
    assert rows == {late: "expired", open_: "waiting"}


@pytest.mark.parametrize("sent", [False, True])
def test_what_was_never_sent_to_a_person_is_told(ledger, asked, sent):
    name = asked() if sent else "nobody"
    for work in (
        lambda: reviews.skip(ledger, name, "me"),
        lambda: reviews.answer(ledger, Outcome(name, "ok")),
    ):
        with pytest.raises(LuodiError) as caught:
            work()
        assert caught.value.code == "ledger.review_unknown"
    assert ledger.frame("outcomes").is_empty() and ledger.frame("set aside").is_empty()


def test_an_answer_that_is_not_kept_does_not_wait(ledger):
    right, wrong = answer(action="review"), answer(action="review", release="sha256:none")
    with pytest.raises(LuodiError):
        ledger.keep_predictions([right, wrong]).result()
    assert ledger.frame("reviews").is_empty()
