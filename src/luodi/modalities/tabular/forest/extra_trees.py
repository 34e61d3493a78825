"""Extra trees and random forests of scikit-learn as forests."""

from __future__ import annotations

from typing import Any

import numpy as np

from luodi.core.errors import LuodiError
from luodi.modalities.tabular.forest.table import NodeTable, forest_of
from luodi.modalities.tabular.forest.value import Forest, copied


def from_extra_trees(estimator: Any) -> Forest:
    """The forest of a scikit-learn ExtraTrees or RandomForest classifier or regressor.

    scikit-learn compares float32 values with double thresholds, as the forest does.

    Args:
        estimator: The fitted estimator, with one output.

    Returns:
        The forest. Its scores are the predicted value; for two classes the probability of the
        second; for K > 2 classes all K probabilities, every tree standing there K times.

    Raises:
        LuodiError: ``forest.unsupported`` for several outputs.
    """
    if estimator.n_outputs_ != 1:
        raise LuodiError("forest.unsupported", library="scikit-learn", what="several outputs")
    trees = [member.tree_ for member in estimator.estimators_]
    table = np.concatenate([tree.__getstate__()["nodes"] for tree in trees])
    nodes = NodeTable(
        sizes=np.array([tree.node_count for tree in trees], np.int64),
        left=table["left_child"].astype(np.int64),
        right=table["right_child"].astype(np.int64),
        feature=table["feature"].astype(np.int64),
        threshold=table["threshold"].astype(np.float64),
        missing_left=table["missing_go_to_left"].astype(bool),
        value=np.zeros(len(table)),
        target=np.zeros(len(trees), np.int64),
    )
    values = np.concatenate([tree.value[:, 0, :] for tree in trees])[nodes.left < 0]
    classes = getattr(estimator, "n_classes_", 1)
    if classes > 1:
        values = values / values.sum(axis=1, keepdims=True)
    if classes == 2:
        values = values[:, 1:]
    return copied(forest_of(nodes, np.zeros(1)), values / len(trees))
