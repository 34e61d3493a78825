"""Merging, compacting, emitting and refusing: what is promised of forests beside parity."""

from __future__ import annotations

import numpy as np
import pytest

from luodi.core.errors import LuodiError
from luodi.modalities.tabular import forest as trees
from luodi.modalities.tabular.forest import Forest
from unit.modalities.tabular.forest import walked


@pytest.fixture
def rows() -> np.ndarray:
    X = np.random.default_rng(3).normal(size=(300, 5)).astype(np.float32)
    X[::7, 2] = np.nan
    return X


def handmade(roots, threshold, true, false, weights, modes=None) -> Forest:
    """A forest over column 0; children are split numbers, or leaf numbers below zero (``~n``)."""
    true, false = np.array(true), np.array(false)
    count, leaves = len(threshold), len(weights)
    return Forest(
        roots=np.array(roots), feature=np.zeros(count, int), threshold=np.array(threshold, float),
        mode=np.array(modes or [0] * count, np.uint8),
        true_child=np.where(true < 0, ~true, true), false_child=np.where(false < 0, ~false, false),
        true_is_leaf=true < 0, false_is_leaf=false < 0, missing_true=np.zeros(count, bool),
        leaf_target=np.zeros(leaves, int), leaf_weight=np.array(weights, float),
        leaf_number=np.arange(leaves), tree_of_leaf=np.zeros(leaves, int),
        targets=1, base=np.zeros(1),
    )  # fmt: skip


def test_merging_adds_weighted_scores_over_renamed_columns(train, rows, onnx_margins):
    one, two = train("lightgbm", "multi", True), train("xgboost", "multi", True)
    turned = np.array([4, 3, 2, 1, 0])
    merged = trees.merge([one.forest, two.forest], [0.25, 0.75], [np.arange(5), turned])
    wanted = 0.25 * one.margins(rows) + 0.75 * two.margins(rows[:, turned])
    assert merged.trees == one.forest.trees + two.forest.trees
    assert np.abs(walked.margins(merged, rows) - wanted).max() < 1e-5
    assert np.abs(onnx_margins(merged, rows) - walked.margins(merged, rows)).max() < 1e-12


def test_forests_with_different_numbers_of_scores_are_not_merged(train):
    forests = [train("lightgbm", goal, False).forest for goal in ("binary", "multi")]
    with pytest.raises(ValueError, match="targets"):
        trees.merge(forests, [0.5, 0.5])


def test_compacting_shrinks_but_changes_no_score(train, rows):
    forest = train("catboost", "binary", False, depth=8).forest
    smaller = trees.compact(forest)
    assert smaller.splits < 0.8 * forest.splits
    assert smaller.nbytes < forest.nbytes
    assert np.array_equal(walked.margins(smaller, rows), walked.margins(forest, rows))


def test_compacting_ends_with_one_split_for_a_tree_of_equal_leaves():
    forest = handmade([0], [0, -1, 1], [1, ~0, ~2], [2, ~1, ~3], [5, 5, 5, 5])
    assert trees.compact(forest).splits == 1


@pytest.mark.parametrize("mode", range(6))
def test_every_comparison_reads_alike_in_numpy_and_onnx(mode, onnx_margins):
    forest = handmade([0], [0.5, 0.0], [1, ~0], [~2, ~1], [1, 2, 4], [mode, 0])
    X = np.array([[0.5], [np.nextafter(0.5, 1)], [-1.0], [7.0], [np.nan]])
    assert np.array_equal(onnx_margins(forest, X), walked.margins(forest, X))


def test_a_root_whose_children_share_a_number_is_not_taken_for_a_leaf(onnx_margins):
    forest = handmade([0], [0, -1], [1, ~0], [~1, ~2], [10, 20, 30])
    X = np.array([[-5.0], [-0.5], [0.5]])
    assert onnx_margins(forest, X).ravel().tolist() == [10, 30, 20]
    nodes, _ = trees.nodes(forest, "x", "y", "t")
    ids = {one.name: one for one in nodes[0].attribute}
    assert ids["nodes_truenodeids"].ints[0] != ids["nodes_falsenodeids"].ints[0]


def test_a_base_score_is_added_by_the_graph(train, rows, onnx_margins):
    trained = train("xgboost", "multi", False, base_score=0.3)
    assert trained.forest.base.tolist() == pytest.approx([0.3] * 3)
    nodes, initializers = trees.nodes(trained.forest, "x", "y", "t")
    assert [node.op_type for node in nodes] == ["TreeEnsemble", "Add"]
    assert len(initializers) == 1
    assert np.abs(onnx_margins(trained.forest, rows) - trained.margins(rows)).max() < 1e-5


