"""Extremely randomised trees (Geurts et al. 2006), by scikit-learn."""

from __future__ import annotations

from typing import Any

import numpy as np

from luodi.modalities.tabular.forest import Forest, from_extra_trees
from luodi.modalities.tabular.learn.job import Job

TREES, LEAST_TREES, TREES_A_STEP = 100, 20, 10
MOST_LEAVES = 8_000
"""Leaves a tree, counted once a class: grown fully, a million rows would make a graph of GBs."""
MOST_IN_ALL = 500_000
"""Leaves of a forest: about 10 MB. Fewer trees cost less than larger leaves."""
DEFAULTS = {"min_samples_leaf": 2, "max_features": 0.5}


def fit(job: Job) -> tuple[Any, int]:
    """A fitted forest and its number of trees, fewer than usual when ``stop`` says so.

    Grown step by step or at once, the same seed gives the same trees.
    """
    from sklearn.ensemble import ExtraTreesClassifier, ExtraTreesRegressor

    kind = ExtraTreesRegressor if job.shape == "regress" else ExtraTreesClassifier
    params: dict[str, Any] = DEFAULTS | dict(job.params)
    least = len(job.truth) * job.outputs // MOST_LEAVES
    params["min_samples_leaf"] = max(params["min_samples_leaf"], least)
    fixed: dict[str, Any] = {"random_state": job.seed, "n_jobs": job.threads, "warm_start": True}
    model = kind(n_estimators=0, **params, **fixed)
    wanted = min(job.rounds or TREES, TREES)
    while model.n_estimators < wanted and not (model.n_estimators and job.stop()):
        model.n_estimators = min(model.n_estimators + TREES_A_STEP, wanted)
        model.fit(job.features, job.truth)
        wanted = min(wanted, _affordable(model, job.outputs))
    return model, model.n_estimators


def _affordable(model: Any, outputs: int) -> int:
    """How many trees of the size of the first ones a forest may have."""
    leaves = outputs * sum(tree.tree_.n_leaves for tree in model.estimators_[:TREES_A_STEP])
    return max(LEAST_TREES, MOST_IN_ALL * TREES_A_STEP // max(int(leaves), 1))


def margins(model: Any, rounds: int, features: np.ndarray) -> np.ndarray:
    """Class probabilities (rows, classes) or values (rows, 1), float64."""
    # the library sums all features to see whether any is infinite, which may overflow
    with np.errstate(over="ignore", invalid="ignore"):
        if hasattr(model, "predict_proba"):
            return np.asarray(model.predict_proba(features), np.float64)
        return np.asarray(model.predict(features), np.float64).reshape(-1, 1)


def forest(model: Any, rounds: int) -> Forest:
    """The trees as a forest."""
    return from_extra_trees(model)


def space(trial: Any) -> dict[str, Any]:
    """Where to look for better settings."""
    return {
        "min_samples_leaf": trial.suggest_int("extra_trees.min_samples_leaf", 1, 20, log=True),
        "max_features": trial.suggest_float("extra_trees.max_features", 0.1, 1.0),
    }
