"""Time to look for drift in 1 M rows x 20 columns, from a frame to a verdict on every column.

Beside Evidently's drift preset on the same frames where Evidently is installed; it gets fewer
rows when it is slow, and both are compared by values a second.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from importlib.util import find_spec

import polars as pl

from bench.options import Options
from bench.result import Result, end
from bench.sensors import DAY_S, frame, reference_of, walk, watched

COLUMNS, TRAINED = 20, 200_000
TIMES = 50.0


def timed(work: Callable[[], object], repeats: int) -> list[float]:
    """Seconds of each run."""
    found = []
    for _ in range(repeats):
        began = time.perf_counter()
        work()
        found.append(time.perf_counter() - began)
    return found


def evidently(trained: pl.DataFrame, live: pl.DataFrame) -> None:
    """Evidently's drift preset with its defaults."""
    os.environ["DO_NOT_TRACK"] = "1"
    from evidently import Report  # type: ignore[import-not-found]
    from evidently.presets import DataDriftPreset  # type: ignore[import-not-found]

    Report([DataDriftPreset()]).run(live.to_pandas(), trained.to_pandas())


def measured(options: Options) -> list[Result]:
    """Time both."""
    rows, repeats = (100_000, 1) if options.quick else (1_000_000, 5)
    trained, live = frame(walk(TRAINED, COLUMNS, 1)), frame(walk(rows, COLUMNS, 2))
    reference = reference_of(trained, row_s=60.0)
    ours = timed(lambda: watched(reference, [live], DAY_S, []), repeats)
    values = {"luodi": [rows * COLUMNS / s / 1e6 for s in ours]}
    reached, against = None, "Evidently is not installed"
    if find_spec("evidently"):
        some = live.head(20_000 if options.quick else 100_000)
        theirs = timed(lambda: evidently(trained.head(len(some)), some), 1)
        values["Evidently"] = [len(some) * COLUMNS / s / 1e6 for s in theirs]
        times = max(values["luodi"]) / max(values["Evidently"])
        reached, against = times >= TIMES, f"{times:,.0f}x Evidently"
    result = Result(
        figure="drift_speed",
        title=f"drift of {rows:,} rows x {COLUMNS} columns",
        measure="million values a second",
        values=values,
        wanted=f">= {TIMES:g}x Evidently",
        reached=reached,
        protocol=f"best of {repeats}; from a frame of Polars to evidence, season included",
        against=f"{against}; {min(ours):.2f} s",
        details={"seconds": ours},
    )
    return [result]


if __name__ == "__main__":
    end(__doc__, measured)