def test_values_beyond_float32_go_where_the_largest_float32_goes(train, onnx_margins):
    for library in ("lightgbm", "extra_trees", "xgboost"):
        forest = train(library, "missingness", True).forest
        X = np.tile(np.array([[np.inf], [-np.inf], [1e300], [-1e300], [3.5e38]]), (1, 5))
        wanted = walked.margins(forest, np.clip(X, -3.4028234663852886e38, 3.4028234663852886e38))
        assert np.array_equal(walked.margins(forest, X), wanted)
        assert np.abs(onnx_margins(forest, X) - wanted).max() < 1e-12


def test_split_points_are_real_spread_and_at_most_as_many_as_asked(train):
    forest = train("lightgbm", "binary", False).forest
    feature, threshold = trees.split_points(forest, 17)
    known = set(zip(forest.feature.tolist(), forest.threshold.tolist(), strict=True))
    assert len(feature) == 17
    assert set(zip(feature.tolist(), threshold.tolist(), strict=True)) <= known
    assert set(feature.tolist()) == {0, 1, 2, 3, 4}
    assert len(trees.split_points(forest, 10**6)[0]) == len(known)


@pytest.mark.parametrize("library", ["lightgbm", "catboost"])
def test_split_points_have_finite_numbers_on_both_sides(library, train):
    forest = train(library, "binary", True, 60).forest
    feature, threshold = trees.split_points(forest, 10**6)
    point = threshold.astype(np.float32)
    assert len(feature) > 0
    assert np.isfinite([np.nextafter(point, np.float32(end)) for end in (-np.inf, np.inf)]).all()


def test_a_wrong_threshold_is_noticed(train, rows):
    trained = train("lightgbm", "binary", False)
    trained.forest.threshold[trained.forest.roots[3]] += 0.5
    assert trees.same_leaves(trained.native, trained.forest, rows) > 0


def test_fewer_rounds_give_a_forest_of_those_rounds(train, rows):
    booster = train("lightgbm", "multi", False).native
    forest = trees.from_lightgbm(booster, 4)
    wanted = booster.predict(rows, raw_score=True, num_iteration=4)
    assert forest.trees == 12
    assert np.abs(walked.margins(forest, rows) - wanted).max() < 1e-12


def categorical_lightgbm():
    import lightgbm

    X = np.random.default_rng(0).integers(0, 4, (500, 1)).astype(np.float32)
    data = lightgbm.Dataset(X, X[:, 0] % 2, categorical_feature=[0])
    params = {"verbose": -1, "min_data_per_group": 1, "max_cat_to_onehot": 1}
    return trees.from_lightgbm(lightgbm.train(params, data, 2), 2)


def linear_lightgbm():
    import lightgbm

    X = np.random.default_rng(0).normal(size=(500, 2))
    params = {"verbose": -1, "linear_tree": True}
    data = lightgbm.Dataset(X, X[:, 0], params=params)
    return trees.from_lightgbm(lightgbm.train(params, data, 2), 2)


def dart_xgboost():
    import xgboost

    X = np.random.default_rng(0).normal(size=(100, 2))
    return trees.from_xgboost(xgboost.train({"booster": "dart"}, xgboost.DMatrix(X, X[:, 0]), 2), 2)


def categorical_catboost():
    import catboost

    X = np.array([["a"], ["b"]] * 50)
    settings = {"iterations": 2, "verbose": 0, "allow_writing_files": False}
    model = catboost.CatBoost(settings).fit(X, np.arange(100) % 2, cat_features=[0])
    return trees.from_catboost(model)


def lopsided_catboost():
    import catboost

    X = np.random.default_rng(0).normal(size=(100, 2))
    settings = {"iterations": 2, "verbose": 0, "allow_writing_files": False}
    model = catboost.CatBoost({**settings, "grow_policy": "Lossguide"}).fit(X, X[:, 0])
    return trees.from_catboost(model)


def many_valued_extra_trees():
    from sklearn.ensemble import ExtraTreesRegressor

    X = np.random.default_rng(0).normal(size=(50, 2))
    return trees.from_extra_trees(ExtraTreesRegressor(2).fit(X, X))


@pytest.mark.parametrize(
    ("convert", "code"),
    [
        (categorical_lightgbm, "forest.categorical"),
        (linear_lightgbm, "forest.unsupported"),
        (dart_xgboost, "forest.unsupported"),
        (categorical_catboost, "forest.categorical"),
        (lopsided_catboost, "forest.unsupported"),
        (many_valued_extra_trees, "forest.unsupported"),
    ],
)
def test_what_cannot_be_converted_exactly_is_refused(convert, code):
    with pytest.raises(LuodiError) as caught:
        convert()
    assert caught.value.code == code
    assert caught.value.text("zh") and "{" not in caught.value.text("en")
