"""Shapes that come out of the operators which move elements without changing them."""

from __future__ import annotations

import math

import numpy as np

from luodi.runtime.tensors import MOST_VALUES, Node, Tensor, Unknown, axis_of, broadcast


def concat(node: Node) -> list[Tensor]:
    parts = [node.tensor(at) for at in range(len(node.inputs))]
    shape = list(parts[0].shape)
    axis = axis_of(node.integer("axis", 0), len(shape))
    for part in parts:
        other = list(part.shape)
        if (
            len(other) != len(shape)
            or other[:axis] + other[axis + 1 :] != shape[:axis] + shape[axis + 1 :]
        ):
            raise Unknown
    shape[axis] = sum(part.shape[axis] for part in parts)
    known = [part.values for part in parts if part.values is not None]
    values = np.concatenate(known) if len(known) == len(parts) and len(shape) == 1 else None
    return [
        Tensor(
            tuple(shape), values=values if values is None or values.size <= MOST_VALUES else None
        )
    ]


def gather(node: Node) -> list[Tensor]:
    data, indices = node.tensor(0), node.tensor(1)
    axis = axis_of(node.integer("axis", 0), len(data.shape))
    shape = data.shape[:axis] + indices.shape + data.shape[axis + 1 :]
    if data.values is None or indices.values is None or axis:
        return [Tensor(shape)]
    try:
        return [Tensor(shape, values=np.asarray(data.values[indices.values]))]
    except IndexError:
        raise Unknown from None


def gather_elements(node: Node) -> list[Tensor]:
    return [Tensor(node.tensor(1).shape)]


def reshape(node: Node) -> list[Tensor]:
    data, wanted = node.tensor(0), node.numbers(1)
    if node.integer("allowzero", 0) or any(size < -1 for size in wanted) or wanted.count(-1) > 1:
        raise Unknown
    if any(not size and at >= len(data.shape) for at, size in enumerate(wanted)):
        raise Unknown
    shape = [size or data.shape[at] for at, size in enumerate(wanted)]
    fixed = math.prod(size for size in shape if size != -1)
    if -1 in shape:
        if not fixed or data.elements % fixed:
            raise Unknown
        shape[shape.index(-1)] = data.elements // fixed
    elif fixed != data.elements:
        raise Unknown
    return [
        Tensor(tuple(shape), values=None if data.values is None else data.values.reshape(shape))
    ]


def squeeze(node: Node) -> list[Tensor]:
    data = node.tensor(0)
    rank = len(data.shape)
    given = node.has(1) or "axes" in node.attributes
    axes = {axis_of(a, rank) for a in node.numbers(1, "axes")} if given else None
    if axes is None:
        axes = {at for at, size in enumerate(data.shape) if size == 1}
    if any(data.shape[at] != 1 for at in axes):
        raise Unknown
    shape = tuple(size for at, size in enumerate(data.shape) if at not in axes)
    return [Tensor(shape, values=None if data.values is None else data.values.reshape(shape))]


def unsqueeze(node: Node) -> list[Tensor]:
    data, axes = node.tensor(0), node.numbers(1, "axes")
    rank = len(data.shape) + len(axes)
    places = {axis_of(axis, rank) for axis in axes}
    if len(places) != len(axes):
        raise Unknown
    rest = iter(data.shape)
    shape = tuple(1 if at in places else next(rest) for at in range(rank))
    return [Tensor(shape, values=None if data.values is None else data.values.reshape(shape))]


def split(node: Node) -> list[Tensor]:
    shape = node.tensor(0).shape
    axis = axis_of(node.integer("axis", 0), len(shape))
    if node.has(1):
        sizes = node.numbers(1)
    else:
        parts = node.integer("num_outputs", node.outputs)
        if parts < 1 or parts != node.outputs:
            raise Unknown
        size = -(-shape[axis] // parts)
        sizes = [size] * (parts - 1) + [shape[axis] - size * (parts - 1)]
    if len(sizes) != node.outputs or min(sizes, default=-1) < 0 or sum(sizes) != shape[axis]:
        raise Unknown
    return [Tensor((*shape[:axis], size, *shape[axis + 1 :])) for size in sizes]


def slice_of(node: Node) -> list[Tensor]:
    data = node.tensor(0)
    starts, ends = node.numbers(1), node.numbers(2)
    axes = node.numbers(3) if node.has(3) else list(range(len(starts)))
    steps = node.numbers(4) if node.has(4) else [1] * len(starts)
    if not len(starts) == len(ends) == len(axes) == len(steps) or 0 in steps:
        raise Unknown
    cuts = [slice(None)] * len(data.shape)
    for start, end, axis, step in zip(starts, ends, axes, steps, strict=True):
        at = axis_of(axis, len(data.shape))
        size = data.shape[at]
        stop = None if step < 0 and end < -size else end
        cuts[at] = slice(start, stop, step)
    shape = tuple(len(range(*cut.indices(n))) for cut, n in zip(cuts, data.shape, strict=True))
    return [Tensor(shape, values=None if data.values is None else data.values[tuple(cuts)])]


def flatten(node: Node) -> list[Tensor]:
    shape = node.tensor(0).shape
    axis = node.integer("axis", 1)
    if not -len(shape) <= axis <= len(shape):
        raise Unknown
    return [Tensor((math.prod(shape[:axis]), math.prod(shape[axis:])))]


def transpose(node: Node) -> list[Tensor]:
    shape = node.tensor(0).shape
    order = node.numbers(0, "perm") if "perm" in node.attributes else [*range(len(shape))[::-1]]
    if sorted(order) != list(range(len(shape))):
        raise Unknown
    return [Tensor(tuple(shape[at] for at in order))]


def expand(node: Node) -> list[Tensor]:
    wanted = tuple(node.numbers(1))
    if any(size < 0 for size in wanted):
        raise Unknown
    return [Tensor(broadcast([node.tensor(0).shape, wanted]))]


def shape_of(node: Node) -> list[Tensor]:
    shape = node.tensor(0).shape
    start, end = node.integer("start", 0), node.integer("end", len(shape))
    part = np.array(shape[start:end], np.int64)
    return [Tensor(part.shape, values=part)]
