"""CatBoost models as forests: each symmetric tree becomes an ordinary one."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np

from luodi.core.errors import LuodiError
from luodi.modalities.tabular.forest.table import with_stumps
from luodi.modalities.tabular.forest.value import LEQ, Doubles, Forest, Integers, copied, joined

_Tree = Mapping[str, Any]


def from_catboost(model: Any) -> Forest:
    """The forest of a CatBoost model.

    CatBoost asks ``value > border`` of float32 numbers; the forest asks ``value <= border`` and
    exchanges the children. Missing values fail the question, or pass it where CatBoost put them
    above all others.

    Args:
        model: A fitted ``catboost.CatBoost`` (or classifier, regressor) of symmetric trees over
            numeric columns. Shrink it beforehand to take fewer trees.

    Returns:
        The forest; its raw scores equal ``prediction_type="RawFormulaVal"`` to the last bits.
        With K > 2 classes every tree stands there K times.

    Raises:
        LuodiError: ``forest.categorical``, ``forest.unsupported`` or ``environment.temporary``.
    """
    exported = _exported(model)
    if "oblivious_trees" not in exported:
        raise _unsupported("trees that are not symmetric")
    trees: Sequence[_Tree] = exported["oblivious_trees"]
    kinds = {split["split_type"] for tree in trees for split in tree["splits"] or ()}
    if kinds - {"FloatFeature"}:
        raise LuodiError("forest.categorical", library="CatBoost")
    scale, bias = exported["scale_and_bias"]
    features = exported["features_info"]["float_features"]
    shape, vectors = _shape(trees, features, len(bias))
    return replace(copied(shape, vectors * scale), base=np.array(bias, np.float64))


def _unsupported(what: str) -> LuodiError:
    return LuodiError("forest.unsupported", library="CatBoost", what=what)


def _exported(model: Any) -> dict[str, Any]:
    """The model as CatBoost's own JSON, which it writes to files only."""
    from catboost import CatBoostError

    try:
        with tempfile.TemporaryDirectory(prefix="luodi-") as folder:
            path = Path(folder) / "model.json"
            model.save_model(str(path), format="json")
            content: dict[str, Any] = json.loads(path.read_bytes())
    except (CatBoostError, OSError, ValueError):  # what it wrote may also be cut off
        raise LuodiError("environment.temporary") from None
    return content


def _shape(
    trees: Sequence[_Tree], features: Sequence[Mapping[str, Any]], targets: int
) -> tuple[Forest, Doubles]:
    """All trees with one leaf each, in their order, and the vectors of their leaves."""
    column = np.array([one["flat_feature_index"] for one in features], np.int64)
    high = np.array([one["nan_value_treatment"] == "AsTrue" for one in features], bool)
    parts, vectors = [], []
    for depth, same in groupby(trees, key=lambda tree: len(tree["splits"] or ())):
        group = list(same)
        splits = [tree["splits"] or () for tree in group]
        index = [[split["float_feature_index"] for split in tree] for tree in splits]
        border = [[split["border"] for split in tree] for tree in splits]
        used = np.array(index, np.int64).reshape(len(group), depth)
        exact = np.array(border, np.float32).reshape(len(group), depth).astype(np.float64)
        parts.append(_expanded(column[used], exact, ~high[used]))
        vectors.append(np.array([tree["leaf_values"] for tree in group]).reshape(-1, targets))
    return joined(parts), np.concatenate(vectors)


def _expanded(feature: Integers, border: Doubles, missing_true: np.ndarray) -> Forest:
    """Symmetric trees of one depth as ordinary trees.

    Args:
        feature: Shape (trees, depth), the column asked at each level.
        border: Shape (trees, depth), what it is compared with.
        missing_true: Shape (trees, depth), whether a missing value counts as below.

    Returns:
        The forest. The leaf number's bit ``i`` is set where level ``i`` answered "above".
    """
    trees, depth = feature.shape
    leaves, splits = 2**depth, 2**depth - 1
    level = np.repeat(np.arange(depth), 2 ** np.arange(depth))
    code = np.arange(splits) - (2**level - 1)
    last = level == depth - 1
    below = np.where(last, code, 2 ** (level + 1) - 1 + code)
    start = np.arange(trees)[:, None] * np.where(last, leaves, splits)
    forest = Forest(
        roots=np.arange(trees) * max(splits, 1),
        feature=feature[:, level].ravel(),
        threshold=border[:, level].ravel(),
        mode=np.full(trees * splits, LEQ, np.uint8),
        true_child=(start + below).ravel(),
        false_child=(start + below + 2**level).ravel(),
        true_is_leaf=np.tile(last, trees),
        false_is_leaf=np.tile(last, trees),
        missing_true=missing_true[:, level].ravel(),
        leaf_target=np.zeros(trees * leaves, np.int64),
        leaf_weight=np.zeros(trees * leaves),
        leaf_number=np.tile(np.arange(leaves), trees),
        tree_of_leaf=np.repeat(np.arange(trees), leaves),
        targets=1,
        base=np.zeros(1),
    )
    return with_stumps(forest, np.full(trees, depth == 0))
