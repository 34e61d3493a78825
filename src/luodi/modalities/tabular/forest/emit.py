"""A forest as ONNX nodes: ``TreeEnsemble`` of ai.onnx.ml 5, in double, added up."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from luodi.modalities.tabular.forest.parts import parts
from luodi.modalities.tabular.forest.value import FLOAT32_MAX, Forest

if TYPE_CHECKING:
    import onnx

DOMAIN, OPSET = "ai.onnx.ml", 5
_SUM, _NO_TRANSFORM = 1, 0


def nodes(
    forest: Forest, input_name: str, output_name: str, name: str
) -> tuple[list[onnx.NodeProto], list[onnx.TensorProto]]:
    """The nodes that compute a forest's raw scores.

    Args:
        forest: The forest, with at least one tree.
        input_name: A double tensor of shape (rows, columns), NaN where missing. What is larger
            than the largest float32 counts as that.
        output_name: The double tensor of shape (rows, targets) to make.
        name: The first part of the names made inside.

    Returns:
        The nodes in order, and their initializers. The graph must import opset 5 of
        ``ai.onnx.ml``.
    """
    from onnx import helper, numpy_helper

    made: list[onnx.NodeProto] = []
    kept: list[onnx.TensorProto] = []
    asked = input_name
    if _beyond_float32(forest):
        asked = f"{name}_held"
        ends = (f"{name}_low", f"{name}_high")
        kept += [
            numpy_helper.from_array(np.array(value), end)
            for value, end in zip((-FLOAT32_MAX, FLOAT32_MAX), ends, strict=True)
        ]
        made.append(helper.make_node("Clip", [input_name, *ends], [asked], asked))
    terms = []
    several = parts(forest)
    for number, part in enumerate(several):
        whole = len(several) == 1 and not forest.base.any()
        terms.append(output_name if whole else f"{name}_trees_{number}")
        made.append(_ensemble(_with_telling_roots(part), asked, terms[-1], f"{name}_{number}"))
    if forest.base.any():
        terms.append(f"{name}_base")
        kept.append(numpy_helper.from_array(forest.base[None, :], terms[-1]))
    return made + _added(terms, output_name, name), kept


def _added(terms: list[str], output_name: str, name: str) -> list[onnx.NodeProto]:
    """The sum of tensors, one after another; nothing where there is but one."""
    from onnx import helper

    sums = [f"{name}_sum_{number}" for number in range(2, len(terms))]
    sums += [output_name] if len(terms) > 1 else []
    pairs = zip([terms[0], *sums], terms[1:], sums, strict=False)
    return [helper.make_node("Add", [a, b], [both], f"{both}_add") for a, b, both in pairs]


def _beyond_float32(forest: Forest) -> bool:
    """Whether a split tells infinite values from the largest finite float32 ones."""
    threshold = forest.threshold
    return bool(((threshold >= FLOAT32_MAX) | (threshold < -FLOAT32_MAX)).any())


def _with_telling_roots(forest: Forest) -> Forest:
    """Number the children of every root differently.

    onnxruntime up to 1.23 takes a root whose two children have the same number for a leaf, even
    where one number counts splits and the other leaves, and answers wrongly. Such a root gets a
    copy of its leaf, under a new number.
    """
    roots = forest.roots
    alike = roots[forest.true_child[roots] == forest.false_child[roots]]
    if not len(alike):
        return forest
    true_child, false_child = forest.true_child.copy(), forest.false_child.copy()
    leaf = true_child[alike]
    added = len(forest.leaf_weight) + np.arange(len(alike))
    by_false = forest.false_is_leaf[alike]
    false_child[alike[by_false]] = added[by_false]
    true_child[alike[~by_false]] = added[~by_false]
    return replace(
        forest,
        true_child=true_child,
        false_child=false_child,
        leaf_target=np.append(forest.leaf_target, forest.leaf_target[leaf]),
        leaf_weight=np.append(forest.leaf_weight, forest.leaf_weight[leaf]),
        leaf_number=np.append(forest.leaf_number, forest.leaf_number[leaf]),
        tree_of_leaf=np.append(forest.tree_of_leaf, forest.tree_of_leaf[leaf]),
    )


def _ensemble(forest: Forest, input_name: str, output_name: str, name: str) -> onnx.NodeProto:
    from onnx import helper, numpy_helper

    attributes: dict[str, Any] = {
        "nodes_splits": numpy_helper.from_array(forest.threshold),
        "nodes_modes": numpy_helper.from_array(forest.mode),
        "nodes_featureids": forest.feature.tolist(),
        "nodes_truenodeids": forest.true_child.tolist(),
        "nodes_falsenodeids": forest.false_child.tolist(),
        "nodes_trueleafs": forest.true_is_leaf.astype(np.int64).tolist(),
        "nodes_falseleafs": forest.false_is_leaf.astype(np.int64).tolist(),
        "leaf_targetids": forest.leaf_target.tolist(),
        "leaf_weights": numpy_helper.from_array(forest.leaf_weight),
        "tree_roots": forest.roots.tolist(),
        "n_targets": forest.targets,
        "aggregate_function": _SUM,
        "post_transform": _NO_TRANSFORM,
    }
    if forest.missing_true.any():
        tracks = forest.missing_true.astype(np.int64).tolist()
        attributes["nodes_missing_value_tracks_true"] = tracks
    return helper.make_node(
        "TreeEnsemble", [input_name], [output_name], name, domain=DOMAIN, **attributes
    )
