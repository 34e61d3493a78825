"""A trained tree ensemble of any library as one frozen value of plain arrays.

The layout is that of ``TreeEnsemble`` in ai.onnx.ml 5, so that what is checked here is what is
shipped: splits and leaves stand in two lists, every tree is named by its root split.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]
Doubles = NDArray[np.float64]
Booleans = NDArray[np.bool_]

LEQ, LT, GTE, GT, EQ, NEQ = range(6)
"""Codes of a split's comparison, ``value MODE threshold``, as ONNX numbers them."""
FLOAT32_MAX = float(np.finfo(np.float32).max)
"""The largest value that a learner saw; larger ones count as this."""


@dataclass(frozen=True, eq=False)
class Forest:
    """T trees with M splits and L leaves that add up to ``targets`` raw scores a row.

    A tree that is a single leaf has one split both of whose children are that leaf, because a
    root is always a split.

    Attributes:
        roots: Shape (T,), the split at which each tree begins.
        feature: Shape (M,), the column that each split reads.
        threshold: Shape (M,), the finite double it compares with.
        mode: Shape (M,), the comparison (``LEQ`` …).
        true_child: Shape (M,), the split or leaf for rows where the comparison holds.
        false_child: Shape (M,), the split or leaf for the others.
        true_is_leaf: Shape (M,), whether ``true_child`` counts leaves, not splits.
        false_is_leaf: Shape (M,), the same for ``false_child``.
        missing_true: Shape (M,), whether a missing value goes to ``true_child``.
        leaf_target: Shape (L,), the raw score that each leaf adds to.
        leaf_weight: Shape (L,), what it adds.
        leaf_number: Shape (L,), the library's own number of the leaf within its tree.
        tree_of_leaf: Shape (L,), the tree that each leaf stands in.
        targets: Number of raw scores; 1 for two classes and for values.
        base: Shape (targets,), what every row starts from.
    """

    roots: Integers
    feature: Integers
    threshold: Doubles
    mode: NDArray[np.uint8]
    true_child: Integers
    false_child: Integers
    true_is_leaf: Booleans
    false_is_leaf: Booleans
    missing_true: Booleans
    leaf_target: Integers
    leaf_weight: Doubles
    leaf_number: Integers
    tree_of_leaf: Integers
    targets: int
    base: Doubles

    @property
    def trees(self) -> int:
        """Number of trees."""
        return len(self.roots)

    @property
    def splits(self) -> int:
        """Number of splits."""
        return len(self.feature)

    @property
    def nbytes(self) -> int:
        """Bytes that the arrays take in memory; the graph takes about a third of it."""
        arrays = (getattr(self, item.name) for item in fields(self))
        return sum(array.nbytes for array in arrays if isinstance(array, np.ndarray))


def bounded(threshold: Doubles) -> Doubles:
    """Thresholds that are finite and ask the same of every finite value.

    Splits that only tell missing values from all others have infinite thresholds in some
    libraries; a release holds finite numbers only.
    """
    largest = np.finfo(np.float64).max
    return np.clip(threshold, -largest, largest)


def joined(forests: Sequence[Forest]) -> Forest:
    """The trees of several forests one after another; the base scores are added up.

    Raises:
        ValueError: the forests disagree on the number of raw scores, or there are none.
    """
    targets = {forest.targets for forest in forests}
    if len(targets) != 1:
        raise ValueError(f"forests with one number of targets are wanted, not {sorted(targets)}")
    splits = _starts([forest.splits for forest in forests])
    leaves = _starts([len(forest.leaf_weight) for forest in forests])
    trees = _starts([forest.trees for forest in forests])
    moved = [
        _moved(forest, split, leaf, tree)
        for forest, split, leaf, tree in zip(forests, splits, leaves, trees, strict=True)
    ]
    names = [item.name for item in fields(Forest) if item.name not in ("targets", "base")]
    arrays = {name: np.concatenate([getattr(forest, name) for forest in moved]) for name in names}
    base = np.sum([forest.base for forest in forests], axis=0)
    return Forest(**arrays, targets=targets.pop(), base=base)


def copied(shape: Forest, vectors: Doubles) -> Forest:
    """One copy of every tree for each column of ``vectors``.

    A leaf of ONNX adds to one score only, so leaves that hold a vector need a tree a score.

    Args:
        shape: The trees, each once.
        vectors: Shape (L, targets), what each leaf adds to every score.

    Returns:
        A forest of T x targets trees: all trees of the first score, then those of the next.
    """
    targets = vectors.shape[1]
    copies = [
        replace(
            shape,
            leaf_target=np.full(len(vectors), target, np.int64),
            leaf_weight=np.ascontiguousarray(vectors[:, target], np.float64),
            targets=targets,
            base=np.zeros(targets),
        )
        for target in range(targets)
    ]
    return joined(copies)


def _starts(sizes: Sequence[int]) -> list[int]:
    return [0, *np.cumsum(sizes)[:-1].tolist()]


def _moved(forest: Forest, split: int, leaf: int, tree: int) -> Forest:
    """The same trees, numbered from other first numbers."""
    return replace(
        forest,
        roots=forest.roots + split,
        true_child=forest.true_child + np.where(forest.true_is_leaf, leaf, split),
        false_child=forest.false_child + np.where(forest.false_is_leaf, leaf, split),
        tree_of_leaf=forest.tree_of_leaf + tree,
    )
