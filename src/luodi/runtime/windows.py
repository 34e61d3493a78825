"""Shapes that come out of the operators which slide a window over images.

An image is (rows, channels, height, width) here. Every number that says how the window moves is
held within bounds, because onnxruntime multiplies them and reserves memory by the product.
"""

from __future__ import annotations

import math

from luodi.runtime.settings import ask, only
from luodi.runtime.tensors import Node, Shape, Tensor

LONGEST = 1024
"""Longest side of a window, longest step, and the most that is padded on one side."""
MOST_UNROLLED = 2**26
"""Most numbers under all windows of one image: convolutions may write them out one by one."""
_MOVES = {"auto_pad", "dilations", "kernel_shape", "pads", "strides"}


def conv(node: Node) -> list[Tensor]:
    """``Conv`` and ``ConvInteger``, whose weights must be constants."""
    only(node, _MOVES | {"group"}, auto_pad=b"NOTSET")
    image, weights = node.tensor(0), node.tensor(1)
    ask(len(image.shape) == 4, "input")
    ask(weights.fixed and len(weights.shape) == 4 and weights.elements > 0, "weights")
    made, inner, *kernel = weights.shape
    group, channels = node.integer("group", 1), image.shape[1]
    ask(group > 0 and channels == inner * group and made % group == 0, "group")
    ask(list(kernel) == (_pair(node, "kernel_shape", 2) or kernel), "kernel_shape")
    size = _slid(node, image.shape[2:], kernel)
    ask(inner * math.prod(kernel) * math.prod(size) <= MOST_UNROLLED, "kernel_shape")
    return [Tensor((image.shape[0], made, *size))]


def float_conv(node: Node) -> list[Tensor]:
    """``Conv``, with its bias."""
    made = conv(node)
    ask(node.tensor(0).kind == node.tensor(1).kind == "f", "input")
    if node.has(2):
        bias = node.tensor(2)
        ask(bias.fixed and bias.shape == made[0].shape[1:2], "bias")
    return made


def pool(node: Node) -> list[Tensor]:
    """``MaxPool`` and ``AveragePool``; each window holds something besides padding."""
    own = {"MaxPool": {"storage_order"}, "AveragePool": {"count_include_pad"}}[node.operator]
    only(node, _MOVES | own | {"ceil_mode"}, auto_pad=b"NOTSET", ceil_mode=0, storage_order=0)
    image = node.tensor(0)
    ask(len(image.shape) == 4, "input")
    ask(node.integer("count_include_pad", 0) in (0, 1), "count_include_pad")
    ask(set(_pair(node, "dilations", 2)) <= {1}, "dilations")
    kernel = _pair(node, "kernel_shape", 2)
    ask(len(kernel) == 2, "kernel_shape")
    return [Tensor((*image.shape[:2], *_slid(node, image.shape[2:], kernel)))]


def whole(node: Node) -> list[Tensor]:
    """``GlobalAveragePool`` and ``GlobalMaxPool``: one window as large as the image."""
    only(node, set())
    image = node.tensor(0).shape
    ask(len(image) == 4 and node.tensor(0).kind == "f", "input")
    return [Tensor((*image[:2], 1, 1))]


def work(node: Node, made: int) -> int:
    """Products and sums of all windows.

    Args:
        node: A node whose operator is in ``operators.WINDOWS``.
        made: Elements that it makes.
    """
    if node.operator in ("Conv", "ConvInteger"):
        return made * math.prod(node.tensor(1).shape[1:])
    return made * math.prod(_pair(node, "kernel_shape", 2))


def _pair(node: Node, name: str, length: int) -> list[int]:
    """A setting of one number a side, or none at all."""
    values = node.numbers(0, name) if name in node.attributes else []
    ask(len(values) in (0, length), name)
    return values


def _slid(node: Node, size: Shape, kernel: list[int]) -> list[int]:
    """Height and width that a sliding window makes."""
    strides = _pair(node, "strides", 2) or [1, 1]
    dilations = _pair(node, "dilations", 2) or [1, 1]
    pads = _pair(node, "pads", 4) or [0] * 4
    ask(all(1 <= side <= LONGEST for side in kernel), "kernel_shape")
    ask(all(1 <= step <= LONGEST for step in strides), "strides")
    ask(all(1 <= gap <= LONGEST for gap in dilations), "dilations")
    made = []
    for at in range(2):
        reach = dilations[at] * (kernel[at] - 1) + 1
        before, after = pads[at], pads[at + 2]
        # so that no window lies in the padding alone
        ask(0 <= before < reach and 0 <= after < reach and max(pads) <= LONGEST, "pads")
        room = size[at] + before + after - reach
        ask(room >= 0, "kernel_shape")
        made.append(room // strides[at] + 1)
    return made
