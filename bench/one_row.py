"""One row from a Python dict, in process, beside a bare onnxruntime call on the same graph.

A scikit-learn pipeline and LightGBM's own predict, with default models on the same records,
stand beside it: they are what people use instead, not the same model.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl

from bench import at_hand, clock
from bench.options import Options
from bench.result import Result, end

ROUNDS, TIMES = 31, 200


def measured(options: Options) -> list[Result]:
    """Time all contestants in turns."""
    import luodi

    with tempfile.TemporaryDirectory() as folder:
        release = luodi.load(at_hand.release(Path(folder), options))
    table = at_hand.machines(2000, seed=1)
    row = table.drop(at_hand.TARGET).row(0, named=True)
    feeds = dict(release.scorer.codec.encode_row(row).feeds)
    session, names = release.scorer.session.native, release.scorer.session.names
    calls: dict[str, Callable[[], object]] = {
        "luodi": lambda: release.predict(row),
        "onnxruntime": lambda: session.run(names, feeds),
        **_usual(table, row),
    }
    rounds, times = (3, 20) if options.quick else (ROUNDS, TIMES)
    took = clock.in_turns(calls, times, rounds)
    ratios = clock.ratios(took, "luodi", "onnxruntime")
    middle = clock.median(ratios)
    micros = {who: round(1e6 * clock.median(values), 1) for who, values in took.items()}
    result = Result(
        figure="one_row",
        title="one row, in process",
        measure="time / bare onnxruntime",
        values={"luodi": ratios},
        wanted="<= 2",
        reached=middle <= 2,
        protocol=f"generated machine records; median of {rounds} rounds of {times} calls",
        against=", ".join(f"{who} {value:,.0f} µs" for who, value in micros.items()),
        details={"median": middle, "micros": micros, "model_mb": len(release.members.model) / 1e6},
    )
    return [result]


def _usual(table: pl.DataFrame, row: dict[str, Any]) -> dict[str, Callable[[], object]]:
    """What people use instead: a pipeline on a one-row frame, a booster on a one-row array."""
    import pandas
    from lightgbm import LGBMClassifier
    from sklearn.compose import ColumnTransformer
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder

    features = pandas.DataFrame(table.drop(at_hand.TARGET).to_dict(as_series=False))
    target = table[at_hand.TARGET].to_numpy()
    encoder = ColumnTransformer([("type", OneHotEncoder(), ["Type"])], remainder="passthrough")
    pipeline = make_pipeline(encoder, HistGradientBoostingClassifier()).fit(features, target)
    numbers = features.drop(columns="Type").to_numpy()
    booster = LGBMClassifier(verbose=-1, n_jobs=1).fit(numbers, target).booster_
    one = numbers[:1]
    return {
        "scikit-learn pipeline": lambda: pipeline.predict_proba(pandas.DataFrame([row])),
        "LightGBM array": lambda: booster.predict(one, num_threads=1),
    }


if __name__ == "__main__":
    end(__doc__, measured)
