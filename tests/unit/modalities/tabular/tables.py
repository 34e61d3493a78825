"""Small made-up tables with every kind of column, and tasks for them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import numpy as np
import polars as pl

from luodi.core.task import Task
from luodi.core.values import Column, Dataset

SHADES = ("red", "green", "blue", "深蓝", "Ünïcode")


def mixed(rows: int = 400, goal: str = "classify", classes: int = 2, seed: int = 0) -> Dataset:
    """Numbers (one with holes), categories (one with holes), a date, and a target they explain."""
    rng = np.random.default_rng(seed)
    speed, torque = rng.uniform(900, 1800, rows), rng.normal(40, 10, rows)
    holes = np.where(rng.random(rows) < 0.2, np.nan, rng.normal(size=rows))
    shade = rng.integers(len(SHADES), size=rows)
    hours = rng.integers(0, 24 * 400, rows)
    signal = (speed * torque / 60_000 - 0.9) + 0.3 * (shade == 1) + 0.2 * np.nan_to_num(holes)
    signal = signal + 0.2 * (hours % 24 > 17) + rng.normal(0, 0.1, rows)
    start = datetime(2023, 1, 1)
    table = pl.DataFrame(
        {
            "Speed [rpm]": speed,
            "Torque [Nm]": torque,
            "holes": pl.Series(holes).fill_nan(None),
            "shade": [SHADES[i] for i in shade],
            "grade": [None if r < 0.1 else "AB"[int(r > 0.5)] for r in rng.random(rows)],
            "when": [start + timedelta(hours=int(h)) for h in hours],
            "y": _target(signal, goal, classes),
        }
    )
    columns = (
        Column("Speed [rpm]", "number", unit="rpm"),
        Column("Torque [Nm]", "number"),
        Column("holes", "number"),
        Column("shade", "category"),
        Column("grade", "category"),
        Column("when", "time", formats=("%Y-%m-%d %H:%M",)),
    )
    labels = "number" if goal == "regress" else "integer"
    return Dataset(table, columns, "y", "sha256:test", "made.csv", labels)  # type: ignore[arg-type]


def _target(signal: np.ndarray, goal: str, classes: int) -> list[Any]:
    if goal == "regress":
        return (signal * 50 + 300).tolist()
    cuts = np.quantile(signal, np.linspace(0, 1, classes + 1)[1:-1])
    return [str(i) for i in np.searchsorted(cuts, signal).tolist()]


def task(goal: str = "classify", **more: Any) -> Task:
    """A task for these tables."""
    return Task.load(
        {
            "name": "made",
            "goal": goal,
            "data": {"source": "made.csv", "target": "y"},
            "budget": "5s",
            **more,
        }
    )
