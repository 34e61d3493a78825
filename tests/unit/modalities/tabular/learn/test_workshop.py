"""Fits are out of fold, end when asked to, and come out the same again."""

from __future__ import annotations

import time
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import polars as pl
import pytest
from tables import mixed, task  # type: ignore[import-not-found]

from luodi.core.errors import LuodiError
from luodi.core.metrics import positive_index, score
from luodi.core.values import Column, Dataset, Recipe
from luodi.data.split import split
from luodi.modalities.tabular.features import Pair
from luodi.modalities.tabular.learn import enrich, extra_trees, linear, portfolio
from luodi.modalities.tabular.learn import job as job_module
from luodi.modalities.tabular.learn.abreast import shared
from luodi.modalities.tabular.learn.fitted import FORESTS, Fitted, family_module, learner
from luodi.modalities.tabular.learn.job import Job
from luodi.modalities.tabular.learn.workshop import TableWorkshop
from luodi.modalities.target import ordered_classes

RNG = np.random.default_rng(0)
QUICK = {
    "lightgbm": {"learning_rate": 0.3, "num_leaves": 8},
    "catboost": {"learning_rate": 0.15, "depth": 3},
    "xgboost": {"eta": 0.3, "max_depth": 3},
}


def shop_of(dataset: Dataset, goal: str = "classify", **more: Any) -> TableWorkshop:
    contract = task(goal, **{"split": {"folds": 3}, **more})
    found = TableWorkshop(split(dataset, contract), contract)
    found.threads = 1
    return found


def recipe(family: str, features: str = "plain") -> Recipe:
    return Recipe(family, {**learner(family).DEFAULTS, **QUICK.get(family, {})}, features, 0)


@pytest.mark.parametrize("goal", ["classify", "regress"])
@pytest.mark.parametrize("family", [*FORESTS, "linear"])
def test_recorded_rounds_give_the_same_answers_again(family: str, goal: str) -> None:
    shop = shop_of(mixed(240, goal), goal)
    *_, first = shop.fit(recipe(family))
    *_, again = shop.fit(first.recipe)
    np.testing.assert_array_equal(again.out_of_fold, first.out_of_fold)
    assert again.recipe == first.recipe


@pytest.mark.parametrize("family", FORESTS)
def test_a_fit_that_is_stopped_at_once_still_gives_a_model(family: str) -> None:
    shop = shop_of(mixed(240))
    *_, member = shop.fit(recipe(family), lambda: True)
    assert np.isfinite(member.out_of_fold).all()
    assert all(1 <= rounds <= 10 for rounds in member.recipe.rounds)


@pytest.mark.parametrize("family", ["lightgbm", "extra_trees", "linear"])
def test_in_a_split_by_time_only_later_rows_are_answered(family: str) -> None:
    data = {"source": "made.csv", "target": "y", "time": "when"}
    shop = shop_of(mixed(300), data=data)
    *_, member = shop.fit(recipe(family))
    first = int(shop.folds[0][0])
    assert np.isnan(member.out_of_fold[:first]).all()
    assert np.isfinite(member.out_of_fold[first:]).all()
    assert shop.tables.training_rows(1).max() < shop.folds[1].min()
    assert len(shop.shipped(member, single=False).models) == 1


@pytest.mark.parametrize("family", [*FORESTS, "linear"])
def test_a_refit_is_one_model_of_all_rows_that_agrees(family: str) -> None:
    shop = shop_of(mixed(400))
    *_, member = shop.fit(recipe(family))
    (whole,) = shop.refit(member).models
    rows = np.arange(len(shop.truth))
    said = shop._says(whole, member.recipe, rows, len(shop.folds))
    assert score("roc_auc", shop.truth, said) > member.score - 0.02


@pytest.mark.parametrize("positive", [None, "0", "1", 0, 1, "absent"])
def test_training_and_judge_mean_the_same_positive_class(positive: Any) -> None:
    data = {"source": "made.csv", "target": "y", "positive": positive}
    for classes in (2, 3):
        order = ordered_classes(mixed(classes=classes), task(data=data))
        assert positive_index(order, positive) == len(order) - 1
    expected = "0" if positive in (0, "0") else "1"
    assert ordered_classes(mixed(), task(data=data))[1] in (expected, "0", "1")
    if positive in ("0", "1", 0, 1):
        assert ordered_classes(mixed(), task(data=data))[1] == expected


def late_classes() -> Dataset:
    """A number that tells three classes apart; the third comes late."""
    x = np.r_[np.tile([-1.0, 1.0], 60), np.tile([-1.0, 1.0, 5.0], 60)]
    table = pl.DataFrame(
        {
            "x": x + RNG.normal(0, 0.1, 300),
            "when": pl.datetime_range(
                pl.datetime(2024, 1, 1), pl.datetime(2024, 1, 13, 11), "1h", eager=True
            ),
            "y": np.where(x < 0, "a", np.where(x < 3, "b", "c")),
        }
    )
    return Dataset(table, (Column("x", "number"),), "y", "sha256:x", "made.csv")


