"""Tree ensembles: every child, leaf and column that a node names must be there.

onnxruntime follows these numbers without looking, so a wrong one would read foreign memory, and a
circle would never end.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from luodi.core.errors import LuodiError

MOST_LEVELS = 512
LAST_MODE = 5  # BRANCH_LEQ, LT, GTE, GT, EQ, NEQ; set membership (6) is not used
_NUMBERS = [
    "nodes_featureids",
    "nodes_truenodeids",
    "nodes_falsenodeids",
    "nodes_trueleafs",
    "nodes_falseleafs",
]
_TENSORS = {"nodes_splits", "nodes_modes", "leaf_weights"}
_REQUIRED = {*_NUMBERS, *_TENSORS, "leaf_targetids", "tree_roots"}
_INTEGERS = {*_NUMBERS, "leaf_targetids", "tree_roots", "nodes_missing_value_tracks_true"}
_OPTIONAL = {
    "n_targets",
    "aggregate_function",
    "post_transform",
    "nodes_missing_value_tracks_true",
    "nodes_hitrates",
}


class Trees(NamedTuple):
    """What the rest of the gate has to know of an ensemble.

    Attributes:
        features: Columns that it reads: one more than the highest.
        targets: Columns that it writes.
        comparisons: Comparisons that a row costs at most.
    """

    features: int
    targets: int
    comparisons: int

    def settings(self) -> dict[str, int]:
        """The same as the settings that ``shapes`` reads."""
        return self._asdict()


def check(values: Mapping[str, Any], name: str) -> Trees:
    """Check one ``TreeEnsemble`` node of ai.onnx.ml 5.

    Args:
        values: The node's attributes as numpy arrays and integers.
        name: What to call the node in errors.

    Raises:
        LuodiError: ``release.graph_trees``.
    """
    ask = _Asker(name)
    ask("attributes", _REQUIRED <= values.keys() <= _REQUIRED | _OPTIONAL)
    arrays = {key: value for key, value in values.items() if isinstance(value, np.ndarray)}
    ask("attribute types", arrays.keys() >= _REQUIRED and all(a.ndim == 1 for a in arrays.values()))
    count, leaves = len(arrays["nodes_splits"]), len(arrays["leaf_weights"])
    weights = arrays["leaf_weights"].dtype
    ask("leaf_weights", weights.kind == "f" and weights == arrays["nodes_splits"].dtype)
    ask("attribute types", all(arrays[key].dtype == np.int64 for key in _INTEGERS & arrays.keys()))
    ask("nodes and leaves", count > 0 and leaves > 0)
    for key, array in arrays.items():
        per_node = len(array) in ((0, count) if key in _OPTIONAL else (count,))
        ask(key, per_node if key.startswith("nodes_") else True)
    ask("nodes_modes", arrays["nodes_modes"].dtype == np.uint8)
    ask("nodes_modes", int(arrays["nodes_modes"].max()) <= LAST_MODE)
    tracks = arrays.get("nodes_missing_value_tracks_true", np.empty(0, np.int64))
    ask("nodes_missing_value_tracks_true", _within(tracks, 2))
    targets = int(values.get("n_targets", 1))
    ask("n_targets", 1 <= targets <= 2**16)
    ask("leaf_targetids", len(arrays["leaf_targetids"]) == leaves)
    ask("leaf_targetids", _within(arrays["leaf_targetids"], targets))
    ask("aggregate_function", values.get("aggregate_function", 1) in (0, 1))
    ask("post_transform", values.get("post_transform", 0) == 0)
    ask("nodes_featureids", _within(arrays["nodes_featureids"], 2**31))
    levels = _levels(arrays, count, leaves, ask)
    features = int(arrays["nodes_featureids"].max()) + 1
    return Trees(features, targets, levels * len(arrays["tree_roots"]))


def _levels(arrays: Mapping[str, np.ndarray], count: int, leaves: int, ask: _Asker) -> int:
    """Depth of the deepest tree; every node must hang under exactly one root."""
    children = np.stack([arrays["nodes_truenodeids"], arrays["nodes_falsenodeids"]], axis=1)
    leaf = np.stack([arrays["nodes_trueleafs"], arrays["nodes_falseleafs"]], axis=1)
    ask("nodes_trueleafs, nodes_falseleafs", _within(leaf, 2))
    inner = leaf == 0
    ask("children", _within(children[inner], count) and _within(children[~inner], leaves))
    roots = arrays["tree_roots"]
    ask("tree_roots", len(roots) > 0 and _within(roots, count))
    parents = np.bincount(np.concatenate([children[inner], roots]), minlength=count)
    ask("a node with two parents or none", bool((parents == 1).all()))
    below = np.where(inner, children, -1)
    by_true, by_false = np.ascontiguousarray(below.T)
    level, reached, levels = roots, 0, 0
    while len(level):
        reached += len(level)
        levels += 1
        ask("depth", levels <= MOST_LEVELS)
        level = np.concatenate([by_true.take(level), by_false.take(level)])
        level = level[level >= 0]
    ask("a circle", reached == count)
    return levels


def _within(numbers: np.ndarray, end: int) -> bool:
    """Whether all are from 0 to below ``end``."""
    return not numbers.size or (int(numbers.min()) >= 0 and int(numbers.max()) < end)


class _Asker(NamedTuple):
    node: str

    def __call__(self, what: str, holds: bool) -> None:
        if not holds:
            raise LuodiError("release.graph_trees", node=self.node, fault=what)
