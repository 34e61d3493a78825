"""A forest cut into smaller ones, tree by tree."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from luodi.modalities.tabular.forest.value import Booleans, Forest, Integers

TREES = 256
"""Trees in one part. onnxruntime looks at every split of a node once for each of its trees while
it loads, so 2,000 small trees in one node load three times slower than in eight."""


def parts(forest: Forest, trees: int = TREES) -> list[Forest]:
    """Forests of at most so many trees, whose raw scores add up to the forest's.

    Args:
        forest: The forest; its leaves are named after their trees.
        trees: Most trees in one part.

    Returns:
        The parts in the order of the trees. The first one keeps the base scores.
    """
    if forest.trees <= trees:
        return [forest]
    tree_of_split = _trees_of_splits(forest)
    return [
        _part(forest, tree_of_split, first, min(first + trees, forest.trees))
        for first in range(0, forest.trees, trees)
    ]


def _trees_of_splits(forest: Forest) -> Integers:
    """The tree that each split stands in, found from the roots downwards; -1 where none does."""
    tree = np.full(forest.splits, -1, np.int64)
    tree[forest.roots] = np.arange(forest.trees)
    level = forest.roots
    while len(level):
        below = []
        for child, is_leaf in (
            (forest.true_child, forest.true_is_leaf),
            (forest.false_child, forest.false_is_leaf),
        ):
            inner = level[~is_leaf[level]]
            tree[child[inner]] = tree[inner]
            below.append(child[inner])
        level = np.concatenate(below)
    return tree


def _part(forest: Forest, tree_of_split: Integers, first: int, end: int) -> Forest:
    split = (tree_of_split >= first) & (tree_of_split < end)
    leaf = (forest.tree_of_leaf >= first) & (forest.tree_of_leaf < end)
    split_number, leaf_number = _numbers(split), _numbers(leaf)

    def moved(child: Integers, is_leaf: Booleans) -> Integers:
        child, is_leaf = child[split], is_leaf[split]
        moved = np.empty_like(child)
        moved[is_leaf] = leaf_number[child[is_leaf]]
        moved[~is_leaf] = split_number[child[~is_leaf]]
        return moved

    return replace(
        forest,
        roots=split_number[forest.roots[first:end]],
        feature=forest.feature[split],
        threshold=forest.threshold[split],
        mode=forest.mode[split],
        true_child=moved(forest.true_child, forest.true_is_leaf),
        false_child=moved(forest.false_child, forest.false_is_leaf),
        true_is_leaf=forest.true_is_leaf[split],
        false_is_leaf=forest.false_is_leaf[split],
        missing_true=forest.missing_true[split],
        leaf_target=forest.leaf_target[leaf],
        leaf_weight=forest.leaf_weight[leaf],
        leaf_number=forest.leaf_number[leaf],
        tree_of_leaf=forest.tree_of_leaf[leaf] - first,
        base=forest.base if first == 0 else np.zeros_like(forest.base),
    )


def _numbers(kept: Booleans) -> Integers:
    """New numbers of what is kept, counted from 0."""
    return np.cumsum(kept) - 1