def test_a_class_that_a_fold_has_not_learned_spoils_nothing() -> None:
    data = {"source": "made.csv", "target": "y", "time": "when"}
    shop = shop_of(late_classes(), data=data, metric="accuracy")
    assert "extra_trees" not in {r.family for r in shop.portfolio()}
    for family in ("linear", "lightgbm", "xgboost"):
        *_, member = shop.fit(recipe(family))
        fold = shop.folds[0]
        known = fold[shop.truth[fold] < 2]
        decided = member.out_of_fold[known].argmax(axis=1)
        assert np.mean(decided == shop.truth[known]) > 0.9


def test_a_linear_model_of_one_class_or_of_nothing_is_constant() -> None:
    x = RNG.normal(size=(40, 2)).astype(np.float32)
    job = Job(x, np.zeros(40, np.int64), None, None, "binary", 2)
    no_slots = np.empty((40, 0), np.int64)
    model = linear.fit(job, no_slots, 0, np.arange(2))
    assert len(model.columns) == 0 and model.bias[0] < -5
    job = replace(job, truth=np.arange(40) % 2)
    assert linear.fit(job, no_slots, 0, np.empty(0, np.int64)).bias[0] == pytest.approx(0)


def test_a_linear_model_of_many_rows_learns_from_a_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linear, "MAX_CELLS", 1000)
    monkeypatch.setattr(linear, "MIN_ROWS", 50)
    rows = linear.affordable(np.arange(5000), Recipe("linear", {"knots": 3}, "plain", 0), 2, 0)
    assert len(rows) == 100 and (np.diff(rows) > 0).all()
    everything = linear.affordable(np.arange(40), Recipe("linear", {}, "plain", 0), 2, 0)
    assert len(everything) == 40


def test_extra_trees_are_the_same_grown_step_by_step_or_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    x = RNG.normal(size=(150, 4)).astype(np.float32)
    job = Job(x, (x[:, 0] > 0).astype(np.int64), None, None, "binary", 2, seed=5)
    model, trees = extra_trees.fit(job)
    monkeypatch.setattr(extra_trees, "TREES_A_STEP", 100)
    at_once, _ = extra_trees.fit(job)
    assert trees == 100
    np.testing.assert_array_equal(model.predict_proba(x), at_once.predict_proba(x))


def test_extra_trees_of_many_rows_stay_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extra_trees, "MOST_LEAVES", 20)
    x = RNG.normal(size=(600, 4)).astype(np.float32)
    job = Job(x, RNG.integers(0, 2, 600), None, None, "binary", 2, stop=lambda: True)
    model, trees = extra_trees.fit(job)
    assert trees == 10
    assert max(tree.get_n_leaves() for tree in model.estimators_) <= 20


def test_a_forest_of_large_trees_has_fewer_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    x = RNG.normal(size=(600, 4)).astype(np.float32)
    job = Job(x, RNG.normal(size=600), None, None, "regress", 0, {"min_samples_leaf": 1})
    monkeypatch.setattr(extra_trees, "MOST_IN_ALL", 600 * 25)
    _, trees = extra_trees.fit(job)
    assert trees == 25
    monkeypatch.setattr(extra_trees, "MOST_IN_ALL", 1)
    assert extra_trees.fit(job)[1] == extra_trees.LEAST_TREES


def test_large_trees_get_fewer_rounds() -> None:
    job = Job(np.empty((0, 1)), np.empty(0), None, None, "multiclass", 4)
    assert job.most_rounds(8) > job.most_rounds(64) > job.most_rounds(512) >= 50


@pytest.mark.parametrize("family", FORESTS)
def test_a_model_has_the_rounds_it_says(family: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job_module, "MOST_LEAVES", 1)  # at most 50 rounds
    x = RNG.normal(size=(200, 3)).astype(np.float32)
    y = (x[:, 0] > 0).astype(np.int64)
    settings = QUICK.get(family, {})
    job = Job(x, y, None, None, "binary", 2, settings, rounds=55)
    module = family_module(family)
    native, rounds = module.fit(job)
    assert np.isfinite(module.margins(native, rounds, x)).all()


def test_a_member_is_refitted_once() -> None:
    shop = shop_of(mixed())
    *_, member = shop.fit(recipe("extra_trees"))
    assert shop.shipped(member, single=True) is shop.shipped(member, single=False)


def test_each_fold_gets_its_share_of_the_time() -> None:
    ends = shared(seconds=0.6, fits=6, workers=2)
    assert not any(end() for end in ends)
    time.sleep(0.25)
    assert [end() for end in ends] == [True, True, False, False, False, False]


