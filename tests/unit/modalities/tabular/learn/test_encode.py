"""Target means never show a row its own truth, and a fold's model nothing of its fold."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from tables import mixed, task  # type: ignore[import-not-found]

from luodi.core.metrics import score
from luodi.core.values import Column, Dataset, Parts, Recipe
from luodi.data.split import split
from luodi.modalities.tabular.learn import encode
from luodi.modalities.tabular.learn.fitted import learner
from luodi.modalities.tabular.learn.tables import Tables
from luodi.modalities.tabular.learn.workshop import TableWorkshop

RNG = np.random.default_rng(0)


def test_a_rows_own_truth_does_not_change_its_target_means() -> None:
    slots, truth = RNG.integers(0, 20, (120, 2)), RNG.random((120, 1))
    rows = np.arange(120)
    before = encode.own(slots, truth, 20, rows, seed=3)
    for row in (0, 17, 119):
        changed = truth.copy()
        changed[row] += 100
        after = encode.own(slots, changed, 20, rows, seed=3)
        np.testing.assert_array_equal(after[row], before[row])
        assert (after != before).any()


def test_a_groups_truth_does_not_change_its_own_target_means() -> None:
    slots, truth = RNG.integers(0, 20, (120, 2)), RNG.random((120, 1))
    rows, groups = np.arange(120), np.arange(120) // 5
    before = encode.own(slots, truth, 20, rows, 3, groups)
    changed = truth.copy()
    changed[groups == 7] += 100
    after = encode.own(slots, changed, 20, rows, 3, groups)
    np.testing.assert_array_equal(after[groups == 7], before[groups == 7])
    assert (after != before).any()


@pytest.mark.parametrize("count", [1, 2, 3])
def test_few_groups_still_give_every_row_its_means(count: int) -> None:
    slots, truth = RNG.integers(0, 5, (30, 2)), RNG.random((30, 1))
    found = encode.own(slots, truth, 5, np.arange(30), 3, np.arange(30) % count)
    assert found.shape == (30, 2) and np.isfinite(found).all()


def test_means_are_smoothed_towards_the_mean_of_all() -> None:
    slots, truth = np.array([[0], [0], [1]]), np.array([[1.0], [1.0], [0.0]])
    found = encode.means(slots, truth, 3, np.arange(3))
    prior = 2 / 3
    np.testing.assert_allclose(
        found[:, 0], [(2 + 10 * prior) / 12, 10 * prior / 11, prior], rtol=1e-12
    )


def test_a_folds_model_sees_nothing_of_its_folds_truth() -> None:
    contract = task(split={"folds": 4})
    parts = split(mixed(), contract)
    before = Tables(parts, contract, None)
    for number, fold in enumerate(parts.folds):
        labels = np.array(parts.train.table["y"].to_list())
        labels[fold] = np.where(labels[fold] == "1", "0", "1")
        turned = parts.train.table.with_columns(pl.Series("y", labels))
        dataset = Dataset(turned, parts.train.columns, "y", "sha256:x", "made.csv", "integer")
        after = Tables(Parts(dataset, parts.holdout, parts.folds, parts.by), contract, None)
        assert before.plan.means is not None and after.plan.means is not None
        np.testing.assert_array_equal(after.plan.means[number], before.plan.means[number])
        rows = before.training_rows(number)
        np.testing.assert_array_equal(
            after.seen("plain", rows, number, learning=True),
            before.seen("plain", rows, number, learning=True),
        )


def test_training_does_not_look_at_the_holdout() -> None:
    contract = task()
    parts = split(mixed(), contract)
    blind = Parts(parts.train, None, parts.folds, parts.by)  # type: ignore[arg-type]
    shop = TableWorkshop(blind, contract)
    *_, member = shop.fit(shop.baselines()[1])
    assert np.isfinite(member.score)


def test_rare_categories_give_no_skill_over_a_random_target() -> None:
    rows = 900
    table = pl.DataFrame(
        {
            "id": [f"v{i}" for i in RNG.integers(0, 300, rows)],
            "other": [f"w{i}" for i in RNG.integers(0, 400, rows)],
            "y": [str(i) for i in RNG.integers(0, 2, rows)],
        }
    )
    columns = (Column("id", "category"), Column("other", "category"))
    contract = task(split={"folds": 4})
    dataset = Dataset(table, columns, "y", "sha256:x", "made.csv", "integer")
    shop = TableWorkshop(split(dataset, contract), contract)
    shop.threads = 1
    for family in ("lightgbm", "linear", "extra_trees"):
        *_, member = shop.fit(Recipe(family, learner(family).DEFAULTS, "plain", 0))
        assert abs(score("roc_auc", shop.truth, member.out_of_fold) - 0.5) < 0.08


def test_many_classes_take_no_memory_for_target_means() -> None:
    rows = 3000
    table = pl.DataFrame(
        {
            "kind": [f"v{i}" for i in RNG.integers(0, 9, rows)],
            "y": [f"c{i % 1000}" for i in range(rows)],
        }
    )
    contract = task(split={"by": "random", "folds": 2})
    dataset = Dataset(table, (Column("kind", "category"),), "y", "sha256:x", "made.csv")
    tables = Tables(split(dataset, contract), contract, None)
    assert tables.plan.means is None and "averaged" not in vars(tables)
