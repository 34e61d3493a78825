"""Plots of text keep to their width, show the ends and leave gaps where there is no number."""

from __future__ import annotations

import math

import pytest

from luodi.core.plot import BARS, bars, braille


@pytest.mark.parametrize("count", [1, 2, 7, 40, 300])
def test_a_plot_is_never_wider_than_asked(count):
    values = [math.sin(place) for place in range(count)]
    assert len(bars(values, 16)) == min(count, 16)
    rows = braille(values, 20, 3)
    assert len(rows) == 3 and {len(row) for row in rows} == {20}


def test_the_highest_and_the_lowest_value_are_seen():
    drawn = bars([5.0, 1.0, 3.0], 8)
    assert drawn[0] == BARS[-1] and drawn[1] == BARS[0]
    top, *_, bottom = braille([0.0, 1.0], 4, 3)
    assert top[-1] != "\u2800" and top[0] == "\u2800" and bottom[0] != "\u2800"


def test_what_is_no_number_leaves_a_gap():
    assert bars([1.0, math.nan, 2.0], 8)[1] == " "
    assert set("".join(braille([math.nan] * 3, 4, 2))) == {"\u2800"}
    assert braille([], 2, 1) == ["\u2800\u2800"]
    assert bars([2.0, 2.0], 8) == BARS[4] * 2
