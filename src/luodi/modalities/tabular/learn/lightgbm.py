"""LightGBM (Ke et al. 2017): leaf-wise boosted trees."""

from __future__ import annotations

from typing import Any

import numpy as np

from luodi.modalities.tabular.forest import Forest, from_lightgbm
from luodi.modalities.tabular.learn.job import PATIENCE, Job, Stop

OBJECTIVE = {"binary": "binary", "multiclass": "multiclass", "regress": "regression"}
NOTHING_LEFT = 1e-3
"""A validation loss so low, of classes or of standardised values, that no model is too small."""
DEFAULTS = {
    "learning_rate": 0.05,
    "num_leaves": 31,
    "min_data_in_leaf": 20,
    "feature_fraction": 0.8,
    "bagging_fraction": 0.8,
    "lambda_l2": 1.0,
    "extra_trees": False,
}


def fit(job: Job) -> tuple[Any, int]:
    """A booster and the rounds to use of it."""
    import lightgbm as lgb

    fixed = {
        "objective": OBJECTIVE[job.shape],
        "seed": job.seed,
        "num_threads": job.threads,
        "deterministic": True,
        "force_col_wise": True,
        "verbose": -1,
        "bagging_freq": 1,
    }
    if job.shape == "multiclass":
        fixed["num_class"] = job.classes
    params = DEFAULTS | dict(job.params) | fixed
    train = lgb.Dataset(job.features, job.truth, free_raw_data=False)
    if job.rounds is not None:
        return lgb.train(params, train, job.rounds), job.rounds
    valid = lgb.Dataset(job.valid_features, job.valid_truth, reference=train)
    patience = lgb.early_stopping(PATIENCE, verbose=False)
    watch = [patience, stopper(job.stop, job.least_loss)]
    most = job.most_rounds(params["num_leaves"])
    booster = lgb.train(params, train, most, valid_sets=[valid], callbacks=watch)
    return booster, booster.best_iteration or booster.current_iteration()


def stopper(stop: Stop, least_loss: float = 0.0) -> Any:
    """A callback that ends a fit and keeps the rounds so far.

    Args:
        stop: Asked after each round.
        least_loss: Below this loss on the validation rows the fit ends as well.
    """
    import lightgbm as lgb

    def ask(env: Any) -> None:
        losses = [result[2] for result in env.evaluation_result_list or ()]
        if stop() or any(loss < least_loss for loss in losses):
            raise lgb.callback.EarlyStopException(env.iteration, env.evaluation_result_list)

    ask.order = 40  # type: ignore[attr-defined]
    return ask


def settled(booster: Any, rounds: int) -> bool:
    """Whether a fit ended because more rounds did not help, or because nothing is left to gain."""
    losses = [loss for found in booster.best_score.values() for loss in found.values()]
    if any(loss < NOTHING_LEFT for loss in losses):
        return True
    return bool(booster.current_iteration() >= rounds + PATIENCE)


def margins(booster: Any, rounds: int, features: np.ndarray) -> np.ndarray:
    """Raw scores, float64 (rows, outputs), with as many threads as the fit had.

    The library keeps the number of threads for the whole process. If one fold asked with more
    threads while another was filling its bins, those would be written beyond their end.
    """
    threads = booster.params.get("num_threads", 0)
    raw = booster.predict(features, raw_score=True, num_iteration=rounds, num_threads=threads)
    return np.asarray(raw, np.float64).reshape(len(features), -1)


def forest(booster: Any, rounds: int) -> Forest:
    """The trees as a forest."""
    return from_lightgbm(booster, rounds)


def gains(booster: Any) -> np.ndarray:
    """Total split gain by feature."""
    return np.asarray(booster.feature_importance("gain"), np.float64)


def space(trial: Any) -> dict[str, Any]:
    """Where to look for better settings."""
    return {
        "learning_rate": trial.suggest_float("lightgbm.learning_rate", 0.01, 0.15, log=True),
        "num_leaves": trial.suggest_int("lightgbm.num_leaves", 4, 255, log=True),
        "min_data_in_leaf": trial.suggest_int("lightgbm.min_data_in_leaf", 2, 120, log=True),
        "feature_fraction": trial.suggest_float("lightgbm.feature_fraction", 0.3, 1.0),
        "bagging_fraction": trial.suggest_float("lightgbm.bagging_fraction", 0.5, 1.0),
        "lambda_l2": trial.suggest_float("lightgbm.lambda_l2", 0.0, 20.0),
        "extra_trees": trial.suggest_categorical("lightgbm.extra_trees", [False, True]),
    }
