"""LightGBM and CatBoost as they come: default settings, native categories, no tuning."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl


@dataclass(frozen=True)
class Answers:
    """What a model says of test rows.

    Attributes:
        classes: Class labels as text, in the order of the probabilities; empty for values.
        probabilities: Shape (rows, classes); None for values.
        decision: Decided labels as text, shape (rows,); None for values.
        value: Shape (rows,); None for classes.
    """

    classes: tuple[str, ...] = ()
    probabilities: np.ndarray | None = None
    decision: np.ndarray | None = None
    value: np.ndarray | None = None


Rival = Callable[[pl.DataFrame, pl.DataFrame, str, str], Answers]


def lightgbm(train: pl.DataFrame, test: pl.DataFrame, target: str, goal: str) -> Answers:
    """LightGBM with default settings; texts are its native categories."""
    from lightgbm import LGBMClassifier, LGBMRegressor

    features = train.drop(target)
    texts = [i for i, kind in enumerate(features.dtypes) if kind == pl.String]
    learned, asked = _coded(features, test.drop(target))
    model = (LGBMClassifier if goal == "classify" else LGBMRegressor)(verbose=-1)
    model.fit(learned, _truth(train, target, goal), categorical_feature=texts or "auto")
    return _answers(model, asked, goal)


def catboost(train: pl.DataFrame, test: pl.DataFrame, target: str, goal: str) -> Answers:
    """CatBoost with default settings; texts are its native categories."""
    from catboost import CatBoostClassifier, CatBoostRegressor, Pool

    texts = [i for i, kind in enumerate(train.drop(target).dtypes) if kind == pl.String]
    learned, asked = (_objects(table.drop(target)) for table in (train, test))
    kind = CatBoostClassifier if goal == "classify" else CatBoostRegressor
    model = kind(verbose=0, allow_writing_files=False)
    model.fit(Pool(learned, _truth(train, target, goal), cat_features=texts))
    return _answers(model, Pool(asked, cat_features=texts), goal)


RIVALS: dict[str, Rival] = {"LightGBM": lightgbm, "CatBoost": catboost}


def truth(table: pl.DataFrame, target: str, goal: str) -> np.ndarray:
    """The target as text for classes, as numbers for values."""
    return _truth(table, target, goal)


def _truth(table: pl.DataFrame, target: str, goal: str) -> np.ndarray:
    kind = pl.String if goal == "classify" else pl.Float64
    return table[target].cast(kind).to_numpy()


def _answers(model: Any, asked: Any, goal: str) -> Answers:
    if goal == "regress":
        return Answers(value=np.asarray(model.predict(asked)))
    decided = np.asarray(model.predict(asked)).ravel().astype(str)
    return Answers(tuple(map(str, model.classes_)), model.predict_proba(asked), decided)


def _coded(train: pl.DataFrame, test: pl.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Numbers as they are and texts by their place in the alphabet; NaN for unseen and missing."""
    learned, asked = [], []
    for name in train.columns:
        if train[name].dtype == pl.String:
            known = {text: i for i, text in enumerate(train[name].drop_nulls().unique().sort())}
            parts = [[known.get(t, np.nan) for t in table[name]] for table in (train, test)]
        else:
            parts = [table[name].cast(pl.Float64).to_numpy() for table in (train, test)]
        learned.append(np.asarray(parts[0], np.float64))
        asked.append(np.asarray(parts[1], np.float64))
    return np.column_stack(learned), np.column_stack(asked)


def _objects(table: pl.DataFrame) -> np.ndarray:
    """Cells as CatBoost takes them: floats, and texts that are never missing."""
    columns = [
        table[name].fill_null("").to_list()
        if table[name].dtype == pl.String
        else table[name].cast(pl.Float64).fill_null(float("nan")).to_list()
        for name in table.columns
    ]
    cells = np.empty(table.shape, object)
    for place, column in enumerate(columns):
        cells[:, place] = column
    return cells
