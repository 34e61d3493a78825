"""A small, fast model, only to measure with: what a split hides, which labels look wrong."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from luodi.modalities.tabular.inspect.alone import auc
from luodi.modalities.tabular.inspect.look import Look

COLUMNS_AT_MOST = 100
CATEGORIES_AT_MOST = 50
ROUNDS = 40
TREES_AT_MOST = 120


def matrix(look: Look) -> tuple[np.ndarray, list[int]]:
    """The features as float32, shape (rows, features), and which of them are categories.

    A category with few values is coded as one; with many, by how frequent its value is. Of a
    time only the hour and the weekday are kept.
    """
    parts: list[np.ndarray] = []
    categories: list[int] = []
    for column in look.columns[:COLUMNS_AT_MOST]:
        if column.kind == "number":
            parts.append(look.numbers(column.name))
        elif column.kind == "time":
            moment = look.series[column.name].dt
            for part in (moment.hour(), moment.weekday()):
                parts.append(part.cast(pl.Float64).fill_null(float("nan")).to_numpy())
        else:
            codes = look.codes(column.name)
            if look.distinct[column.name] <= CATEGORIES_AT_MOST:
                categories.append(len(parts))
                parts.append(codes.astype(float))
            else:
                parts.append(np.bincount(codes)[codes].astype(float))
    stacked = np.column_stack(parts) if parts else np.zeros((len(look), 0))
    return stacked.astype(np.float32), categories


def predictions(
    look: Look, features: tuple[np.ndarray, list[int]], train: np.ndarray, test: np.ndarray
) -> np.ndarray:
    """What the quick model says of test rows: probabilities (rows, classes) or values (rows,)."""
    import lightgbm

    rows, categories = features
    data = lightgbm.Dataset(
        rows[train], look.truth[train], categorical_feature=categories, params={"verbose": -1}
    )
    model = lightgbm.train(_settings(look, len(train)), data, _rounds(look))
    answer = np.asarray(model.predict(rows[test]))
    if look.classify and len(look.classes) == 2:
        return np.column_stack([1 - answer, answer])
    return answer


def _rounds(look: Look) -> int:
    """Boosting rounds: with many classes each round grows many trees, so there are fewer."""
    return max(8, min(ROUNDS, TREES_AT_MOST // max(len(look.classes), 1)))


def _settings(look: Look, rows: int) -> dict[str, Any]:
    settings: dict[str, Any] = {"objective": "regression"}
    if look.classify:
        settings = {"objective": "binary"}
        if len(look.classes) > 2:
            settings = {"objective": "multiclass", "num_class": len(look.classes)}
    return settings | {
        "num_leaves": 15,
        "learning_rate": 0.1,
        "min_data_in_leaf": int(np.clip(rows // 100, 3, 20)),
        "max_bin": 63,
        "seed": 0,
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": 1,  # so little work that threads only wait for each other
        "verbose": -1,
    }


def measure(look: Look) -> str:
    """The figure that ``score`` gives: ``roc_auc``, ``accuracy`` or ``r2``; higher is better."""
    if not look.classify:
        return "r2"
    return "roc_auc" if len(look.classes) == 2 else "accuracy"


def score(look: Look, answer: np.ndarray, test: np.ndarray) -> float:
    """The quick model's figure on the test rows; NaN where it cannot be had."""
    truth = look.truth[test]
    if not look.classify:
        spread = float(truth.var())
        return 1 - float(np.mean((truth - answer) ** 2)) / spread if spread > 0 else float("nan")
    if len(look.classes) == 2:
        return auc(truth, answer[:, 1])
    return float((answer.argmax(axis=1) == truth).mean())
