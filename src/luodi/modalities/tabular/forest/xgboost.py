"""XGBoost boosters as forests."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from luodi.core.errors import LuodiError
from luodi.modalities.tabular.forest.table import NodeTable, forest_of
from luodi.modalities.tabular.forest.value import Doubles, Forest

# Objectives whose base score is a probability or a mean, by the link to the raw score.
_LOGIT = {"binary:logistic", "reg:logistic"}
_LOG = {"count:poisson", "reg:gamma", "reg:tweedie", "survival:cox", "survival:aft"}


def from_xgboost(booster: Any, rounds: int | None = None) -> Forest:
    """The forest of an XGBoost booster.

    XGBoost asks ``value < t`` of float32 numbers; the forest asks ``value <= t'`` with ``t'``
    the next float32 below, which is the same for every float32 value.

    Args:
        booster: An ``xgboost.Booster`` of booster type gbtree with numeric splits.
        rounds: The boosting rounds to take, from the first; all of them when None.

    Returns:
        The forest; its raw scores equal ``predict(output_margin=True)`` up to the float32 in
        which XGBoost adds up.

    Raises:
        LuodiError: ``forest.categorical`` or ``forest.unsupported``.
    """
    learner = json.loads(booster.save_raw(raw_format="json"))["learner"]
    kind = learner["gradient_booster"]["name"]
    if kind != "gbtree":
        raise LuodiError("forest.unsupported", library="XGBoost", what=f"the booster {kind}")
    model = learner["gradient_booster"]["model"]
    count = len(model["trees"]) if rounds is None else _trees(model, rounds)
    base = _base(learner)
    return forest_of(_nodes(model["trees"][:count], model["tree_info"][:count]), base)


def _trees(model: Mapping[str, Any], rounds: int) -> int:
    """The number of trees in the first rounds."""
    ends = model["iteration_indptr"]
    return int(ends[min(rounds, len(ends) - 1)])


def _nodes(trees: Sequence[Mapping[str, Any]], target: Sequence[int]) -> NodeTable:
    if any(tree["tree_param"].get("size_leaf_vector", "1") not in ("0", "1") for tree in trees):
        raise LuodiError("forest.unsupported", library="XGBoost", what="leaves that hold vectors")
    if any(tree.get("categories_nodes") for tree in trees):
        raise LuodiError("forest.categorical", library="XGBoost")

    def column(name: str, kind: type[Any]) -> Any:
        return np.array([number for tree in trees for number in tree[name]], kind)

    condition = column("split_conditions", np.float32)
    below = np.nextafter(condition, np.float32(-np.inf)).astype(np.float64)
    return NodeTable(
        sizes=np.array([len(tree["left_children"]) for tree in trees], np.int64),
        left=column("left_children", np.int64),
        right=column("right_children", np.int64),
        feature=column("split_indices", np.int64),
        threshold=below,
        missing_left=column("default_left", np.bool_),
        value=condition.astype(np.float64),
        target=np.asarray(target, np.int64),
    )


def _base(learner: Mapping[str, Any]) -> Doubles:
    """What every row starts from, as a raw score for each target."""
    settings = learner["learner_model_param"]
    given = np.asarray(json.loads(settings["base_score"]), np.float32)
    scores = np.atleast_1d(given).astype(np.float64)
    targets = max(int(settings["num_class"]), int(settings.get("num_target", 1)), 1)
    objective = learner["objective"]["name"]
    if objective in _LOGIT:
        scores = -np.log(1 / scores - 1)
    elif objective in _LOG:
        scores = np.log(scores)
    return np.array(np.broadcast_to(scores, (targets,)), np.float64)
