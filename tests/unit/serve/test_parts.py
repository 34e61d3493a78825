"""The parts that need no server: limits, shared counts, reviews within capacity, the log."""

import time
from functools import partial

import pytest

from luodi.core.errors import LuodiError
from luodi.runtime.load import load
from luodi.serve import admission, strict
from luodi.serve.access import Access
from luodi.serve.admission import Admission, Turn
from luodi.serve.counters import Counters, Family
from luodi.serve.models import DAY_S, Model, Served
from luodi.serve.reply import problem
from luodi.serve.request import Request
from luodi.serve.settings import Limits, Settings
from serving import release


@pytest.mark.parametrize("text", ["rows", "rows=", "rows=x", "rows=0", "row=5", "rows=-1", "=1"])
def test_a_limit_that_is_none_names_the_nearest(text):
    with pytest.raises(LuodiError) as caught:
        Limits.parse(text)
    assert caught.value.code == "serve.limits"
    assert caught.value.facts["nearest"] in Limits.__slots__


def test_limits_are_read():
    limits = Limits.parse("rows=7, request_s=0.5,")
    assert (limits.rows, limits.request_s, limits.depth) == (7, 0.5, 16)


@pytest.mark.parametrize(
    ("host", "alone"),
    [("localhost", True), ("127.8.9.1", True), ("::1", True), ("0.0.0.0", False), ("x", False)],
)
def test_loopback_is_recognised(host, alone):
    assert Settings(host=host).is_loopback == alone


def test_strict_json_takes_as_long_for_hostile_text_as_for_any():
    for body in (b'"' + b'\\"' * 500_000, b'"' * 1_000_001, b'{"' * 300_000, b"[{" * 400_000):
        with pytest.raises(LuodiError):
            strict.decode(body, 16)


@pytest.mark.parametrize(
    "text", ['{"a": "b:c{["}', '{"a": "\\"b\\": 1"}', "[{}, {}]", '{"a": {"b": 1}, "c": 2}', '"x"']
)
def test_strict_json_reads_what_is_right(text):
    import json

    assert strict.decode(text.encode(), 4) == json.loads(text)


@pytest.mark.parametrize("text", ['{"a":1,"a":1}', '[{"a":1},{"b":{"c":1,"c":2}}]'])
def test_a_name_twice_is_found_at_any_depth(text):
    with pytest.raises(LuodiError) as caught:
        strict.decode(text.encode(), 8)
    assert caught.value.code == "serve.duplicate_key"


def test_counts_of_several_processes_add_up_and_histograms_are_cumulative():
    labels = (("to", 'a"b\\\n'),)
    seconds = Family("s_seconds", "histogram", "S.", buckets=(0.5, 1.0))
    counters = Counters([Family("n_total", "counter", "N.", [labels]), seconds], processes=2)
    for row, value in ((0, 0.25), (1, 0.75), (1, 9.0)):
        counters.row = row
        counters.add(counters.place("n_total", labels))
        counters.observe(counters.place("s_seconds"), seconds.buckets, value)
    lines = counters.text().splitlines()
    assert 'n_total{to="a\\"b\\\\\\n"} 3' in lines
    assert [line for line in lines if line.startswith("s_")] == [
        's_seconds_bucket{le="0.5"} 1',
        's_seconds_bucket{le="1"} 2',
        's_seconds_bucket{le="+Inf"} 3',
        "s_seconds_sum 10",
        "s_seconds_count 3",
    ]


class Guests:
    """Requests that ask for their turn, and what became of each."""

    def __init__(self, most: int) -> None:
        self.admission = Admission(most)
        self.seen: list[tuple[str, int]] = []
        self.requests: list[Request] = []

    def come(self, count: int = 1, body: bytes = b"") -> None:
        for _ in range(count):
            number = len(self.requests)
            self.requests.append(Request("POST", b"/", {}, body=body))
            start = partial(self.seen.append, ("in", number))
            refuse = partial(self.seen.append, ("away", number))
            self.admission.ask(Turn(self.requests[-1], start, refuse))

    def go(self, number: int, *, answered: bool = True) -> None:
        self.admission.leave(self.requests[number], answered=answered)


def test_of_those_who_wait_the_newest_comes_next():
    guests = Guests(2)
    guests.come(5)
    assert guests.seen == [("in", 0), ("in", 1)]
    guests.go(0)
    guests.go(3, answered=False)  # its client went away while it waited
    guests.go(1)
    assert guests.seen[2:] == [("in", 4), ("in", 2)]


