"""Rows until one of 20 sensors is named that shifted, drifts, died, or changed its unit.

A sensor that drifts moves by a twentieth of a deviation a window, and training has no time: what
quiet windows teach must not make it a habit. After 20 quiet windows the trouble begins at the
start of a window; counted are the rows from there until an alarm names the sensor and nothing
else.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from bench.options import Options
from bench.result import Result, end
from bench.sensors import DAY_S, Floats, frame, reference_of, walk, watched

COLUMNS, TRAINED, QUIET, AFTER = 20, 40_000, 20, 60
ROWS = 200
BROKEN_SENSOR = 7


def shifted(values: Floats) -> None:
    values[:, BROKEN_SENSOR] += 1.0


def dead(values: Floats) -> None:
    values[:, BROKEN_SENSOR] = 0.5


def other_unit(values: Floats) -> None:
    values[:, BROKEN_SENSOR] = values[:, BROKEN_SENSOR] + 273.15


def drifting(values: Floats) -> None:
    values[:, BROKEN_SENSOR] += np.arange(len(values)) / ROWS * 0.05


TROUBLES: dict[str, tuple[Callable[[Floats], None], str, bool]] = {
    "shift by 1 deviation": (shifted, "alarm.shift", True),
    "dead": (dead, "alarm.dead", True),
    "°C -> K": (other_unit, "alarm.unit", True),
    "drift, no time in training": (drifting, "alarm.shift", False),
}


def delay(trouble: str, rows: int, memory: float, seed: int) -> tuple[int | None, bool]:
    """Rows until the sensor is named, and whether that name was right at once; None for never."""
    change, code, timed = TROUBLES[trouble]
    values = walk(TRAINED + (QUIET + AFTER) * rows, COLUMNS, seed, memory)
    live = values[TRAINED:]
    change(live[QUIET * rows :])
    reference = reference_of(frame(values[:TRAINED]), row_s=60.0 if timed else None)
    windows = [frame(part) for part in np.split(live, QUIET + AFTER)]
    seconds = min(DAY_S, rows * 60.0)
    found = watched(reference, windows[:QUIET], seconds, [])
    for number in range(AFTER):
        found = watched(reference, windows[QUIET + number : QUIET + number + 1], seconds, found)
        named = {(one.code, one.column) for one in found[-1].findings}
        if f"s{BROKEN_SENSOR}" in {column for _, column in named}:
            return (number + 1) * rows, named == {(code, f"s{BROKEN_SENSOR}")}
    return None, False


def measured(options: Options) -> list[Result]:
    """Every trouble, with sensors that forget at once and sensors that remember."""
    repeats = 1 if options.quick else 10
    results = []
    for trouble in TROUBLES:
        for memory in (0.0, 0.9):
            delays = [delay(trouble, ROWS, memory, seed) for seed in range(repeats)]
            known = [found for found, _ in delays if found is not None]
            right = sum(named for _, named in delays)
            results.append(
                Result(
                    figure="sensor_shift",
                    title="one of 20 sensors in trouble",
                    measure=f"{trouble}, memory {memory:g}: rows until named",
                    values={"luodi": known or [0.0]},
                    wanted="found and named",
                    reached=len(known) == repeats,
                    protocol=f"{repeats} streams, windows of {ROWS} rows, {QUIET} quiet ones "
                    f"before, at most {AFTER} after",
                    against=f"{len(known)} of {repeats} found, {right} with the right cause at "
                    "once and no other column",
                    details={"delays": delays},
                )
            )
    return results


if __name__ == "__main__":
    end(__doc__, measured)
