"""A release to time, built from generated machine records."""

from __future__ import annotations

import os
from pathlib import Path

import polars as pl

from bench.options import Options
from luodi.testing import generate

LONGEST_BUILD_S = 30.0
HIDDEN = ("UDI", "Product ID", "TWF", "HDF", "PWF", "OSF", "RNF")
TARGET = "Machine failure"


def machines(rows: int, seed: int = 0) -> pl.DataFrame:
    """Generated machine records without identifiers and failure modes."""
    return generate.machine_failure(rows, seed).drop(HIDDEN)


def release(folder: Path, options: Options) -> Path:
    """Build a release on 10,000 generated records and give its path."""
    import luodi

    os.environ["LUODI_KEY_DIR"] = str(folder)
    machines(1500 if options.quick else 10_000).write_parquet(folder / "machines.parquet")
    task = {
        "name": "machine-failure",
        "goal": "classify",
        "data": {"source": str(folder / "machines.parquet"), "target": TARGET},
        "budget": min(options.budget_s, LONGEST_BUILD_S),
    }
    luodi.build(task, output=folder / "machines.luodi", force=True)
    return folder / "machines.luodi"