def test_who_has_waited_too_long_is_sent_away(monkeypatch):
    guests = Guests(1)
    guests.come(3)
    now = [time.monotonic() + admission.FRESH_S + 0.01]
    monkeypatch.setattr("luodi.serve.admission.time.monotonic", lambda: now[0])
    guests.go(0)
    assert guests.seen == [("in", 0)], "too late to be let in, too early to be sent away"
    guests.come()
    now[0] += admission.WAIT_S - admission.FRESH_S
    guests.admission.choose()
    assert guests.seen == [("in", 0), ("in", 3), ("away", 1), ("away", 2)]


def test_old_ones_are_let_in_when_the_rush_is_over(monkeypatch):
    guests = Guests(2)
    guests.come(4)
    later = time.monotonic() + admission.FRESH_S + 0.01
    monkeypatch.setattr("luodi.serve.admission.time.monotonic", lambda: later)
    guests.go(0)
    guests.admission.choose(looking=True)
    assert guests.seen[2:] == [], "somebody is still inside"
    guests.go(1)
    assert guests.seen[2:] == [], "the next of a rush would be answered too late"
    guests.admission.choose(looking=True)
    assert guests.seen[2:] == [("in", 3), ("in", 2)]


def test_no_more_wait_than_there_is_room_for_and_the_oldest_goes_first():
    guests = Guests(1)
    guests.admission = Admission(1, parked=2)
    guests.come(5)
    assert guests.seen == [("in", 0), ("away", 1), ("away", 2)]


def test_a_large_body_does_not_wait_in_memory():
    guests = Guests(1)
    guests.come(2, b"x" * (admission.PARKED_BYTES + 1))
    assert guests.seen == [("in", 0), ("away", 1)]
    assert guests.admission.turns_away(admission.PARKED_BYTES + 1)
    assert not guests.admission.turns_away(1)


def test_fewer_are_let_in_while_answers_are_slow_and_more_again_afterwards(monkeypatch):
    guests = Guests(128)
    now = [0.0]
    monkeypatch.setattr("luodi.serve.admission.time.monotonic", lambda: now[0])
    for step, rounds, limit in ((0.5, 300, 16), (0.001, 20_000, 128)):
        for _ in range(rounds):
            guests.come()
            now[0] += step
            guests.go(-1)
        assert guests.admission.limit == limit


def test_a_thousand_who_wait_and_end_at_once_do_not_fill_the_stack(monkeypatch):
    monkeypatch.setattr(admission, "FRESH_S", 60.0)  # on a slow machine some would wait too long
    monkeypatch.setattr(admission, "WAIT_S", 60.0)
    gate, done = Admission(1, parked=5000), []
    requests = [Request("POST", b"/", {}) for _ in range(5000)]

    def start(number: int) -> None:
        done.append(number)
        gate.leave(requests[number], answered=True)

    gate.ask(Turn(first := Request("POST", b"/", {}), lambda: None, lambda: None))
    for number, request in enumerate(requests):
        gate.ask(Turn(request, partial(start, number), lambda: None))
    gate.leave(first, answered=True)
    assert sorted(done) == list(range(5000))


class Limited(Served):
    """A release whose task says how many reviews a day there can be."""

    reviews_a_day = 7


def test_reviews_end_at_the_capacity_and_begin_again_a_day_later(monkeypatch):
    served = Limited(load(release()))
    model = Model("t", served)
    assert [model.takes_review(served) for _ in range(9)] == [True] * 7 + [False] * 2
    later = time.time() + DAY_S + 1
    monkeypatch.setattr("luodi.serve.models.time.time", lambda: later)
    assert model.takes_review(served)


def test_processes_share_the_capacity():
    served = Limited(load(release()))
    models = [Model("t", served, 3, number) for number in range(3)]
    given = [sum(model.takes_review(served) for _ in range(9)) for model in models]
    assert given == [3, 2, 2]


def test_what_was_reviewed_before_a_restart_counts():
    served = Limited(load(release()))
    model = Model("t", served, reviews=[time.time() - 5] * 6)
    assert [model.takes_review(served) for _ in range(2)] == [True, False]


def test_the_log_holds_patterns_and_places_but_no_values():
    written: list[str] = []
    access = Access(True, written.append)
    access.note(Request("SECRET", b"/secret", {b"host": b"secret"}), problem("serve.no_route"), 0.1)
    try:
        raise ValueError("secret")
    except ValueError as error:
        access.fault(error)
    access.flush()
    text = "".join(written)
    assert "serve.no_route" in text and "test_parts.py" in text and "secret" not in text.lower()
