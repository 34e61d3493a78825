"""Generated sensors: what is planted is known, so what is found can be judged."""

from __future__ import annotations

import numpy as np

from luodi.core import sketch
from luodi.core.modality import Observed
from luodi.modalities.reference import counts
from luodi.modalities.reference.season import Laid, season
from luodi.monitor import window
from luodi.monitor.reference import Reference
from luodi.monitor.watching import Seen, look

DAY = 86_400_000_000


def sensors(rows: int, columns: int, seed: int, memory: float = 0.0) -> np.ndarray:
    """Normal sensors; with a memory each is an autoregression of that coefficient."""
    random = np.random.default_rng(seed)
    values = random.normal(size=(rows, columns))
    for row in range(1, rows if memory else 0):
        values[row] = memory * values[row - 1] + (1 - memory**2) ** 0.5 * values[row]
    return values


def named(values: np.ndarray) -> dict[str, np.ndarray]:
    return {f"s{i}": values[:, i] for i in range(values.shape[1])}


def reference_of(values: np.ndarray, *, timed: bool = False, seconds: float | None = None):
    """What training on these records would leave in a release."""
    columns = {name: {"kind": "number", **counts.binned(v)} for name, v in named(values).items()}
    data = {"rows": len(values), "columns": columns, "answers": {}}
    if timed:
        laid = {}
        for name, v in named(values).items():
            edges = np.asarray(columns[name]["edges"])
            laid[name] = Laid(sketch.codes(v, edges), len(edges) - 1, v)
        data["season"] = season(laid, seconds)
    return Reference.from_json(data)


def observed(values: np.ndarray) -> Observed:
    return Observed(len(values), named(values), {}, {})


def seen(reference: Reference, values: np.ndarray, number: int = 0, length: int = DAY) -> Seen:
    counted = window.counted(reference, observed(values))
    return Seen(number * length, (number + 1) * length, counted)


def watched(reference: Reference, windows, length: int = DAY, **given) -> list[Seen]:
    """Look at windows one after another."""
    found: list[Seen] = []
    for number, values in enumerate(windows):
        found.append(look(reference, seen(reference, values, number, length), found, **given))
    return found


def findings(windows: list[Seen]) -> set[tuple[str, str | None]]:
    """Code and column of everything that lasted."""
    return {(one.code, one.column) for window in windows for one in window.findings}
