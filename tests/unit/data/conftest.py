"""A small table with its task, as the reader would hand it over."""

import numpy as np
import polars as pl
import pytest

from luodi.core.task import Task
from luodi.core.values import Column, Dataset


@pytest.fixture
def made():
    """Builds (dataset, task) with two numbers and a target of the given classes."""

    def build(truth, notes=(), extra=None, **content):
        truth = pl.Series("y", truth)
        draw = np.random.default_rng(0)
        columns = {name: draw.normal(0, 1, len(truth)) for name in ("a", "b")} | (extra or {})
        table = pl.DataFrame(columns).with_columns(truth)
        data = {"source": "a.csv", "target": "y", **content.pop("data", {})}
        task = Task.load({"name": "a", "goal": "classify", "data": data, **content})
        kinds = tuple(Column(name, "number") for name in columns)
        return Dataset(table, kinds, "y", "sha256:0", "a.csv", notes=tuple(notes)), task

    return build


@pytest.fixture
def halves():
    """A truth of ``rows`` rows, ``positives`` of them "bad", well mixed."""

    def build(rows, positives):
        truth = np.where(np.random.default_rng(1).permutation(rows) < positives, "bad", "good")
        return truth.tolist()

    return build
