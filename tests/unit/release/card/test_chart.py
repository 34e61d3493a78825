"""Charts: every point inside, round ticks, nothing that a number can break."""

from __future__ import annotations

import math
import re
from itertools import pairwise

import pytest

from luodi.release.card.axes import Axis, around, thinned, tick_label
from luodi.release.card.bars import bar, interval_strip
from luodi.release.card.chart import Series, histogram_chart, line_chart, scatter_chart
from luodi.release.card.frame import HEIGHT, WIDTH

from .tree import Tree

UNIT = Axis("x")


@pytest.mark.parametrize(
    ("low", "high"),
    [(0, 1), (-3, 7), (0.001, 0.0042), (0, 1e9), (5, 5), (-1e-9, 1e-9), (12.3, 12.4)],
)
def test_ticks_are_few_evenly_spaced_and_inside(low, high):
    ticks = Axis("", low, high).ticks()
    assert 1 <= len(ticks) <= 7
    span = high - low
    assert all(low - span * 1e-6 <= tick <= high + span * 1e-6 for tick in ticks)
    gaps = {round((b - a) / (span or 1), 6) for a, b in pairwise(ticks)}
    assert len(gaps) <= 1


@pytest.mark.parametrize(
    ("value", "step", "text"),
    [
        (0.2, 0.2, "0.2"),
        (0.25, 0.25, "0.25"),
        (-10, 5, "−10"),
        (1500, 500, "1,500"),
        (2.5, 2.5, "2.5"),
    ],
)
def test_tick_labels_have_the_places_of_their_step(value, step, text):
    assert tick_label(value, step) == text


def test_points_outside_the_axes_stay_inside_the_drawing():
    wild = [(-5, 9), (0.5, 0.5), (2, -3), (math.inf, math.nan)]
    drawing = line_chart([Series(wild, "model", "m", dots=True)], UNIT, Axis("y"), "s")
    places = re.findall(r'points="([^"]*)"', drawing)[0].split()
    for place in places:
        x, y = map(float, place.split(","))
        assert 0 <= x <= WIDTH and 0 <= y <= HEIGHT
    assert "nan" not in drawing and "inf" not in drawing


def test_long_lines_lose_only_points_that_cannot_be_told_apart():
    line = [(i / 20_000, (i / 20_000) ** 2) for i in range(20_001)]
    kept = thinned(line)
    assert len(kept) < 400 and kept[0] == line[0] and kept[-1] == line[-1]


def test_a_scatter_of_many_points_stays_small():
    points = [(i / 50_000, (i * 7919 % 50_000) / 50_000) for i in range(50_000)]
    assert len(scatter_chart(points, UNIT, UNIT, "s")) < 20_000


def test_a_chart_says_what_it_shows():
    drawing = histogram_chart([(0, 1, 5), (1, 2, 0)], Axis("x", 0, 2), Axis("y", 0, 5), 'a "b" <c>')
    (element,) = (a for a in Tree(drawing).all("svg"))
    assert element["role"] == "img" and element["aria-label"] == 'a "b" <c>'
    assert len(Tree(drawing).all("rect")) == 1


def test_bars_begin_at_zero_and_keep_their_sign():
    axis = Axis("", -1, 1)
    (positive,), (negative,) = Tree(bar(0.5, axis)).all("rect"), Tree(bar(-0.5, axis)).all("rect")
    assert (positive["x"], positive["width"]) == ("50%", "25%")
    assert (negative["x"], negative["width"]) == ("25%", "25%")
    assert bar(None, axis) == ""


def test_a_strip_without_interval_is_a_dot_alone():
    strip = interval_strip(0.5, None, 0.9, UNIT)
    assert len(Tree(strip).all("circle")) == 1 and "interval" not in strip
    assert interval_strip(None, 0, 1, UNIT) == ""


def test_an_axis_around_nothing_or_one_value_has_a_width():
    for values in ([], [None], [3.0], [0.0], [math.nan]):
        axis = around("", values)
        assert axis.high > axis.low
