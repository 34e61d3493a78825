"""Shapes that come out of the other operators of a network: resizing, padding, normalising."""

from __future__ import annotations

from luodi.runtime.settings import ask, only
from luodi.runtime.tensors import Node, Tensor, axis_of, broadcast

LONGEST_SIDE = 1024
"""Most pixels to a side of an image that was resized; a photograph shows no more to a network."""
LONGEST_PAD = 1024


def resize(node: Node) -> list[Tensor]:
    """``Resize`` to a height and width that are written down; all that is open ends here.

    The sizes are two, with ``axes=[2, 3]``, or four with those of rows and channels as they are.
    """
    only(
        node,
        {"antialias", "axes", "exclude_outside"},
        mode=b"linear",
        coordinate_transformation_mode=b"half_pixel",
    )
    image = node.tensor(0)
    ask(len(image.shape) == 4 and image.kind == "f", "input")
    ask(node.attributes.get("mode") == b"linear", "mode")
    ask(node.integer("antialias", 0) in (0, 1), "antialias")
    ask(node.integer("exclude_outside", 0) in (0, 1), "exclude_outside")
    ask(not node.has(1), "roi")
    ask(not node.has(2), "scales")
    ask(node.has(3), "sizes")
    sizes = node.numbers(3)
    axes = node.numbers(0, "axes") if "axes" in node.attributes else [0, 1, 2, 3]
    ask(axes in ([2, 3], [0, 1, 2, 3]) and len(sizes) == len(axes), "axes")
    ask(tuple(sizes[:-2]) in ((), image.shape[:2]), "sizes")
    ask(all(1 <= side <= LONGEST_SIDE for side in sizes[-2:]), "sizes")
    return [Tensor((*image.shape[:2], *sizes[-2:]))]


def pad(node: Node) -> list[Tensor]:
    """``Pad`` with a constant; nothing is cut off."""
    only(node, set(), mode=b"constant")
    data, pads = node.tensor(0), node.numbers(1)
    rank = len(data.shape)
    axes = [axis_of(axis, rank) for axis in node.numbers(3)] if node.has(3) else [*range(rank)]
    ask(len(set(axes)) == len(axes) and len(pads) == 2 * len(axes), "axes")
    ask(all(0 <= width <= LONGEST_PAD for width in pads), "pads")
    if node.has(2):
        value = node.tensor(2)
        ask(value.fixed and value.elements == 1 and value.kind == data.kind, "constant_value")
    shape = list(data.shape)
    for at, axis in enumerate(axes):
        shape[axis] += pads[at] + pads[at + len(axes)]
    return [Tensor(tuple(shape))]


def normalised(node: Node) -> list[Tensor]:
    """``BatchNormalization`` with what training measured; it measures nothing itself."""
    only(node, {"epsilon", "momentum"}, training_mode=0)
    data = node.tensor(0)
    ask(len(data.shape) >= 2 and data.kind == "f", "input")
    for at, name in enumerate(("scale", "B", "mean", "var"), start=1):
        part = node.tensor(at)
        ask(part.fixed and part.kind == "f" and part.shape == data.shape[1:2], name)
    least = node.tensor(4).least
    ask(least is not None and least >= 0, "var")
    _positive_epsilon(node)
    return [Tensor(data.shape)]


def layer_normalised(node: Node) -> list[Tensor]:
    """``LayerNormalization`` over the last dimensions of each row, never over the rows."""
    only(node, {"axis", "epsilon"}, stash_type=1)
    data, scale = node.tensor(0), node.tensor(1)
    ask(data.kind == "f" and len(data.shape) >= 2, "input")
    axis = axis_of(node.integer("axis", -1), len(data.shape))
    ask(axis > 0, "axis")
    ask(node.outputs == 1, "outputs")
    parts = [("Scale", scale)] + ([("B", node.tensor(2))] if node.has(2) else [])
    for name, part in parts:
        ask(part.fixed and part.kind == "f" and part.shape == data.shape[axis:], name)
    _positive_epsilon(node)
    return [Tensor(data.shape)]


def each_normalised(node: Node) -> list[Tensor]:
    """``InstanceNormalization``: each channel of each image by itself."""
    only(node, {"epsilon"})
    data = node.tensor(0)
    ask(len(data.shape) >= 3 and data.kind == "f", "input")
    for at, name in enumerate(("scale", "B"), start=1):
        part = node.tensor(at)
        ask(part.fixed and part.kind == "f" and part.shape == data.shape[1:2], name)
    _positive_epsilon(node)
    return [Tensor(data.shape)]


def _positive_epsilon(node: Node) -> None:
    epsilon = node.attributes.get("epsilon", 1e-5)
    ask(isinstance(epsilon, float) and epsilon > 0, "epsilon")


def sloped(node: Node) -> list[Tensor]:
    """``PRelu``, whose slopes are constants."""
    only(node, set())
    data, slope = node.tensor(0), node.tensor(1)
    ask(data.kind == slope.kind == "f", "input")
    ask(slope.fixed and broadcast([data.shape, slope.shape]) == data.shape, "slope")
    return [Tensor(data.shape)]


_SETTINGS = {
    "HardSigmoid": frozenset({"alpha", "beta"}),
    "LeakyRelu": frozenset({"alpha"}),
    "Elu": frozenset({"alpha"}),
    "Gelu": frozenset({"approximate"}),
}


def activated(node: Node) -> list[Tensor]:
    """``Relu`` and its kin: one number in, one out."""
    only(node, _SETTINGS.get(node.operator, frozenset()))
    ask(node.attributes.get("approximate", b"none") in (b"none", b"tanh"), "approximate")
    ask(node.tensor(0).kind == "f", "input")
    return [Tensor(node.tensor(0).shape)]
