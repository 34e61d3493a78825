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
    exact = ("counts", "below", "above", "far", "missing", "low", "high")
    assert [getattr(a, x) for x in exact] == [getattr(b, x) for x in exact]
    assert a.mean == pytest.approx(b.mean, rel=1e-9, abs=1e-6)
    assert a.squares == pytest.approx(b.squares, rel=1e-6, abs=1e-3)


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
def test_a_sketch_survives_json(part):
    whole = made(part)
    assert Sketch.from_json(json.loads(json.dumps(whole.to_json()))) == whole


def test_sketches_in_other_bins_are_refused():
    narrow = sketch.numbers(np.array([1.0]), EDGES[:3])
    with pytest.raises(ValueError, match="other bins"):
        sketch.merged(narrow, sketch.numbers(np.array([1.0]), EDGES))


def test_every_row_is_counted_once():
    part = sketch.numbers(np.array([-5.0, -1.0, 0.0, 2.0, 2.1, 90.0, np.nan]), EDGES)
    assert (part.below, part.counts, part.above, part.far, part.missing) == (1, (1, 1, 1), 2, 2, 1)
