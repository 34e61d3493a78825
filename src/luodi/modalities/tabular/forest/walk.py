"""Walk rows down the trees in numpy, and compare the leaves with the library's own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from luodi.modalities.tabular.forest import value as codes
from luodi.modalities.tabular.forest.value import Doubles, Forest, Integers

_PAIRS = 200_000
"""Rows times trees that are walked at once, so that their working arrays stay in the cache."""
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
    found = forest.leaf_number[leaves(forest, X)]
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
        found = native.apply(X)
    return np.asarray(found, np.int64).reshape(len(X), -1)


def _xgboost_leaves(native: Any, forest: Forest, X: NDArray[Any]) -> NDArray[Any]:
    from xgboost import DMatrix

    names = native.feature_names
    matrix = DMatrix(X, feature_names=names, feature_types=native.feature_types)
    found = np.asarray(native.predict(matrix, pred_leaf=True))
    return found.reshape(len(X), -1)[:, : forest.trees]
