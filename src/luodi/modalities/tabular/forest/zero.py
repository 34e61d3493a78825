"""LightGBM's zeros: values up to ±1e-35 are zero to it, and zero may count as missing.

A model trained with ``zero_as_missing`` sends zeros in a split's default direction whatever the
threshold, so its values may go left, right and left again. Where one comparison cannot say
this, three can.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from luodi.core.errors import LuodiError
from luodi.modalities.tabular.forest.value import LEQ, Booleans, Forest

ZERO = float(np.float32(1e-35))
"""LightGBM's ``kZeroThreshold``: values from -ZERO to ZERO are zeros."""
BELOW_ZERO = float(np.nextafter(-ZERO, -np.inf))
LARGEST = 50
"""How many times its splits a forest may grow to."""
_OF_SPLITS = ("feature", "threshold", "mode", "missing_true")


@dataclass(frozen=True, eq=False)
class Zeros:
    """Which splits treat zero as missing, and the default direction of every split."""

    treated: Booleans
    default_left: Booleans


def with_zero_directions(forest: Forest, zeros: Zeros) -> Forest:
    """The same forest, whose zeros go where LightGBM sends them.

    Args:
        forest: A forest of ``LEQ`` splits, missing values in the default direction.
        zeros: Shape (m,) each, for the first m splits; the later ones are left as they are.
    """
    treated, left = (_longer(flags, forest.splits) for flags in (zeros.treated, zeros.default_left))
    inside = np.abs(forest.threshold) <= ZERO
    zero_is_left = np.where(treated, left, forest.threshold >= 0)
    beside = np.where(zero_is_left, ZERO, BELOW_ZERO)
    threshold = np.where(inside, beside, forest.threshold)
    torn = np.flatnonzero(~inside & (zero_is_left != (threshold > 0)))
    snapped = replace(forest, threshold=threshold)
    return _unshared(_torn_apart(snapped, torn)) if len(torn) else snapped


def _longer(flags: Booleans, length: int) -> Booleans:
    return np.concatenate([flags, np.zeros(length - len(flags), bool)])


def _torn_apart(forest: Forest, torn: np.ndarray) -> Forest:
    """Split in three each split that zeros cross.

    Above zero, ``value <= t ? yes : no`` with zeros to ``no`` becomes
    ``value <= t ? (value <= ZERO ? (value < -ZERO ? yes : no) : yes) : no``;
    below zero, with zeros to ``yes``, ``value <= t ? yes :
    (value <= ZERO ? (value < -ZERO ? no : yes) : no)``. The three share their children.
    """
    count = len(torn)
    first, second = forest.splits + np.arange(count), forest.splits + count + np.arange(count)
    above = forest.threshold[torn] > 0
    far, far_leaf = _children(forest, torn, above)
    near, near_leaf = _children(forest, torn, ~above)
    turned = {
        "true_child": _set(forest.true_child, torn[above], first[above]),
        "true_is_leaf": _set(forest.true_is_leaf, torn[above], False),
        "false_child": _set(forest.false_child, torn[~above], first[~above]),
        "false_is_leaf": _set(forest.false_is_leaf, torn[~above], False),
    }
    added = {
        "feature": np.tile(forest.feature[torn], 2),
        "threshold": np.repeat([ZERO, BELOW_ZERO], count),
        "mode": np.full(2 * count, LEQ, np.uint8),
        "missing_true": np.zeros(2 * count, bool),
        "true_child": np.concatenate([second, far]),
        "true_is_leaf": np.concatenate([np.zeros(count, bool), far_leaf]),
        "false_child": np.concatenate([far, near]),
        "false_is_leaf": np.concatenate([far_leaf, near_leaf]),
    }
    kept = {name: turned.get(name, getattr(forest, name)) for name in added}
    longer = {name: np.concatenate([kept[name], more]) for name, more in added.items()}
    return Forest(**{**forest.__dict__, **longer})


def _unshared(forest: Forest) -> Forest:
    """Give every split that two others lead to a copy for each, since ONNX wants trees."""
    level, order, first = forest.roots, [], len(forest.roots)
    children: list[tuple[np.ndarray, np.ndarray]] = []
    while len(level):
        order.append(level)
        child = np.stack([forest.true_child[level], forest.false_child[level]], axis=1)
        split = ~np.stack([forest.true_is_leaf[level], forest.false_is_leaf[level]], axis=1)
        level = child[split]
        child[split] = first + np.arange(len(level))
        children.append((child, split))
        first += len(level)
        if first > LARGEST * forest.splits:
            what = "zeros treated as missing at too many splits"
            raise LuodiError("forest.unsupported", library="LightGBM", what=what)
    copy = np.concatenate(order)
    child, split = (np.concatenate(parts) for parts in zip(*children, strict=True))
    kept = {name: getattr(forest, name)[copy] for name in _OF_SPLITS}
    return replace(
        forest,
        **kept,
        roots=np.arange(forest.trees),
        true_child=child[:, 0],
        false_child=child[:, 1],
        true_is_leaf=~split[:, 0],
        false_is_leaf=~split[:, 1],
    )


def _children(forest: Forest, rows: np.ndarray, true: Booleans) -> tuple[np.ndarray, np.ndarray]:
    """Of each split, the child for rows where it holds, or the other one, and if it is a leaf."""
    child = np.where(true, forest.true_child[rows], forest.false_child[rows])
    return child, np.where(true, forest.true_is_leaf[rows], forest.false_is_leaf[rows])


def _set(array: np.ndarray, rows: np.ndarray, values: np.ndarray | bool) -> np.ndarray:
    changed = array.copy()
    changed[rows] = values
    return changed
