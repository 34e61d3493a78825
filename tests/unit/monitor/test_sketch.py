"""Sketches of parts merge to the sketch of the whole, in any order."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from luodi.core import sketch
from luodi.core.sketch import Sketch, merge

EDGES = np.array([-1.0, 0.0, 0.5, 2.0])
LISTED = ("a", "b")
KNOWN = frozenset({"a", "b", "c"})
values = st.lists(st.one_of(st.floats(-1e6, 1e6), st.just(float("nan"))), max_size=20)
texts = st.lists(st.sampled_from(["", "a", "b", "c", "zz"]), max_size=20)
parts = st.tuples(values, texts)


def made(part) -> Sketch:
    numbers, words = part
    column = sketch.numbers(np.array(numbers, float), EDGES)
    category = sketch.categories(np.array([*words, None], object)[:-1], LISTED, KNOWN)
    return Sketch(len(numbers), {"n": column, "c": category}, {"value": column})


def same(one: Sketch, two: Sketch) -> None:
    assert one.rows == two.rows
    assert one.columns["c"] == two.columns["c"]
    a, b = one.columns["n"], two.columns["n"]
    exact = ("counts", "below", "above", "far", "missing", "trace")
    assert [getattr(a, x) for x in exact] == [getattr(b, x) for x in exact]
    for x, y in ((a.near, b.near), (a.away, b.away)):
        assert x.rows == y.rows
        assert x.mean == pytest.approx(y.mean, rel=1e-9, abs=1e-6)
        assert x.squares == pytest.approx(y.squares, rel=1e-6, abs=1e-3)


@given(parts, parts, parts)
@settings(max_examples=150, deadline=None)
def test_merging_is_associative(one, two, three):
    a, b, c = made(one), made(two), made(three)
    same(merge(merge(a, b), c), merge(a, merge(b, c)))


@given(parts, parts)
@settings(max_examples=150, deadline=None)
def test_merging_is_commutative(one, two):
    same(merge(made(one), made(two)), merge(made(two), made(one)))


@given(parts, parts)
@settings(max_examples=150, deadline=None)
def test_merged_sketches_are_the_sketch_of_all_records(one, two):
    same(merge(made(one), made(two)), made((one[0] + two[0], one[1] + two[1])))


@given(parts)
@settings(max_examples=50, deadline=None)
def test_what_is_kept_of_a_sketch_survives_json(part):
    kept = made(part).to_json()
    assert Sketch.from_json(json.loads(json.dumps(kept))).to_json() == kept


@pytest.mark.parametrize(
    "values",
    [[1.0, 1.1, 1.2, 13912345678.0], [13912345678.0] * 40, [0.5] * 30 + [13912345678.0] * 4],
)
def test_no_single_value_can_be_read_from_what_is_kept(values):
    part = sketch.numbers(np.array(values), EDGES)
    kept = json.dumps(Sketch(len(values), {"n": part}, {}).to_json())
    assert "139123" not in kept and "e+" not in kept
    assert not [number for number in json.loads(kept)["columns"]["n"]["near"] if number == 0.5]


@pytest.mark.parametrize("value", [1e160, 1.797e308, float("inf"), -1e200])
def test_a_value_too_large_to_be_squared_spoils_no_window(value):
    part = sketch.numbers(np.array([0.5, 1.0, 1.5, *[value] * 8, -value, 0.25]), EDGES)
    two = sketch.merged(part, part)
    json.dumps(Sketch(13, {"n": two}, {}).to_json(), allow_nan=False)
    assert part.far == 9 and part.near.mean == pytest.approx(0.8125)


def test_a_few_error_codes_do_not_carry_the_mean_that_is_told():
    part = sketch.numbers(np.array([0.5, 1.0, 1.5, 1.0] * 5 + [9999.0]), EDGES)
    assert part.typical.mean == pytest.approx(1.0)


def test_sketches_in_other_bins_are_refused():
    narrow = sketch.numbers(np.array([1.0]), EDGES[:3])
    with pytest.raises(ValueError, match="other bins"):
        sketch.merged(narrow, sketch.numbers(np.array([1.0]), EDGES))


def test_every_row_is_counted_once():
    part = sketch.numbers(np.array([-5.0, -1.0, 0.0, 2.0, 2.1, 90.0, np.nan]), EDGES)
    assert (part.below, part.counts, part.above, part.far, part.missing) == (1, (1, 1, 1), 2, 2, 1)
