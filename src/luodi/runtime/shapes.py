"""How large every tensor of a graph becomes, before any of them exists.

A graph without loops can still double a tensor forty times, or point a tree at a column that is
not there. So the shapes are worked out with plain integers for one full chunk of rows; a shape
that depends on the data cannot be worked out and is refused. The operators of networks have
rooms of their own: ``windows``, ``network`` and ``quantized``.

The rules follow https://onnx.ai/onnx/operators/ for opsets 18 to 24.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from luodi.runtime import layout, network, operators, quantized, windows
from luodi.runtime.tensors import Node, Tensor, Unknown, axis_of, broadcast
from luodi.runtime.weights import TYPES

_TRUTHS = frozenset(
    [
        "Equal",
        "Less",
        "LessOrEqual",
        "Greater",
        "GreaterOrEqual",
        "And",
        "Or",
        "Xor",
        "Not",
        "IsNaN",
        "IsInf",
    ]
)
# What they read is more than what they make.
_GATHERED = operators.REDUCE | operators.ARGUMENT | operators.WHOLE
_POSITIONS = operators.ARGUMENT | {"Shape"}
_LABELS = {"values_int64s": "i", "values_floats": "f", "values_strings": "O"}


def infer(node: Node) -> list[Tensor]:
    """The outputs of a node.

    Raises:
        Unknown: they cannot be told, or the operator must not run on these inputs.
    """
    if node.operator in ("Div", "Mod"):
        _divisible(node)
    kind = _kind(node)
    fixed = all(tensor.fixed for tensor in node.inputs if tensor is not None)
    made = _RULES[node.operator](node)
    if node.operator in operators.QUANTIZED:  # whose outputs are not of the first input's kind
        return [one._replace(fixed=fixed) for one in made]
    return [one._replace(kind=kind, fixed=fixed, least=None) for one in made]


def work(node: Node, outputs: Sequence[Tensor]) -> int:
    """Elements that are touched: those of the outputs, a product's sums, a tree's comparisons."""
    made = sum(tensor.elements for tensor in outputs)
    if node.operator in ("MatMul", "Gemm", "MatMulInteger"):
        inner = node.tensor(0).shape
        return made * (inner[-2] if node.integer("transA", 0) else inner[-1])
    if node.operator == "TreeEnsemble":
        return outputs[0].shape[0] * node.integer("comparisons", 1)
    if node.operator in operators.WINDOWS:
        return windows.work(node, made)
    if node.operator in _GATHERED:
        return max(made, node.tensor(0).elements)
    return 4 * made if node.operator == "Resize" else made


def _kind(node: Node) -> str:
    """Kind of the outputs' elements."""
    if node.operator in _TRUTHS:
        return "b"
    if node.operator in _POSITIONS:
        return "i"
    if node.operator == "Cast":
        return _cast(node)
    if node.operator == "LabelEncoder":
        table = node.attributes.get("values_tensor")
        named = [kind for name, kind in _LABELS.items() if name in node.attributes]
        return table.dtype.kind if isinstance(table, np.ndarray) else (named or ["O"])[0]
    return node.tensor(1 if node.operator == "Where" else 0).kind


def _cast(node: Node) -> str:
    to = node.integer("to", 0)
    if to == 8:
        return "O"
    if to not in TYPES:
        raise Unknown
    return np.dtype(TYPES[to][0]).kind


def _divisible(node: Node) -> None:
    """Whole numbers may only be divided by positive constants: 0 and -1 can end the process."""
    divisor = node.tensor(1)
    if divisor.kind in "iu" and (divisor.values is None or (divisor.values <= 0).any()):
        raise Unknown


def _elementwise(node: Node) -> list[Tensor]:
    return [Tensor(broadcast([node.tensor(at).shape for at in range(len(node.inputs))]))]


