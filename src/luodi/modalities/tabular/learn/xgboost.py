"""XGBoost (Chen and Guestrin 2016): regularised boosted trees on histograms."""

from __future__ import annotations

from typing import Any

import numpy as np

from luodi.modalities.tabular.forest import Forest, from_xgboost
from luodi.modalities.tabular.learn.job import PATIENCE, Job

OBJECTIVE = {
    "binary": "binary:logistic",
    "multiclass": "multi:softprob",
    "regress": "reg:squarederror",
}
DEFAULTS = {
    "eta": 0.05,
    "max_depth": 6,
    "min_child_weight": 1.0,
    "subsample": 0.8,
    "colsample_bytree": 0.7,
    "lambda": 1.0,
}


def fit(job: Job) -> tuple[Any, int]:
    """A booster and the rounds to use of it."""
    import xgboost as xgb

    fixed: dict[str, Any] = {
        "objective": OBJECTIVE[job.shape],
        "seed": job.seed,
        "nthread": job.threads,
        "tree_method": "hist",
        "verbosity": 0,
    }
    if job.shape == "multiclass":
        fixed["num_class"] = job.classes
    params = DEFAULTS | dict(job.params) | fixed
    train = xgb.DMatrix(job.features, job.truth)
    if job.rounds is not None:
        return xgb.train(params, train, job.rounds), job.rounds
    booster = xgb.train(
        params,
        train,
        job.most_rounds(2 ** params["max_depth"] // 2),
        evals=[(xgb.DMatrix(job.valid_features, job.valid_truth), "valid")],
        early_stopping_rounds=PATIENCE,
        callbacks=[_stopper(job)],
        verbose_eval=False,
    )
    best = booster.attr("best_iteration")  # absent when the clock ended the fit first
    return booster, booster.num_boosted_rounds() if best is None else int(best) + 1


def _stopper(job: Job) -> Any:
    import xgboost as xgb

    class Stopper(xgb.callback.TrainingCallback):
        def after_iteration(self, model: Any, epoch: int, evals_log: Any) -> bool:
            (losses,) = evals_log["valid"].values()
            return job.stop() or losses[-1] < job.least_loss

    return Stopper()


def margins(booster: Any, rounds: int, features: np.ndarray) -> np.ndarray:
    """Raw scores, float64 (rows, outputs)."""
    import xgboost as xgb

    raw = booster.predict(xgb.DMatrix(features), output_margin=True, iteration_range=(0, rounds))
    return np.asarray(raw, np.float64).reshape(len(features), -1)


def forest(booster: Any, rounds: int) -> Forest:
    """The trees as a forest."""
    return from_xgboost(booster, rounds)


def space(trial: Any) -> dict[str, Any]:
    """Where to look for better settings."""
    return {
        "eta": trial.suggest_float("xgboost.eta", 0.01, 0.15, log=True),
        "max_depth": trial.suggest_int("xgboost.max_depth", 2, 10),
        "min_child_weight": trial.suggest_float("xgboost.min_child_weight", 0.1, 30.0, log=True),
        "subsample": trial.suggest_float("xgboost.subsample", 0.5, 1.0),
        "colsample_bytree": trial.suggest_float("xgboost.colsample_bytree", 0.3, 1.0),
        "lambda": trial.suggest_float("xgboost.lambda", 0.05, 50.0, log=True),
    }
