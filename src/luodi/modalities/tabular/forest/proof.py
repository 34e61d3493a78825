"""Proof that a forest is its library's: the leaf that each row reaches in each tree."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from luodi.modalities.tabular.forest import emit
from luodi.modalities.tabular.forest import value as codes
from luodi.modalities.tabular.forest.parts import parts
from luodi.modalities.tabular.forest.value import Doubles, Forest, Integers

_CELLS = 4_000_000
"""Rows times trees that are asked for at once."""


def leaves(forest: Forest, X: NDArray[Any]) -> Integers:
    """The leaf that each row reaches in each tree, as the runtime that scores releases finds it.

    The trees run as they will be shipped, with the library's number of each leaf in place of
    its weight and one output a tree.

    Args:
        forest: The forest.
        X: Shape (rows, columns), NaN where missing. What is larger than the largest float32
            counts as that.

    Returns:
        Shape (rows, trees), the library's own numbers of the leaves.
    """
    return np.concatenate([_leaves(part, X) for part in parts(forest)], axis=1)


def _leaves(forest: Forest, X: NDArray[Any]) -> Integers:
    telling = replace(
        forest,
        leaf_target=forest.tree_of_leaf,
        leaf_weight=forest.leaf_number.astype(np.float64),
        targets=forest.trees,
        base=np.zeros(forest.trees),
    )
    session = _session(telling, X.shape[1])
    found = np.empty((len(X), forest.trees), np.int64)
    step = max(1, _CELLS // max(forest.trees, 1))
    for start in range(0, len(X), step):
        rows = np.asarray(X[start : start + step], np.float64)
        held = np.clip(rows, -codes.FLOAT32_MAX, codes.FLOAT32_MAX)
        found[start : start + step] = session.run(None, {"features": held})[0]
    return found


def _session(forest: Forest, columns: int) -> Any:
    """The trees alone as a graph; on all cores, for this is not what is timed."""
    import onnx
    import onnxruntime as ort
    from onnx import TensorProto, helper

    nodes, initializers = emit.nodes(forest, "features", "leaves", "trees")
    given = helper.make_tensor_value_info("features", TensorProto.DOUBLE, [None, columns])
    asked = helper.make_tensor_value_info("leaves", TensorProto.DOUBLE, [None, forest.targets])
    graph = helper.make_graph(nodes, "leaves", [given], [asked], initializers)
    domains = [helper.make_opsetid("", 21), helper.make_opsetid(emit.DOMAIN, 5)]
    model: onnx.ModelProto = helper.make_model(graph, opset_imports=domains, ir_version=10)
    options = ort.SessionOptions()
    options.intra_op_num_threads = os.cpu_count() or 1
    options.log_severity_level = 3
    return ort.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )


def same_leaves(native: Any, forest: Forest, X: NDArray[Any]) -> int:
    """Compare the leaves of a forest with those that the library itself reaches.

    Args:
        native: The booster or estimator that the forest was made of.
        forest: The forest, neither merged nor compacted.
        X: Shape (rows, columns), float32, NaN where missing.

    Returns:
        The number of (row, tree) pairs whose leaves differ; 0 when the forest is right.
    """
    wanted = _native_leaves(native, forest, X)
    copies = forest.trees // max(wanted.shape[1], 1)
    found = leaves(forest, X)
    return int((found != np.tile(wanted, (1, copies))[:, : forest.trees]).sum())


def split_points(forest: Forest, limit: int) -> tuple[Integers, Doubles]:
    """Columns and thresholds of splits, spread evenly over all that differ.

    Left out are thresholds that no finite float32 crosses: some learners tell missing values
    from all others by such a one.

    Args:
        forest: The forest.
        limit: How many to give at most.

    Returns:
        The columns and their thresholds, each of shape (up to limit,).
    """
    crossed = np.abs(forest.threshold) < codes.FLOAT32_MAX
    asked = [forest.feature[crossed].astype(np.float64), forest.threshold[crossed]]
    pairs = np.unique(np.stack(asked), axis=1)
    count = pairs.shape[1]
    chosen = np.unique(np.linspace(0, count - 1, min(limit, count)).round().astype(np.int64))
    return pairs[0, chosen].astype(np.int64), pairs[1, chosen]


def _native_leaves(native: Any, forest: Forest, X: NDArray[Any]) -> Integers:
    """The library's own leaf numbers, shape (rows, the library's trees)."""
    library = type(native).__module__.partition(".")[0]
    if library == "lightgbm":
        rounds = forest.trees // forest.targets
        found = native.predict(X, pred_leaf=True, num_iteration=rounds)
    elif library == "xgboost":
        found = _xgboost_leaves(native, forest, X)
    elif library == "catboost":
        found = native.calc_leaf_indexes(X)
    else:
        # the library sums all features to see whether any is infinite, which may overflow
        with np.errstate(over="ignore", invalid="ignore"):
            found = native.apply(X)
    return np.asarray(found, np.int64).reshape(len(X), -1)


def _xgboost_leaves(native: Any, forest: Forest, X: NDArray[Any]) -> NDArray[Any]:
    from xgboost import DMatrix

    names = native.feature_names
    matrix = DMatrix(X, feature_names=names, feature_types=native.feature_types)
    found = np.asarray(native.predict(matrix, pred_leaf=True))
    return found.reshape(len(X), -1)[:, : forest.trees]
