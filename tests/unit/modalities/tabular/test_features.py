"""Features mean what their names say."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np

from luodi.modalities.tabular import features
from luodi.modalities.tabular.codec import NO_TIME
from luodi.modalities.tabular.features import Pair


def test_calendar_parts_agree_with_the_standard_library() -> None:
    moments = np.random.default_rng(0).integers(-(10**16), 6 * 10**16, 3000)
    parts = features.civil(moments, 0)
    for i, micros in enumerate(moments.tolist()):
        moment = datetime(1970, 1, 1) + timedelta(microseconds=micros)
        found = tuple(int(parts[p][i]) for p in ("year", "month", "day", "weekday", "hour"))
        assert found == (moment.year, moment.month, moment.day, moment.weekday(), moment.hour)


def test_a_missing_moment_has_no_parts() -> None:
    parts = features.civil(np.array([NO_TIME, 0]), 0)
    assert all(np.isnan(part[0]) and not np.isnan(part[1]) for part in parts.values())


def test_equal_differences_of_decimal_readings_are_equal_numbers() -> None:
    numbers = np.array([[308.6, 300.0], [308.7, 300.1], [310.9, 302.3]])
    found = features.rounded(features.paired([Pair("difference", 0, 1)], numbers))
    assert len(np.unique(found)) == 1


def test_a_ratio_over_zero_is_missing() -> None:
    found = features.paired([Pair("ratio", 0, 1)], np.array([[1.0, 0.0], [1.0, 4.0]]))
    assert np.isnan(found[0, 0])
    assert found[1, 0] == 0.25


def test_huge_values_are_held_at_the_largest_float32() -> None:
    held = features.rounded(np.array([1e300, -1e300, np.nan]))
    assert held[0] == np.finfo(np.float32).max == -held[1]
    assert np.isnan(held[2])
