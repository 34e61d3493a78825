"""LightGBM boosters as forests, with LightGBM's own treatment of missing values and zeros."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from luodi.core.errors import LuodiError
from luodi.modalities.tabular.forest.table import with_stumps
from luodi.modalities.tabular.forest.value import (
    LEQ,
    Doubles,
    Forest,
    Integers,
    bounded,
)
from luodi.modalities.tabular.forest.zero import Zeros, with_zero_directions

CATEGORICAL, DEFAULT_LEFT = 1, 2
NO_MISSING, ZERO_MISSING = 0, 1
_LISTS = (
    "split_feature", "threshold", "decision_type", "left_child", "right_child", "leaf_value",
    "num_leaves", "is_linear",
)  # fmt: skip


def from_lightgbm(booster: Any, rounds: int | None = None) -> Forest:
    """The forest of a LightGBM booster.

    Missing values go as in LightGBM's ``Tree::NumericalDecision``: by the split's default
    direction where it was trained with them, as zero otherwise.

    Args:
        booster: A ``lightgbm.Booster`` with numeric splits.
        rounds: The boosting rounds to take, from the first; all of them when None.

    Returns:
        The forest; its raw scores equal ``predict(raw_score=True)`` to the last bits. Of a model
        in random forest mode it gives the mean of the trees, which is what its own link sees.

    Raises:
        LuodiError: ``forest.categorical`` or ``forest.unsupported``.
    """
    text = booster.model_to_string(num_iteration=-1 if rounds is None else rounds)
    head, _, rest = text.partition("\nTree=0\n")
    listed = _listed(rest.partition("\nend of trees")[0])
    if listed["is_linear"].any():
        raise LuodiError("forest.unsupported", library="LightGBM", what="linear leaves")
    classes = int(head.partition("\nnum_tree_per_iteration=")[2].split()[0])
    return _forest(listed, classes, averaged="\naverage_output" in head)


def _forest(listed: Mapping[str, Doubles], classes: int, averaged: bool) -> Forest:
    feature, threshold, decision, left, right, value, sizes, _ = (listed[n] for n in _LISTS)
    leaves = sizes.astype(np.int64)
    bits = decision.astype(np.int64)
    if (bits & CATEGORICAL).any():
        raise LuodiError("forest.categorical", library="LightGBM")
    missing_type, default_left = (bits >> 2) & 3, (bits & DEFAULT_LEFT) > 0
    tree_of_leaf = np.repeat(np.arange(len(leaves)), leaves)
    first_leaf, first_split = np.cumsum(leaves) - leaves, np.cumsum(leaves - 1) - leaves + 1
    alone = leaves == 1
    true_child, true_is_leaf = _children(left, leaves)
    false_child, false_is_leaf = _children(right, leaves)
    scale = classes / max(len(leaves), 1) if averaged else 1.0
    forest = Forest(
        roots=np.where(alone, first_leaf, first_split),
        feature=feature.astype(np.int64),
        threshold=bounded(threshold),
        mode=np.full(len(feature), LEQ, np.uint8),
        true_child=true_child,
        false_child=false_child,
        true_is_leaf=true_is_leaf,
        false_is_leaf=false_is_leaf,
        missing_true=np.where(missing_type == NO_MISSING, threshold >= 0, default_left),
        leaf_target=tree_of_leaf % classes,
        leaf_weight=value * scale,
        leaf_number=np.arange(len(value)) - first_leaf[tree_of_leaf],
        tree_of_leaf=tree_of_leaf,
        targets=classes,
        base=np.zeros(classes),
    )
    zeros = Zeros(missing_type == ZERO_MISSING, default_left)
    return with_zero_directions(with_stumps(forest, alone), zeros)


def _children(child: Doubles, leaves: Integers) -> tuple[Integers, np.ndarray]:
    """Children numbered through the whole forest; LightGBM writes leaf ``n`` as ``-n - 1``."""
    splits = leaves - 1
    first_split = np.repeat(np.cumsum(splits) - splits, splits)
    first_leaf = np.repeat(np.cumsum(leaves) - leaves, splits)
    number = child.astype(np.int64)
    is_leaf = number < 0
    return np.where(is_leaf, ~number + first_leaf, number + first_split), is_leaf


def _listed(body: str) -> dict[str, Doubles]:
    """By name, all numbers that the trees of a model text list under that name, in order."""
    found: dict[str, list[str]] = {name: [] for name in _LISTS}
    for line in body.splitlines():
        name, _, numbers = line.partition("=")
        if name in found:
            found[name].append(numbers)
    return {name: np.array(" ".join(texts).split(), np.float64) for name, texts in found.items()}
