"""Training again has a reason each time, and never comes from too little."""

from __future__ import annotations

import pytest

from luodi.core.task import Improve
from luodi.improve.trigger import FEWEST, GOT_WORSE, Standing, due

DAY = 86_400_000_000


def standing(**given):
    return Standing(**{"now": 100 * DAY, "known": 0, "used": 0, "since": 90 * DAY} | given)


@pytest.mark.parametrize(
    ("given", "rules", "asked", "why"),
    [
        ({"known": 499}, {}, False, None),
        ({"known": 500}, {}, False, "outcomes"),
        ({"known": 800, "used": 400}, {}, False, None),
        ({"known": 900, "used": 400}, {}, False, "outcomes"),
        ({"known": FEWEST}, {}, True, "asked"),
        ({"known": FEWEST - 1}, {}, True, None),
        ({"known": 60, "alarm": GOT_WORSE, "alarm_since": 95 * DAY}, {}, False, "alarm"),
        ({"known": 60, "alarm": GOT_WORSE, "alarm_since": 80 * DAY}, {}, False, None),
        ({"known": 60, "alarm": "alarm.broken", "alarm_since": 95 * DAY}, {}, False, None),
        (
            {"known": 60, "alarm": GOT_WORSE, "alarm_since": 95 * DAY},
            {"on_alarm": False},
            False,
            None,
        ),
        ({"known": 60}, {"every": "10d"}, False, "schedule"),
        ({"known": 60}, {"every": "11d"}, False, None),
    ],
)
def test_there_is_one_reason_or_none(given, rules, asked, why):
    assert due(Improve(**rules), standing(**given), asked=asked) == why
