"""Rows walked down the trees in numpy: the plain reference that graphs are compared with."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from luodi.modalities.tabular.forest import value as codes
from luodi.modalities.tabular.forest.value import Doubles, Forest, Integers

_PAIRS = 200_000
_COMPARE = {
    codes.LT: np.less,
    codes.GTE: np.greater_equal,
    codes.GT: np.greater,
    codes.EQ: np.equal,
    codes.NEQ: np.not_equal,
}


def leaves(forest: Forest, X: NDArray[Any]) -> Integers:
    """The leaf that each row reaches in each tree.

    Args:
        forest: The forest.
        X: Shape (rows, columns), NaN where missing. What is larger than the largest float32
            counts as that.

    Returns:
        Shape (rows, trees), indices into the forest's leaves.
    """
    found = np.empty((len(X), forest.trees), np.int64)
    for rows in _chunks(len(X), forest.trees):
        held = np.clip(np.asarray(X[rows], np.float64), -codes.FLOAT32_MAX, codes.FLOAT32_MAX)
        found[rows] = _walked(forest, held)
    return found


def margins(forest: Forest, X: NDArray[Any]) -> Doubles:
    """The raw scores of each row: the base and what its leaves add.

    Args:
        forest: The forest.
        X: Shape (rows, columns), NaN where missing.

    Returns:
        Shape (rows, targets).
    """
    scores = np.empty((len(X), forest.targets))
    for rows in _chunks(len(X), forest.trees):
        reached = leaves(forest, X[rows])
        weight, target = forest.leaf_weight[reached], forest.leaf_target[reached]
        for one in range(forest.targets):
            scores[rows, one] = np.where(target == one, weight, 0.0).sum(axis=1)
    return scores + forest.base


def _chunks(rows: int, trees: int) -> Iterator[slice]:
    step = max(1, _PAIRS // max(trees, 1))
    return (slice(start, min(start + step, rows)) for start in range(0, rows, step))


def _walked(forest: Forest, X: Doubles) -> Integers:
    """One level at a time, for all pairs of row and tree that have not reached a leaf."""
    below = np.where(forest.true_is_leaf, ~forest.true_child, forest.true_child)
    other = np.where(forest.false_is_leaf, ~forest.false_child, forest.false_child)
    children = np.stack([other, below], axis=1).ravel()
    cells = X.ravel()
    at = np.tile(forest.roots, len(X))
    pairs = np.arange(len(at))
    cell = np.repeat(np.arange(len(X)) * X.shape[1], forest.trees)
    reached = np.empty(len(at), np.int64)
    while len(pairs):
        holds = _holds(forest, at, cells[cell + forest.feature[at]])
        child = children[2 * at + holds]
        going = child >= 0
        reached[pairs[~going]] = ~child[~going]
        at, pairs, cell = child[going], pairs[going], cell[going]
    return reached.reshape(len(X), forest.trees)


def _holds(forest: Forest, at: Integers, value: Doubles) -> NDArray[np.bool_]:
    """Whether each value passes its split; a missing one does also where the split says so."""
    threshold, asked = forest.threshold[at], forest.mode[at]
    holds = value <= threshold
    for mode, compare in _COMPARE.items():
        here = asked == mode
        if here.any():
            holds[here] = compare(value[here], threshold[here])
    missing = np.isnan(value)
    holds[missing] |= forest.missing_true[at[missing]]
    return holds
