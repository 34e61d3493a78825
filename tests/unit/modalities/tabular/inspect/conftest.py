"""Tables made for one fault each, and clean ones on which every detector must be silent."""

import os
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from luodi.core.task import Task
from luodi.core.values import Column, Dataset

KINDS = {pl.Float64: "number", pl.String: "category"}


def dataset_of(frame, target="y", goal="classify", **task):
    """A dataset and its task, typed as the reader types them."""
    data = {"source": "a.csv", "target": target, **task.pop("data", {})}
    loaded = Task.load({"name": "a", "goal": goal, "data": data, **task})
    truth = pl.Float64 if goal == "regress" else pl.String
    number = pl.selectors.numeric() - pl.selectors.by_name(target, require_all=False)
    table = frame.with_columns(number.cast(pl.Float64), pl.col(target).cast(truth))
    columns = tuple(
        Column(name, KINDS.get(table[name].dtype.base_type(), "time"))
        for name in table.columns
        if name != target and name not in loaded.ignored
    )
    return Dataset(table, columns, target, "sha256:0", "a.csv"), loaded


def clean_frame(rows=600, seed=0, goal="classify"):
    """Honest records: numbers, a count, categories, some values missing, an overlapping target."""
    draw = np.random.default_rng(seed)
    size = draw.normal(50, 10, rows)
    speed = draw.lognormal(1, 0.5, rows)
    kind = draw.choice(["L", "M", "H"], rows, p=[0.6, 0.3, 0.1])
    count = draw.poisson(3, rows)
    signal = (size - 50) / 10 + 0.8 * np.log(speed) + 0.5 * (kind == "H") + draw.normal(0, 1, rows)
    truth = signal if goal == "regress" else np.where(signal > 1.2, "bad", "good")
    gappy = np.where(draw.random(rows) < 0.1, np.nan, draw.uniform(0, 5, rows))
    columns = {"size": size, "speed": speed, "kind": kind, "count": count, "gappy": gappy}
    return pl.DataFrame(columns | {"y": truth}).with_columns(pl.col("gappy").fill_nan(None))


@pytest.fixture
def made():
    """Builds (dataset, task) from a frame."""
    return dataset_of


@pytest.fixture
def clean():
    """Builds a frame of honest records."""
    return clean_frame


@pytest.fixture
def codes():
    """Inspects a frame and answers with (code, column) of each finding."""
    from luodi.modalities.tabular.inspect import inspect

    def run(frame, **task):
        return [(f.code, f.column) for f in inspect(*dataset_of(frame, **task))]

    return run


@pytest.fixture
def findings():
    """Inspects a frame and answers with its findings by code."""
    from luodi.modalities.tabular.inspect import inspect

    def run(frame, **task):
        return {finding.code: finding for finding in inspect(*dataset_of(frame, **task))}

    return run


@pytest.fixture
def real():
    """The path of a real data file, or a skip."""
    root = Path(__file__).resolve().parents[5]
    folder = Path(os.environ.get("LUODI_DATA", root.parent / "shared" / "data"))

    def find(name):
        if not (folder / name).exists():
            pytest.skip(f"{name} is not here; set LUODI_DATA")
        return folder / name

    return find
