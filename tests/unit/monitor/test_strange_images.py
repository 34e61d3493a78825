"""Images that a release finds strange raise an alarm; usual ones do not, however long."""

from __future__ import annotations

import json
from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest

from luodi.core.modality import Observed
from luodi.core.session import STRANGENESS
from luodi.modalities.reference import counts
from luodi.monitor import intake, window
from luodi.monitor.causes import BROKEN
from luodi.monitor.reference import Reference
from luodi.monitor.watching import Seen, look
from unit.monitor.streams import DAY, findings

LIGHT = ("brightness", "contrast", "sharpness")
FRESH, ROWS = 300, 250
FURTHEST = np.sqrt(35.0)


def usual(rows: int, random: np.random.Generator) -> np.ndarray:
    """How strange usual images are: a share of about 1 % above 1."""
    return np.sqrt(random.chisquare(19, rows)) / FURTHEST


def reference(seed: int, season: dict | None = None) -> Reference:
    """Counted from few images that were not learned from, light from many that were."""
    random = np.random.default_rng(seed)
    columns = {name: random.normal(size=4000) for name in LIGHT}
    columns[STRANGENESS] = usual(FRESH, random)
    held = {name: {"kind": "number", **counts.binned(one)} for name, one in columns.items()}
    return Reference.from_json({"rows": 4000, "columns": held, "answers": {}, "season": season})


def day(own: Reference, number: int, strangeness: np.ndarray, random) -> Seen:
    numbers = {name: random.normal(size=len(strangeness)) for name in LIGHT}
    seen = Observed(len(strangeness), {**numbers, STRANGENESS: strangeness}, {}, {})
    return Seen(number * DAY, (number + 1) * DAY, window.counted(own, seen))


def watched(own: Reference, days, seed: int) -> list[Seen]:
    random, found = np.random.default_rng(seed), []
    for number, strangeness in enumerate(days):
        found.append(look(own, day(own, number, strangeness, random), found))
    return found


def test_usual_images_raise_no_alarm_within_the_budget():
    alarmed = 0
    for seed in range(6):
        random = np.random.default_rng(100 + seed)
        days = [usual(ROWS, random) for _ in range(90)]
        seen = watched(reference(seed), days, seed)
        alarmed += bool(findings(seen))
    # one in 90 days is allowed, half of it for inputs: three in six such spans
    assert alarmed <= 3


@pytest.mark.parametrize("strange", [1.6, 4.0, 500.0])
@pytest.mark.parametrize("before", [0, 20])
def test_a_fifth_of_foreign_images_raises_an_alarm_in_two_days(strange, before):
    random = np.random.default_rng(7)
    quiet = [usual(ROWS, random) for _ in range(before)]
    foreign = []
    for _ in range(2):
        one = usual(ROWS, random)
        one[: ROWS // 5] = strange * random.uniform(0.8, 1.3, ROWS // 5)
        foreign.append(one)
    seen = watched(reference(1), quiet + foreign, 3)
    assert not findings(seen[:before])
    assert STRANGENESS in {column for _, column in findings(seen[before:])}
    (code,) = [code for code, column in findings(seen[-1:]) if column == STRANGENESS]
    if strange >= 4:
        assert code == "alarm.unlike" and code in BROKEN


def test_images_ten_times_as_strange_are_not_taken_for_another_unit():
    random = np.random.default_rng(8)
    seen = watched(reference(1), [10 * usual(ROWS, random) for _ in range(2)], 3)
    assert (("alarm.unlike", STRANGENESS)) in findings(seen)


def test_what_the_ledger_keeps_of_an_answer_is_what_is_counted():
    own = reference(2)
    kind = SimpleNamespace(
        observed=lambda codec, records: Observed(
            len(records), {name: np.zeros(len(records)) for name in LIGHT}, {}, {}
        )
    )
    promise = SimpleNamespace(classes=("a", "b"))
    one = SimpleNamespace(reference=own, promise=promise, codec={}, kind=kind)
    details = [{"warnings": [], STRANGENESS: value} for value in (0.5, 0.8, 90.0)] + [{}]
    frame = pl.DataFrame(
        {
            "record": ["{}"] * 4,
            "details": [json.dumps(each) for each in details],
            "decision": ["a"] * 4,
            "probability": [0.1] * 4,
            "action": ["accept"] * 4,
        }
    )
    part = intake._counted(one, frame).columns[STRANGENESS]
    assert (part.known, part.missing, part.far, part.above) == (3, 1, 1, 1)
