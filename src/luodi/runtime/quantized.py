"""Shapes and kinds that come out of the operators which count in whole numbers of 8 bits."""

from __future__ import annotations

from luodi.runtime.settings import ask, only
from luodi.runtime.tensors import Node, Shape, Tensor, Unknown, axis_of, broadcast
from luodi.runtime.windows import conv


def quantize(node: Node) -> list[Tensor]:
    """``QuantizeLinear``: numbers as whole numbers of a constant, positive scale."""
    only(node, {"axis"}, saturate=1)
    ask(node.tensor(0).kind == "f", "input")
    kind = node.tensor(2).kind if node.has(2) else "u"
    return [Tensor(_scaled(node), kind)]


def dequantize(node: Node) -> list[Tensor]:
    """``DequantizeLinear``: the way back."""
    only(node, {"axis"})
    ask(node.tensor(0).kind in "iu", "input")
    return [Tensor(_scaled(node), "f")]


def conv_integer(node: Node) -> list[Tensor]:
    """``ConvInteger``."""
    _whole(node)
    _zeros(node, node.tensor(1).shape[:1])
    return [conv(node)[0]._replace(kind="i")]


def matmul_integer(node: Node) -> list[Tensor]:
    """``MatMulInteger``."""
    only(node, set())
    _whole(node)
    left, right = node.tensor(0).shape, node.tensor(1).shape
    if len(left) < 2 or len(right) < 2 or left[-1] != right[-2]:
        raise Unknown("weights")
    _zeros(node, right[-1:])
    return [Tensor((*broadcast([left[:-2], right[:-2]]), left[-2], right[-1]), "i")]


def _scaled(node: Node) -> Shape:
    """The shape, after scale and zero point were looked at."""
    shape, scale = node.tensor(0).shape, node.tensor(1)
    ask(scale.kind == "f" and scale.least is not None and scale.least > 0, "scale")
    if node.has(2):
        zero = node.tensor(2)
        alike = zero.shape == scale.shape or zero.elements == scale.elements == 1
        ask(zero.fixed and zero.kind in "iu" and alike, "zero point")
    if scale.shape not in ((), (1,)):
        axis = axis_of(node.integer("axis", 1), len(shape))
        ask(scale.shape == shape[axis : axis + 1], "scale")
        ask(axis > 0 or node.tensor(0).fixed, "axis")
    return shape


def _whole(node: Node) -> None:
    """Whole numbers times constant whole numbers."""
    ask(node.tensor(0).kind in "iu", "input")
    ask(node.tensor(1).kind in "iu" and node.tensor(1).fixed, "weights")


def _zeros(node: Node, channels: Shape) -> None:
    """The zero points: one of the input; of the weights one, or one a channel."""
    if node.has(2):
        zero = node.tensor(2)
        ask(zero.kind in "iu" and zero.elements == 1 and zero.fixed, "zero point")
    if node.has(3):
        zero = node.tensor(3)
        ask(zero.kind in "iu" and zero.fixed, "zero point")
        ask(zero.elements == 1 or zero.shape == channels, "zero point")
