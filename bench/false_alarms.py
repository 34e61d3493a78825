"""Alarms in 1,000 windows in which nothing is wrong, against the promised budget.

Six streams: independent sensors, with and without a time in training; sensors that remember
(autoregressions of 0.9 and 0.99 from row to row), likewise; and the weather of the bike sharing
data, whose second year is watched with the first as training, over and over with other starts of
the week, so that its windows overlap and 1,000 of them hold far less news than 1,000. Beside each
the windows that Evidently's defaults would flag, where it is installed.
"""

from __future__ import annotations

import os
from importlib.util import find_spec
from typing import NamedTuple

import numpy as np
import polars as pl

from bench.options import Options
from bench.result import Result, end
from bench.sensors import DAY_S, alarms, frame, reference_of, walk, watched
from luodi.monitor.budget import TO_INPUTS, Budget

COLUMNS, TRAINED, ROWS = 20, 40_000, 500
MOST_COMPARED = 40
WEATHER = ("hr", "weekday", "temp", "atemp", "hum", "windspeed")


class Stream(NamedTuple):
    """Training, windows in which nothing is wrong, and the seconds between rows and windows."""

    name: str
    trained: pl.DataFrame
    windows: list[pl.DataFrame]
    row_s: float | None
    window_s: float


def sensors(name: str, windows: int, memory: float, timed: bool) -> Stream:
    """Generated sensors; a window is a day."""
    values = walk(TRAINED + windows * ROWS, COLUMNS, 3, memory)
    live = [frame(part) for part in np.split(values[TRAINED:], windows)]
    return Stream(name, frame(values[:TRAINED]), live, DAY_S / ROWS if timed else None, DAY_S)


def bikes(options: Options, windows: int) -> Stream | None:
    """Weather: the first year trains, weeks of the second are watched."""
    source = options.data / "bike_sharing" / "hour.csv"
    if not source.exists():
        return None
    table = pl.read_csv(source).select(pl.col(name).cast(pl.Float64) for name in WEATHER)
    half = table.height // 2
    trained, later = table.head(half), table.tail(table.height - half)
    week = 168
    live = []
    for shift in range(week):
        starts = range(shift, later.height - week + 1, week)
        live += [later.slice(start, week) for start in starts]
        if len(live) >= windows:
            break
    return Stream("season (bike sharing)", trained, live[:windows], 3600.0, 7 * DAY_S)


def flagged_by_evidently(stream: Stream) -> float | None:
    """Share of windows in which Evidently's defaults flag at least one column."""
    if not find_spec("evidently"):
        return None
    os.environ["DO_NOT_TRACK"] = "1"
    from evidently import Report  # type: ignore[import-not-found]
    from evidently.presets import DataDriftPreset  # type: ignore[import-not-found]

    before = stream.trained.to_pandas()
    some = stream.windows[:MOST_COMPARED]
    hits = 0
    for window in some:
        ran = Report([DataDriftPreset()]).run(window.to_pandas(), before)
        counted = [one["value"]["count"] for one in ran.dict()["metrics"] if "count" in
                   (one["value"] if isinstance(one["value"], dict) else {})]  # fmt: skip
        hits += bool(counted and counted[0] > 0)
    return hits / len(some)


def judged(stream: Stream) -> Result:
    """Alarms of one stream."""
    reference = reference_of(stream.trained, stream.row_s)
    found = watched(reference, stream.windows, stream.window_s, [])
    raised = alarms(found)
    budget = Budget()
    days = len(found) * stream.window_s / DAY_S
    allowed = budget.alarms * TO_INPUTS * days / budget.days
    theirs = flagged_by_evidently(stream)
    # an expectation is promised: more than twice its deviation above it would refute it
    most = allowed + 2 * allowed**0.5
    beside = "Evidently is not installed"
    if theirs is not None:
        beside = f"Evidently's defaults flag {theirs:.0%} of the windows"
    return Result(
        figure="false_alarms",
        title="alarms while nothing is wrong",
        measure=stream.name,
        values={"luodi": [raised]},
        wanted=f"<= {allowed:.1f} expected",
        reached=raised <= most,
        protocol=f"{len(found)} windows of {stream.window_s / DAY_S:g} days, "
        f"{len(reference.columns)} columns, half of one alarm in 90 days for inputs",
        against=f"{sum(bool(w.flags) for w in found)} windows flagged before they must last; "
        f"{beside}",
        details={"allowed": allowed, "raised": raised},
    )


def measured(options: Options) -> list[Result]:
    """Every stream."""
    windows = 60 if options.quick else 1000
    streams = [
        sensors("independent, no time in training", windows, 0.0, False),
        sensors("independent", windows, 0.0, True),
        sensors("memory 0.9", windows, 0.9, True),
        sensors("memory 0.99", windows, 0.99, True),
        sensors("memory 0.99, no time in training", windows, 0.99, False),
        bikes(options, windows),
    ]
    return [judged(stream) for stream in streams if stream is not None]


if __name__ == "__main__":
    end(__doc__, measured)
