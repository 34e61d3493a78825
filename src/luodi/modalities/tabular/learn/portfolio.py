"""First recipes that did well on many tables, best guess first, as typed code."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from luodi.modalities.tabular.learn import lightgbm
from luodi.modalities.tabular.learn.fitted import Fitted


class Entry(NamedTuple):
    """A learner and its settings."""

    family: str
    params: dict[str, Any]


LINEAR = Entry("linear", {"strength": 0.1, "knots": 0})
BASE = Entry(
    "lightgbm",
    {
        "learning_rate": 0.05,
        "num_leaves": 31,
        "feature_fraction": 1.0,
        "bagging_fraction": 1.0,
        "lambda_l2": 0.0,
    },
)
"""Sees every row and column, so that what a computed pair adds is not lost in chance."""
PORTFOLIO = (
    BASE,
    Entry("catboost", {"learning_rate": 0.06, "depth": 6, "l2_leaf_reg": 3.0}),
    Entry(
        "xgboost",
        {
            "eta": 0.05,
            "max_depth": 5,
            "min_child_weight": 2.0,
            "subsample": 0.8,
            "colsample_bytree": 0.6,
        },
    ),
    Entry(
        "lightgbm",
        {
            "learning_rate": 0.05,
            "num_leaves": 31,
            "feature_fraction": 0.7,
            "bagging_fraction": 0.8,
            "lambda_l2": 1.0,
        },
    ),
    Entry("linear", {"strength": 0.03, "knots": 6}),
    Entry("extra_trees", {"min_samples_leaf": 2, "max_features": 0.5}),
    Entry(
        "lightgbm",
        {
            "learning_rate": 0.03,
            "num_leaves": 8,
            "min_data_in_leaf": 30,
            "feature_fraction": 0.5,
            "bagging_fraction": 0.8,
            "lambda_l2": 5.0,
        },
    ),
    Entry("catboost", {"learning_rate": 0.04, "depth": 4, "l2_leaf_reg": 5.0, "rsm": 0.7}),
    Entry(
        "lightgbm",
        {
            "learning_rate": 0.04,
            "num_leaves": 96,
            "min_data_in_leaf": 8,
            "feature_fraction": 0.5,
            "bagging_fraction": 0.9,
            "lambda_l2": 2.0,
        },
    ),
    Entry(
        "lightgbm",
        {
            "learning_rate": 0.05,
            "num_leaves": 48,
            "min_data_in_leaf": 10,
            "feature_fraction": 0.7,
            "bagging_fraction": 0.9,
            "extra_trees": True,
        },
    ),
    Entry(
        "xgboost",
        {
            "eta": 0.04,
            "max_depth": 8,
            "min_child_weight": 1.0,
            "subsample": 0.8,
            "colsample_bytree": 0.5,
            "lambda": 3.0,
        },
    ),
    Entry("extra_trees", {"min_samples_leaf": 1, "max_features": 0.9}),
    Entry("catboost", {"learning_rate": 0.08, "depth": 8, "l2_leaf_reg": 2.0, "rsm": 0.8}),
)
LARGE = (
    Entry(
        "lightgbm",
        {
            "learning_rate": 0.06,
            "num_leaves": 96,
            "min_data_in_leaf": 5,
            "feature_fraction": 0.5,
            "bagging_fraction": 0.9,
        },
    ),
    Entry("extra_trees", {"min_samples_leaf": 1, "max_features": 0.7}),
    Entry(
        "lightgbm",
        {
            "learning_rate": 0.08,
            "num_leaves": 255,
            "min_data_in_leaf": 3,
            "feature_fraction": 0.5,
            "bagging_fraction": 0.9,
        },
    ),
    Entry(
        "xgboost",
        {
            "eta": 0.06,
            "max_depth": 9,
            "min_child_weight": 2.0,
            "subsample": 0.9,
            "colsample_bytree": 0.5,
        },
    ),
)
"""Models that can hold much more than the first guess."""


def ordered(large_first: bool) -> Sequence[Entry]:
    """The portfolio; large models come right after the first guess if that was too small."""
    if not large_first:
        return PORTFOLIO
    return (PORTFOLIO[0], *LARGE, *PORTFOLIO[1:])


def settled(models: Sequence[Fitted]) -> bool:
    """Whether most models stopped gaining before the rounds or the time were over."""
    ended = [lightgbm.settled(m.native, m.rounds) for m in models if m.family == "lightgbm"]
    return 2 * sum(ended) >= len(ended)
