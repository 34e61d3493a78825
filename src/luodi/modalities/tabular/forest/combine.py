"""Several forests as one, and forests made smaller without changing an answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from luodi.modalities.tabular.forest.value import Booleans, Forest, Integers, joined


def merge(
    forests: Sequence[Forest],
    weights: Sequence[float],
    feature_maps: Sequence[Integers] | None = None,
) -> Forest:
    """The weighted sum of forests as one forest.

    Args:
        forests: The forests, all with the same number of raw scores.
        weights: What each forest's raw scores are multiplied with.
        feature_maps: For each forest, the column of the common table that each of its own
            columns is; None when all read the same table.

    Returns:
        One forest whose raw scores are the weighted sums.
    """
    if feature_maps is not None:
        pairs = zip(forests, feature_maps, strict=True)
        forests = [replace(one, feature=np.asarray(to)[one.feature]) for one, to in pairs]
    scaled = [
        replace(forest, leaf_weight=forest.leaf_weight * weight, base=forest.base * weight)
        for forest, weight in zip(forests, weights, strict=True)
    ]
    return joined(scaled)


def compact(forest: Forest) -> Forest:
    """The same scores from fewer splits.

    A split whose two children are leaves that add the same becomes a leaf, again and again;
    then what no tree reaches is dropped. Leaves lose the library's numbers where two become
    one, so compare leaves before.

    Args:
        forest: The forest.

    Returns:
        A forest with the same raw scores for every row.
    """
    settled = np.zeros(forest.splits, bool)
    settled[forest.roots] = True
    while True:
        same = _same_leaves(forest) & ~settled
        if not same.any():
            return _reached(forest)
        settled |= same
        forest = _collapsed(forest, same)


def _same_leaves(forest: Forest) -> Booleans:
    """Splits that end in two leaves which add the same."""
    both = forest.true_is_leaf & forest.false_is_leaf
    one, other = forest.true_child[both], forest.false_child[both]
    both[both] = (forest.leaf_weight[one] == forest.leaf_weight[other]) & (
        forest.leaf_target[one] == forest.leaf_target[other]
    )
    return both


def _collapsed(forest: Forest, same: Booleans) -> Forest:
    """Lead past splits that end in two leaves which add the same, to the first of them."""

    def led(child: Integers, is_leaf: Booleans) -> tuple[Integers, Booleans]:
        past = ~is_leaf & same[np.where(is_leaf, 0, child)]
        leaf = forest.true_child[np.where(past, child, 0)]
        return np.where(past, leaf, child), is_leaf | past

    number = forest.leaf_number.copy()
    number[forest.true_child[same]] = -1
    true_child, true_is_leaf = led(forest.true_child, forest.true_is_leaf)
    false_child, false_is_leaf = led(forest.false_child, forest.false_is_leaf)
    return replace(
        forest,
        leaf_number=number,
        true_child=true_child,
        false_child=false_child,
        true_is_leaf=true_is_leaf,
        false_is_leaf=false_is_leaf,
    )


def _reached(forest: Forest) -> Forest:
    """The forest without splits and leaves that no root leads to."""
    splits = np.zeros(forest.splits, bool)
    leaves = np.zeros(len(forest.leaf_weight), bool)
    level = forest.roots
    while len(level):
        splits[level] = True
        child = np.concatenate([forest.true_child[level], forest.false_child[level]])
        is_leaf = np.concatenate([forest.true_is_leaf[level], forest.false_is_leaf[level]])
        leaves[child[is_leaf]] = True
        level = np.unique(child[~is_leaf])
    if splits.all() and leaves.all():
        return forest
    return _kept(forest, splits, leaves)


def _kept(forest: Forest, splits: Booleans, leaves: Booleans) -> Forest:
    split_place, leaf_place = np.cumsum(splits) - 1, np.cumsum(leaves) - 1

    def moved(child: Integers, is_leaf: Booleans) -> Integers:
        places = np.where(
            is_leaf,
            leaf_place[np.where(is_leaf, child, 0)],
            split_place[np.where(is_leaf, 0, child)],
        )
        return np.asarray(places[splits])

    return replace(
        forest,
        roots=split_place[forest.roots],
        feature=forest.feature[splits],
        threshold=forest.threshold[splits],
        mode=forest.mode[splits],
        true_child=moved(forest.true_child, forest.true_is_leaf),
        false_child=moved(forest.false_child, forest.false_is_leaf),
        true_is_leaf=forest.true_is_leaf[splits],
        false_is_leaf=forest.false_is_leaf[splits],
        missing_true=forest.missing_true[splits],
        leaf_target=forest.leaf_target[leaves],
        leaf_weight=forest.leaf_weight[leaves],
        leaf_number=forest.leaf_number[leaves],
        tree_of_leaf=forest.tree_of_leaf[leaves],
    )
