"""A judge's bench without a graph: a scorer whose answers are a formula over the columns."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest

from luodi.core.task import Task
from luodi.core.values import Artifact, Column, Dataset


@dataclass
class FakeScorer:
    """Answers ``codec["answer"](table)``: probabilities, or values."""

    codec: dict

    @property
    def goal(self):
        return "classify" if self.codec["classes"] else "regress"

    @property
    def classes(self):
        return tuple(self.codec["classes"])

    def score(self, rows):
        given = np.asarray(self.codec["answer"](rows), dtype=float)
        blank = np.zeros(len(rows), bool)
        if self.goal == "regress":
            return SimpleNamespace(value=given, probabilities=None, decision=None, review=blank)
        decision = self.codec.get("decide", lambda p: p.argmax(axis=1))(given)
        review = self.codec.get("review", lambda p: blank)(given)
        return SimpleNamespace(value=None, probabilities=given, decision=decision, review=review)

    def predict(self, rows):
        return {"decision": 0}


def opener(model, codec):
    return FakeScorer(codec)


def artifact(answer, classes=("no", "yes"), **more):
    parity = {"flips": 0, "largest": 1e-9}
    codec = {"answer": answer, "classes": classes, **more}
    return Artifact(b"graph", codec, {}, {}, {}, parity)


def dataset(table, target, kinds=None):
    kinds = kinds or {}
    number = {name for name in table.columns if table.schema[name].is_numeric()}
    columns = tuple(
        Column(name, kinds.get(name, "number" if name in number else "category"))
        for name in table.columns
        if name != target
    )
    return Dataset(table, columns, target, "sha256:0", "made.csv")


def two(chance):
    """Probabilities of two classes."""
    return np.column_stack([1 - np.asarray(chance), chance])


def records(rows=600, seed=0):
    """x drives a rare "yes"; for machine "C" it does not; ``sex`` is noise."""
    random = np.random.default_rng(seed)
    x = random.random(rows)
    machine = random.choice(["A", "B", "C"], rows)
    drive = np.where(machine == "C", 0.5, x)
    truth = random.random(rows) < 0.02 + 0.6 * drive**2
    return pl.DataFrame(
        {
            "x": x,
            "machine": machine,
            "sex": random.choice(["f", "m"], rows),
            "y": np.where(truth, "yes", "no"),
        }
    )


def task(**more):
    given = {"name": "made", "goal": "classify", "data": {"source": "made.csv", "target": "y"}}
    for key, value in more.items():
        given[key] = {**given[key], **value} if isinstance(given.get(key), dict) else value
    return Task.load(given)


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Enough resamples and calls to test with, not to publish."""
    monkeypatch.setattr("luodi.evaluate.resample.MOST", 200)
    monkeypatch.setattr("luodi.evaluate.speed.CALLS", 20)
    monkeypatch.setattr("luodi.evaluate.speed.BATCH_S", 0.01)


@pytest.fixture
def bench():
    """The makers above under one name."""
    return SimpleNamespace(
        opener=opener,
        artifact=artifact,
        dataset=dataset,
        two=two,
        records=records,
        task=task,
        good=artifact(lambda t: two(0.02 + 0.6 * t["x"].fill_null(0.5).to_numpy() ** 2)),
        dumb=artifact(lambda t: two(np.full(len(t), 0.2))),
        worst=artifact(lambda t: two(1 - t["x"].fill_null(0.5).to_numpy())),
    )
