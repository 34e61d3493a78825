"""A batch of a million rows, beside LightGBM's own predict with the very same trees.

luodi starts from the raw frame and gives probabilities and decisions; LightGBM gets the finished
float32 matrix and gives raw scores. Both use all cores.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from bench import at_hand, clock
from bench.options import Options
from bench.result import Result, end

ROWS, ROUNDS = 1_000_000, 5


@dataclass(frozen=True)
class Twins:
    """One LightGBM model as a graph and as itself.

    Attributes:
        scorer: The graph.
        native: The booster, its rounds and the places of its columns.
        plan: How records become its features.
    """

    scorer: Any
    native: Any
    plan: Any


def measured(options: Options) -> list[Result]:
    """Time both in turns on the same rows."""
    with tempfile.TemporaryDirectory() as folder:
        twins = _twins(Path(folder), options)
    rows = 20_000 if options.quick else ROWS
    frame = at_hand.machines(rows, seed=2).drop(at_hand.TARGET)
    matrix = _matrix(twins, frame)
    booster, used = twins.native.native, twins.native.rounds
    calls = {
        "luodi": lambda: twins.scorer.score(frame),
        "LightGBM": lambda: booster.predict(matrix, raw_score=True, num_iteration=used),
    }
    rounds = 2 if options.quick else ROUNDS
    took = clock.in_turns(calls, 1, rounds)
    faster = clock.ratios(took, "LightGBM", "luodi")
    middle = clock.median(faster)
    speed = {who: rows / clock.median(values) for who, values in took.items()}
    result = Result(
        figure="batch",
        title=f"a batch of {rows:,} rows",
        measure="throughput / LightGBM's own",
        values={"luodi": faster},
        wanted=">= 1",
        reached=middle >= 1,
        protocol=f"same trees, {used} rounds; generated machine records; {rounds} rounds",
        against=", ".join(f"{who} {value / 1e3:,.0f} k rows/s" for who, value in speed.items()),
        details={"median": middle, "rows_per_second": speed},
    )
    return [result]


def _twins(folder: Path, options: Options) -> Twins:
    """Fit luodi's first LightGBM recipe on all rows and convert it."""
    from luodi import data, train
    from luodi.core.task import Task
    from luodi.modalities import modality
    from luodi.runtime.score import Scorer

    at_hand.machines(1500 if options.quick else 10_000).write_parquet(folder / "m.parquet")
    source = {"source": str(folder / "m.parquet"), "target": at_hand.TARGET}
    task = Task.load({"name": "batch", "goal": "classify", "data": source})
    kind = modality("tabular")
    parts = data.split(kind.read(task), task, None)
    workshop = kind.workshop(parts, task)
    recipe = next(r for r in workshop.portfolio() if r.family == "lightgbm")
    found = train.replay(workshop, [recipe])
    candidate = train.replayed(found, [1.0], "single", workshop, task)
    candidate = train.finished(candidate, workshop)
    artifact = kind.converted(candidate)
    scorer = Scorer(artifact.model, artifact.codec)
    return Twins(scorer, candidate.members[0].models[0], candidate.prepared.plan)


def _matrix(twins: Twins, frame: pl.DataFrame) -> np.ndarray:
    """The features of the booster, ready made."""
    from luodi.modalities.tabular import features

    codec = twins.scorer.codec
    columns = {
        name: column.to_numpy() if column.dtype != pl.String else np.asarray(column, object)
        for name, column in zip(frame.columns, frame.get_columns(), strict=True)
    }
    batch = codec.encode_columns(columns, frame.height)
    whole = features.matrix(twins.plan, batch)
    return np.ascontiguousarray(whole[:, twins.native.columns])


if __name__ == "__main__":
    end(__doc__, measured)