def _same(node: Node) -> list[Tensor]:
    first = node.tensor(0)
    # A cast to anything but int64 may change a value, and then it must not decide a shape.
    keeps = node.operator == "Identity" or (node.operator == "Cast" and node.integer("to", 0) == 7)
    return [first if keeps else Tensor(first.shape)]


def _argument(node: Node) -> list[Tensor]:
    return _kept(node, {axis_of(node.integer("axis", 0), len(node.tensor(0).shape))})


def _reduced(node: Node) -> list[Tensor]:
    shape = node.tensor(0).shape
    given = node.has(1) or "axes" in node.attributes
    axes = {axis_of(a, len(shape)) for a in node.numbers(1, "axes")} if given else set()
    if not axes and node.integer("noop_with_empty_axes", 0):
        return [Tensor(shape)]
    return _kept(node, axes or set(range(len(shape))))


def _kept(node: Node, axes: set[int]) -> list[Tensor]:
    shape = node.tensor(0).shape
    keep = node.integer("keepdims", 1)
    sizes = [1 if at in axes else size for at, size in enumerate(shape) if keep or at not in axes]
    return [Tensor(tuple(sizes))]


def _matmul(node: Node) -> list[Tensor]:
    left, right = node.tensor(0).shape, node.tensor(1).shape
    if len(left) < 2 or len(right) < 2 or left[-1] != right[-2]:
        raise Unknown
    return [Tensor((*broadcast([left[:-2], right[:-2]]), left[-2], right[-1]))]


def _gemm(node: Node) -> list[Tensor]:
    left, right = node.tensor(0).shape, node.tensor(1).shape
    if len(left) != 2 or len(right) != 2:
        raise Unknown
    left = left[::-1] if node.integer("transA", 0) else left
    right = right[::-1] if node.integer("transB", 0) else right
    made = (left[0], right[1])
    if left[1] != right[0] or (node.has(2) and broadcast([made, node.tensor(2).shape]) != made):
        raise Unknown
    return [Tensor(made)]


def _trees(node: Node) -> list[Tensor]:
    shape = node.tensor(0).shape
    if len(shape) != 2 or shape[1] < node.integer("features", 0):
        raise Unknown
    return [Tensor((shape[0], node.integer("targets", 1)))]


def _label_encoder(node: Node) -> list[Tensor]:
    return [Tensor(node.tensor(0).shape)]


_RULES: Mapping[str, Callable[[Node], list[Tensor]]] = {
    **dict.fromkeys(operators.ELEMENTWISE, _elementwise),
    **dict.fromkeys(operators.UNARY, _same),
    **dict.fromkeys(operators.REDUCE, _reduced),
    **dict.fromkeys(operators.ARGUMENT, _argument),
    **dict.fromkeys(operators.ACTIVATIONS, network.activated),
    "AveragePool": windows.pool,
    "BatchNormalization": network.normalised,
    "Concat": layout.concat,
    "Conv": windows.float_conv,
    "ConvInteger": quantized.conv_integer,
    "DequantizeLinear": quantized.dequantize,
    "Expand": layout.expand,
    "Flatten": layout.flatten,
    "Gather": layout.gather,
    "GatherElements": layout.gather_elements,
    "Gemm": _gemm,
    **dict.fromkeys(operators.WHOLE, windows.whole),
    "InstanceNormalization": network.each_normalised,
    "LabelEncoder": _label_encoder,
    "LayerNormalization": network.layer_normalised,
    "MatMul": _matmul,
    "MatMulInteger": quantized.matmul_integer,
    "MaxPool": windows.pool,
    "PRelu": network.sloped,
    "Pad": network.pad,
    "QuantizeLinear": quantized.quantize,
    "Reshape": layout.reshape,
    "Resize": network.resize,
    "Shape": layout.shape_of,
    "Slice": layout.slice_of,
    "Split": layout.split,
    "Squeeze": layout.squeeze,
    "Transpose": layout.transpose,
    "TreeEnsemble": _trees,
    "Unsqueeze": layout.unsqueeze,
}