def test_large_models_come_first_after_a_first_guess_that_was_too_small() -> None:
    def model(rounds: int, fitted: int, loss: float = 0.3) -> Fitted:
        losses = {"valid_0": {"binary_logloss": loss}}
        native = SimpleNamespace(current_iteration=lambda: fitted, best_score=losses)
        return Fitted("lightgbm", native, rounds, np.arange(1))

    assert portfolio.settled([model(100, 160)] * 2 + [model(900, 900)])
    assert not portfolio.settled([model(900, 900)] * 2 + [model(100, 160)])
    assert portfolio.settled([model(90, 90, loss=1e-4)])
    assert list(portfolio.ordered(False)) == list(portfolio.PORTFOLIO)
    assert portfolio.ordered(True)[1].params["num_leaves"] > 31


def product_table(rows: int = 300) -> Dataset:
    a, b, c = RNG.normal(size=(3, rows))
    columns = tuple(Column(name, "number") for name in "abc")
    table = pl.DataFrame({"a": a, "b": b, "c": c, "y": [str(int(v)) for v in a * b > 0]})
    return Dataset(table, columns, "y", "sha256:x", "made.csv", "integer")


def test_a_planted_product_is_found_and_helps() -> None:
    shop = shop_of(product_table(), metric="log_loss")
    *_, base = shop.fit(recipe("lightgbm"))
    (richer,) = shop.enrich(base, lambda: False)
    assert richer.score > base.score
    assert {p.operation for p in shop.tables.plan.pairs} & {"product", "ratio"}
    assert all({p.left, p.right} == {0, 1} for p in shop.tables.plan.pairs)
    assert shop.feature_set == "pairs"


def test_ctrl_c_in_the_search_for_pairs_leaves_no_half_tried_ones(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shop = shop_of(product_table())
    *_, base = shop.fit(recipe("lightgbm"))

    def pressed(*_: Any) -> None:
        shop.tables.use([Pair("product", 1, 2)])
        raise KeyboardInterrupt

    monkeypatch.setattr(enrich, "_step", pressed)
    with pytest.raises(KeyboardInterrupt):
        list(shop.enrich(base, lambda: False))
    assert shop.tables.plan.pairs == ()


def test_no_time_for_pairs_means_no_pairs() -> None:
    shop = shop_of(product_table())
    *_, base = shop.fit(recipe("lightgbm"))
    assert list(shop.enrich(base, lambda: True)) == []
    assert shop.feature_set == "plain"


def test_recorded_pairs_whose_columns_are_gone_are_left_out() -> None:
    contract = task(split={"folds": 3})
    parts = split(product_table(), contract)
    plan = {"pairs": [["product", "a", "b"], ["ratio", "a", "gone"]]}
    shop = TableWorkshop(parts, contract, plan)
    assert [(p.operation, p.left, p.right) for p in shop.tables.plan.pairs] == [("product", 0, 1)]


def test_targets_too_large_to_be_squared_are_refused() -> None:
    table = pl.DataFrame({"a": RNG.normal(size=90), "y": RNG.normal(size=90) * 1e200})
    dataset = Dataset(table, (Column("a", "number"),), "y", "sha256:x", "made.csv", "number")
    with pytest.raises(LuodiError) as caught:
        shop_of(dataset, "regress")
    assert caught.value.code == "train.target_too_large"
    assert "'y'" in caught.value.text("en")


@pytest.mark.parametrize("family", ["lightgbm", "catboost", "xgboost"])
def test_a_model_that_is_all_right_stops_growing(family: str) -> None:
    table = pl.DataFrame(
        {"a": [f"v{i % 4}" for i in range(160)], "y": [str(i % 2) for i in range(160)]}
    )
    shop = shop_of(Dataset(table, (Column("a", "category"),), "y", "sha256:x", "made.csv"))
    *_, member = shop.fit(recipe(family))
    assert max(member.recipe.rounds) < 600


def test_a_rare_class_does_not_count_as_known() -> None:
    truth = np.zeros(20_000, np.int64)
    truth[:2] = 1
    job = Job(np.zeros((20_000, 1), np.float32), truth, None, None, "binary", 2)
    nothing_known = -np.log(1 - truth.mean())
    assert job.least_loss < nothing_known / 10


def test_no_fold_asks_lightgbm_with_more_threads_than_another_fits_with(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The library's number of threads is one for the process; two at once crash it."""
    import lightgbm

    asked = []
    plain = lightgbm.Booster.predict

    def told(self: Any, *given: Any, **more: Any) -> Any:
        asked.append(more.get("num_threads"))
        return plain(self, *given, **more)

    monkeypatch.setattr(lightgbm.Booster, "predict", told)
    *_, member = shop_of(mixed(240)).fit(recipe("lightgbm"))
    assert len(asked) == 3 and set(asked) == {1}
    assert {model.native.params["num_threads"] for model in member.models} == {1}
