"""From node tables, as XGBoost and scikit-learn keep them, to a forest."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from luodi.modalities.tabular.forest.value import (
    LEQ,
    Booleans,
    Doubles,
    Forest,
    Integers,
    bounded,
)


@dataclass(frozen=True, eq=False)
class NodeTable:
    """Trees laid end to end in one table of nodes, leaves among them.

    Attributes:
        sizes: Shape (T,), the number of nodes of each tree.
        left: Shape (K,), the child for rows with ``value <= threshold``, counted within the
            tree; -1 marks a leaf.
        right: Shape (K,), the other child.
        feature: Shape (K,), the column a split reads.
        threshold: Shape (K,), what it compares with.
        missing_left: Shape (K,), whether a missing value goes left.
        value: Shape (K,), what a leaf adds.
        target: Shape (T,), the raw score that each tree adds to.
    """

    sizes: Integers
    left: Integers
    right: Integers
    feature: Integers
    threshold: Doubles
    missing_left: Booleans
    value: Doubles
    target: Integers


def forest_of(nodes: NodeTable, base: Doubles) -> Forest:
    """The forest of a node table; a leaf keeps its row in its tree as its number."""
    starts = np.cumsum(nodes.sizes) - nodes.sizes
    tree = np.repeat(np.arange(len(nodes.sizes)), nodes.sizes)
    leaf = nodes.left < 0
    split = ~leaf
    place = np.where(leaf, np.cumsum(leaf), np.cumsum(split)) - 1
    left = (nodes.left + starts[tree])[split]
    right = (nodes.right + starts[tree])[split]
    forest = Forest(
        roots=place[starts],
        feature=nodes.feature[split],
        threshold=bounded(nodes.threshold[split]),
        mode=np.full(int(split.sum()), LEQ, np.uint8),
        true_child=place[left],
        false_child=place[right],
        true_is_leaf=leaf[left],
        false_is_leaf=leaf[right],
        missing_true=nodes.missing_left[split],
        leaf_target=nodes.target[tree[leaf]],
        leaf_weight=nodes.value[leaf],
        leaf_number=(np.arange(len(leaf)) - starts[tree])[leaf],
        tree_of_leaf=tree[leaf],
        targets=len(base),
        base=base,
    )
    return with_stumps(forest, leaf[starts])


def with_stumps(forest: Forest, alone: Booleans) -> Forest:
    """Give each tree that is a single leaf a split that always ends in that leaf.

    Args:
        forest: A forest whose ``roots`` count leaves, not splits, where ``alone`` is true.
        alone: Shape (T,), which trees have no split.
    """
    count = int(alone.sum())
    if not count:
        return forest
    leaves = forest.roots[alone]
    roots = forest.roots.copy()
    roots[alone] = forest.splits + np.arange(count)
    added = {
        "feature": np.zeros(count, np.int64),
        "threshold": np.zeros(count),
        "mode": np.full(count, LEQ, np.uint8),
        "true_child": leaves,
        "false_child": leaves,
        "true_is_leaf": np.ones(count, bool),
        "false_is_leaf": np.ones(count, bool),
        "missing_true": np.zeros(count, bool),
    }
    longer = {name: np.concatenate([getattr(forest, name), more]) for name, more in added.items()}
    return Forest(**{**forest.__dict__, **longer, "roots": roots})
