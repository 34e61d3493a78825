"""CatBoost (Prokhorenkova et al. 2018): boosted oblivious trees."""

from __future__ import annotations

from typing import Any

import numpy as np

from luodi.modalities.tabular.forest import Forest, from_catboost
from luodi.modalities.tabular.learn.job import PATIENCE, Job

OBJECTIVE = {"binary": "Logloss", "multiclass": "MultiClass", "regress": "RMSE"}
DEFAULTS = {
    "learning_rate": 0.06,
    "depth": 6,
    "l2_leaf_reg": 3.0,
    "random_strength": 1.0,
    "rsm": 1.0,
}


def fit(job: Job) -> tuple[Any, int]:
    """A model cut to the rounds to use, and their number."""
    import catboost as cb

    params: dict[str, Any] = DEFAULTS | dict(job.params)
    params |= {
        "loss_function": OBJECTIVE[job.shape],
        "random_seed": job.seed,
        "thread_count": job.threads,
        "allow_writing_files": False,
        "verbose": False,
        "bootstrap_type": "MVS",
    }
    if job.shape == "multiclass":
        params |= {"classes_count": job.classes, "bootstrap_type": "Bayesian"}
        params.pop("subsample", None)
    # the first trees depend on how many are asked for, so a repetition asks for as many
    model = cb.CatBoost(params | {"iterations": job.most_rounds(2 ** params["depth"])})
    train = cb.Pool(job.features, job.truth)
    if job.rounds is not None:
        model.fit(train, callbacks=[_Counter(job.rounds)])
        return model, int(model.tree_count_)
    valid = cb.Pool(job.valid_features, job.valid_truth)
    watch = {"early_stopping_rounds": PATIENCE, "use_best_model": True}
    model.fit(train, eval_set=valid, callbacks=[_Stopper(job)], **watch)
    return model, int(model.tree_count_)


class _Stopper:
    def __init__(self, job: Job) -> None:
        self.job = job

    def after_iteration(self, info: Any) -> bool:
        (losses,) = info.metrics["validation"].values()
        return not self.job.stop() and losses[-1] >= self.job.least_loss


class _Counter:
    """Ends a fit after a number of rounds."""

    def __init__(self, rounds: int) -> None:
        self.rounds = rounds

    def after_iteration(self, info: Any) -> bool:
        return bool(info.iteration < self.rounds)


def margins(model: Any, rounds: int, features: np.ndarray) -> np.ndarray:
    """Raw scores, float64 (rows, outputs)."""
    raw = model.predict(features, prediction_type="RawFormulaVal", ntree_end=rounds)
    return np.asarray(raw, np.float64).reshape(len(features), -1)


def forest(model: Any, rounds: int) -> Forest:
    """The trees as a forest."""
    return from_catboost(model)


def space(trial: Any) -> dict[str, Any]:
    """Where to look for better settings."""
    return {
        "learning_rate": trial.suggest_float("catboost.learning_rate", 0.02, 0.15, log=True),
        "depth": trial.suggest_int("catboost.depth", 3, 8),
        "l2_leaf_reg": trial.suggest_float("catboost.l2_leaf_reg", 0.5, 30.0, log=True),
        "random_strength": trial.suggest_float("catboost.random_strength", 0.1, 5.0, log=True),
        "rsm": trial.suggest_float("catboost.rsm", 0.3, 1.0),
    }
