"""Every row reaches the library's own leaf, and ONNX gives the library's own raw score."""

from __future__ import annotations

import numpy as np
import pytest

from luodi.modalities.tabular.forest import compact, leaves, same_leaves
from unit.modalities.tabular.forest import walked

GOALS = ("binary", "multi", "regress")
EXACT = {"lightgbm": 1e-12, "catboost": 1e-12, "extra_trees": 1e-12, "xgboost": 1e-6}
LIBRARIES = tuple(EXACT)


def check(library, trained, rows, onnx_margins):
    assert same_leaves(trained.native, trained.forest, rows) == 0
    by_hand = trained.forest.leaf_number[walked.leaves(trained.forest, rows)]
    assert np.array_equal(leaves(trained.forest, rows), by_hand)
    wanted = trained.margins(rows)
    scale = np.maximum(1.0, np.abs(wanted))
    for found in (onnx_margins(trained.forest, rows), walked.margins(trained.forest, rows)):
        assert found.shape == wanted.shape
        assert (np.abs(found - wanted) / scale).max() <= EXACT[library]
    smaller = compact(trained.forest)
    assert smaller.splits <= trained.forest.splits
    assert np.abs(onnx_margins(smaller, rows) - wanted).max() <= EXACT[library] * scale.max()


@pytest.mark.parametrize("missing", [True, False], ids=["missing", "complete"])
@pytest.mark.parametrize("goal", GOALS)
@pytest.mark.parametrize("library", LIBRARIES)
def test_leaves_and_raw_scores_are_the_librarys_own(
    library, goal, missing, train, edge_rows, onnx_margins
):
    trained = train(library, goal, missing)
    check(library, trained, edge_rows(trained), onnx_margins)


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("goal", GOALS)
def test_one_round_of_one_split_is_exact(library, goal, train, edge_rows, onnx_margins):
    shallow = {"depth": 1} if library == "catboost" else {"max_depth": 1}
    trained = train(library, goal, True, 1, **shallow)
    check(library, trained, edge_rows(trained), onnx_margins)


@pytest.mark.parametrize("library", LIBRARIES)
def test_deep_trees_are_exact(library, train, edge_rows, onnx_margins):
    deep = {
        "lightgbm": {"num_leaves": 300, "min_data_in_leaf": 1, "min_sum_hessian_in_leaf": 0},
        "xgboost": {"max_depth": 0, "grow_policy": "lossguide", "max_leaves": 300},
        "catboost": {"depth": 10},
        "extra_trees": {"min_samples_leaf": 1},
    }[library]
    trained = train(library, "regress", True, 5, **deep)
    check(library, trained, edge_rows(trained), onnx_margins)


@pytest.mark.parametrize(
    ("library", "params"),
    [
        ("lightgbm", {"min_data_in_leaf": 10_000}),
        ("xgboost", {"gamma": 1e9}),
        ("catboost", {"depth": 0}),
        ("extra_trees", {"min_samples_split": 10_000}),
    ],
)
@pytest.mark.parametrize("goal", GOALS)
def test_trees_that_are_a_single_leaf_are_exact(
    library, params, goal, train, edge_rows, onnx_margins
):
    trained = train(library, goal, True, 2, **params)
    check(library, trained, edge_rows(trained), onnx_margins)


@pytest.mark.parametrize("goal", GOALS)
def test_lightgbm_zeros_as_missing_go_where_lightgbm_sends_them(
    goal, train, edge_rows, onnx_margins
):
    trained = train("lightgbm", goal, True, zero_as_missing=True, num_leaves=15)
    check("lightgbm", trained, edge_rows(trained), onnx_margins)


def test_lightgbm_without_missing_handling_reads_missing_as_zero(train, edge_rows, onnx_margins):
    trained = train("lightgbm", "binary", True, use_missing=False)
    check("lightgbm", trained, edge_rows(trained), onnx_margins)


def test_lightgbm_random_forest_mode_gives_the_mean_that_its_link_sees(
    train, edge_rows, onnx_margins
):
    bagged = {"boosting": "rf", "bagging_freq": 1, "bagging_fraction": 0.6}
    trained = train("lightgbm", "regress", True, 20, **bagged)
    rows = edge_rows(trained)
    wanted = trained.native.predict(rows, num_iteration=20)
    assert same_leaves(trained.native, trained.forest, rows) == 0
    assert np.abs(onnx_margins(trained.forest, rows)[:, 0] - wanted).max() <= 1e-12


@pytest.mark.parametrize("objective", ["count:poisson", "reg:absoluteerror", "binary:logitraw"])
def test_xgboost_base_score_goes_through_the_objectives_link(
    objective, train, edge_rows, onnx_margins
):
    trained = train("xgboost", "binary", True, objective=objective)
    check("xgboost", trained, edge_rows(trained), onnx_margins)


def test_xgboost_parallel_trees_are_exact(train, edge_rows, onnx_margins):
    trained = train("xgboost", "multi", True, num_parallel_tree=3, subsample=0.5)
    check("xgboost", trained, edge_rows(trained), onnx_margins)


@pytest.mark.parametrize("mode", ["Min", "Max"])
def test_catboost_missing_values_go_where_its_nan_mode_says(mode, train, edge_rows, onnx_margins):
    trained = train("catboost", "binary", True, nan_mode=mode)
    rows = edge_rows(trained)
    check("catboost", trained, rows[~np.isinf(rows).any(axis=1)], onnx_margins)


@pytest.mark.parametrize("library", LIBRARIES)
def test_splits_on_missingness_alone_are_finite_and_exact(library, train, edge_rows, onnx_margins):
    trained = train(library, "missingness", True)
    assert np.isfinite(trained.forest.threshold).all()
    check(library, trained, edge_rows(trained), onnx_margins)
