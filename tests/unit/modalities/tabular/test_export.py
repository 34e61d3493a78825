"""Odd tables become graphs too, and the papers of a release tell what it was built for."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest
from tables import mixed, task  # type: ignore[import-not-found]

from luodi import train
from luodi.core.values import Artifact, Candidate, Column, Dataset, Recipe
from luodi.data.split import split
from luodi.modalities.tabular import importance, parity
from luodi.modalities.tabular.export import converted, proven
from luodi.modalities.tabular.learn.fitted import learner
from luodi.modalities.tabular.learn.workshop import TableWorkshop
from luodi.train.compose import candidate

ROWS = 160
RNG = np.random.default_rng(0)
TRUTH = RNG.integers(0, 2, ROWS)
HOURS = [datetime(2024, 1, 1) + timedelta(hours=int(h)) for h in RNG.integers(0, 9000, ROWS)]
LONELY: dict[str, tuple[str, list[Any]]] = {
    "one number": ("number", (TRUTH + RNG.normal(0, 0.5, ROWS)).tolist()),
    "a number that never changes": ("number", [3.5] * ROWS),
    "a number that is never there": ("number", [None] * ROWS),
    "one category": ("category", [f"v{t}{i % 3}" for i, t in enumerate(TRUTH)]),
    "a category of names": ("category", [f"name {i}" for i in range(ROWS)]),
    "one moment": ("time", HOURS),
    "a moment that never changes": ("time", [HOURS[0]] * ROWS),
}


def dataset(columns: dict[str, tuple[str, list[Any]]]) -> Dataset:
    kinds = {"number": pl.Float64, "category": pl.String, "time": pl.Datetime("us")}
    series = [pl.Series(n, values, kinds[kind]) for n, (kind, values) in columns.items()]
    table = pl.DataFrame([*series, pl.Series("y", [str(t) for t in TRUTH])])
    named = tuple(Column(n, kind) for n, (kind, _) in columns.items())  # type: ignore[arg-type]
    return Dataset(table, named, "y", "sha256:x", "made.csv", "integer")


def exported(found: Dataset, *families: str, **more: Any) -> tuple[Candidate, Artifact]:
    """Families fitted, as one proven artifact."""
    contract = task(split={"folds": 2}, **more)
    parts = split(found, contract)
    shop = TableWorkshop(parts, contract)
    shop.threads = 1
    members = []
    for family in families:
        *_, member = shop.fit(Recipe(family, learner(family).DEFAULTS, "plain", 0))
        members.append(shop.shipped(member, single=False))
    shares = (1 / len(members),) * len(members)
    made = candidate("made", tuple(members), shares, shop, contract)
    return made, proven(converted(made), made, parts, contract)


@pytest.mark.parametrize("name", LONELY)
def test_a_table_of_one_column_becomes_a_graph(name: str) -> None:
    _, artifact = exported(dataset({"only": LONELY[name]}), "linear", "lightgbm")
    assert artifact.parity["passed"]
    assert [column for column, _ in artifact.importance] == ["only"]


def test_a_search_over_a_table_that_says_nothing_ends_with_a_candidate() -> None:
    contract = task(split={"folds": 2})
    parts = split(dataset({"only": LONELY["a number that never changes"]}), contract)
    shop = TableWorkshop(parts, contract)
    shop.threads = 1
    found = train.search(shop, train.Clock(0.5))
    assert train.compose(found, shop, contract)


def test_a_release_tells_the_metric_it_was_built_for() -> None:
    assert exported(mixed(), "linear")[1].plan["metric"] == "roc_auc"
    assert exported(mixed(), "linear", metric="brier")[1].plan["metric"] == "brier"


def test_a_release_carries_how_many_reviews_a_day_there_can_be() -> None:
    assert "review" not in exported(mixed(), "linear")[1].plan
    planned = exported(mixed(), "linear", review={"per_day": 7})[1].plan
    assert planned["review"] == {"per_day": 7}


def test_ties_between_trees_do_not_break_parity() -> None:
    flags = {f"flag {i}": ("number", RNG.integers(0, 2, ROWS).astype(float).tolist()) for i in "ab"}
    _, artifact = exported(dataset(flags), "extra_trees", metric="accuracy")
    assert artifact.parity["passed"]


def test_a_wide_table_is_explained_by_the_columns_that_models_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    calls: list[str] = []
    real = importance._shuffled
    monkeypatch.setattr("luodi.modalities.tabular.export.WIDE", 10)
    monkeypatch.setattr("luodi.modalities.tabular.export.effort", lambda *_: (100, 1))

    def counted(batch: Any, kind: str, place: int, rng: Any) -> Any:
        calls.append(kind)
        return real(batch, kind, place, rng)

    monkeypatch.setattr(importance, "_shuffled", counted)
    noise = {f"n{i}": ("number", RNG.normal(size=ROWS).tolist()) for i in range(60)}
    wide = dataset({**noise, "telling": LONELY["one number"]})
    made, artifact = exported(wide, "xgboost")
    read = parity.columns_read(made)
    assert len(calls) == len(read)
    assert artifact.importance[0][0] == "telling"
    assert len(artifact.importance) == 61


def test_every_place_of_the_matrix_knows_its_columns() -> None:
    contract = task(split={"folds": 2})
    tables = TableWorkshop(split(mixed(), contract), contract).tables
    plan = tables.plan
    everything = plan.sources(np.arange(plan.pairs_from))
    assert everything == set(tables.codec.names)
    first_mean = plan.width
    assert plan.sources(np.array([first_mean, first_mean + 1])) == {"shade", "grade"}
