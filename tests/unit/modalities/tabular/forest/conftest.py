"""Learners, edge rows and an ONNX session for the forest tests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from luodi.modalities.tabular import forest as trees
from luodi.modalities.tabular.forest import Forest

HUGE = np.float32(3.4028235e38)
TINY = np.float32(1e-42)  # subnormal
SPECIAL = np.array([HUGE, -HUGE, TINY, -TINY, -0.0, 0.0, 1e-35, -1e-35, 1.1e-35], np.float32)


@dataclass(frozen=True)
class Trained:
    """A trained library model, its forest, and how to ask both."""

    native: Any
    forest: Forest
    margins: Callable[[np.ndarray], np.ndarray]
    takes_missing: bool
    takes_infinite: bool


def records(goal: str, missing: bool, rows: int = 500) -> tuple[np.ndarray, np.ndarray]:
    """Float32 features and a target that depends on them."""
    random = np.random.default_rng(7)
    X = random.normal(size=(rows, 5)).astype(np.float32)
    X[:, 4] = random.integers(-2, 3, rows)
    score = X[:, 0] * X[:, 1] + X[:, 4] + random.normal(size=rows) * 0.2
    if missing:
        X[random.random(X.shape) < 0.15] = np.nan
    if goal == "missingness":
        return X, np.isnan(X[:, 0]) + 0.5 * np.isnan(X[:, 1])
    if goal == "regress":
        return X, score
    return X, np.digitize(score, [0.0] if goal == "binary" else [-1.0, 1.0])


def lightgbm(goal: str, missing: bool, rounds: int = 20, **params: Any) -> Trained:
    import lightgbm

    X, y = records(goal, missing)
    objective = {"binary": "binary", "multi": "multiclass"}.get(goal, "regression")
    more = {"num_class": 3} if goal == "multi" else {}
    settings = {"objective": objective, "verbose": -1, "num_threads": 1, **more, **params}
    booster = lightgbm.train(settings, lightgbm.Dataset(X, y), rounds + 3)

    def margins(X: np.ndarray) -> np.ndarray:
        return booster.predict(X, raw_score=True, num_iteration=rounds).reshape(len(X), -1)

    return Trained(booster, trees.from_lightgbm(booster, rounds), margins, True, True)


def xgboost(goal: str, missing: bool, rounds: int = 20, **params: Any) -> Trained:
    import xgboost

    X, y = records(goal, missing)
    names = {"binary": "binary:logistic", "multi": "multi:softprob"}
    more = {"num_class": 3} if goal == "multi" else {}
    settings = {"objective": names.get(goal, "reg:squarederror"), "nthread": 1, **more, **params}
    booster = xgboost.train(settings, xgboost.DMatrix(X, y), rounds + 3)

    def margins(X: np.ndarray) -> np.ndarray:
        matrix = xgboost.DMatrix(X)
        found = booster.predict(matrix, output_margin=True, iteration_range=(0, rounds))
        return found.reshape(len(X), -1)

    return Trained(booster, trees.from_xgboost(booster, rounds), margins, True, False)


def catboost(goal: str, missing: bool, rounds: int = 20, **params: Any) -> Trained:
    import catboost

    X, y = records(goal, missing)
    loss = {"binary": "Logloss", "multi": "MultiClass"}.get(goal, "RMSE")
    model = catboost.CatBoost(
        {"loss_function": loss, "iterations": rounds, "thread_count": 1, "verbose": 0,
         "allow_writing_files": False, "learning_rate": 0.3, **params}
    )  # fmt: skip
    model.fit(X, y)

    def margins(X: np.ndarray) -> np.ndarray:
        return model.predict(X, prediction_type="RawFormulaVal").reshape(len(X), -1)

    return Trained(model, trees.from_catboost(model), margins, True, True)


def extra_trees(goal: str, missing: bool, rounds: int = 20, **params: Any) -> Trained:
    from sklearn import ensemble

    X, y = records(goal, missing)
    classes = goal in ("binary", "multi")
    kind = ensemble.ExtraTreesClassifier if classes else ensemble.ExtraTreesRegressor
    estimator = kind(rounds, random_state=0, n_jobs=1, **params).fit(X, y)

    def margins(X: np.ndarray) -> np.ndarray:
        if not classes:
            return estimator.predict(X)[:, None]
        return estimator.predict_proba(X)[:, 1 if goal == "binary" else 0 :]

    return Trained(estimator, trees.from_extra_trees(estimator), margins, missing, False)


LIBRARIES = {f.__name__: f for f in (lightgbm, xgboost, catboost, extra_trees)}


@pytest.fixture
def train() -> Callable[..., Trained]:
    """``train(library, goal, missing, rounds, **params)``."""
    return lambda library, *args, **params: LIBRARIES[library](*args, **params)


@pytest.fixture
def edge_rows() -> Callable[[Trained], np.ndarray]:
    """Rows at, just above and just below split points, with special values and missing ones."""

    def rows(trained: Trained) -> np.ndarray:
        random = np.random.default_rng(1)
        feature, threshold = trees.split_points(trained.forest, 400)
        point = threshold.astype(np.float32)
        beside = [np.nextafter(point, end) for end in (-HUGE, HUGE)]
        values = np.stack([point, *beside])
        split = random.normal(size=(*values.shape, 5)).astype(np.float32)
        split[:, np.arange(len(feature)), feature] = values
        extra = [np.nan] * trained.takes_missing + [np.inf, -np.inf] * trained.takes_infinite
        special = np.concatenate([SPECIAL, np.array(extra, np.float32)])
        mixed = random.choice(special, (200, 5))
        blended = np.where(random.random((200, 5)) < 0.3, mixed, split.reshape(-1, 5)[:1])
        random_rows = random.normal(size=(300, 5)).astype(np.float32)
        return np.concatenate([split.reshape(-1, 5), mixed, blended, random_rows])

    return rows


@pytest.fixture
def onnx_margins() -> Callable[[Forest, np.ndarray], np.ndarray]:
    """What onnxruntime makes of a forest."""

    def scores(forest: Forest, X: np.ndarray) -> np.ndarray:
        import onnxruntime
        from onnx import TensorProto, helper

        nodes, initializers = trees.nodes(forest, "x", "y", "forest")
        inputs = [helper.make_tensor_value_info("x", TensorProto.DOUBLE, [None, X.shape[1]])]
        outputs = [helper.make_tensor_value_info("y", TensorProto.DOUBLE, [None, forest.targets])]
        graph = helper.make_graph(nodes, "forest", inputs, outputs, initializers)
        opsets = [helper.make_opsetid("", 21), helper.make_opsetid("ai.onnx.ml", 5)]
        model = helper.make_model(graph, opset_imports=opsets, ir_version=10)
        session = onnxruntime.InferenceSession(model.SerializeToString())
        return session.run(None, {"x": X.astype(np.float64)})[0]

    return scores
