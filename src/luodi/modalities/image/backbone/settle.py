"""Sizes that a graph works out while it runs, worked out once: exporters leave many of them.

All that follows from constants becomes a constant. What depends on the number of rows alone is
found by running the graph with two and with three of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from luodi.core.errors import LuodiError
from luodi.modalities.image.backbone import run
from luodi.modalities.image.backbone.front import in_front
from luodi.modalities.image.backbone.model import Input, pruned

if TYPE_CHECKING:
    import onnx

FEW, MORE = 2, 3
_SILENT = frozenset(["Dropout", "Identity"])


class _Tried(NamedTuple):
    """A tensor of sizes as two and as three rows made it."""

    few: np.ndarray
    more: np.ndarray

    @property
    def same(self) -> bool:
        """Whether the number of rows does not matter."""
        return self.few.shape == self.more.shape and bool((self.few == self.more).all())


def settled(model: onnx.ModelProto, given: Input, source: str) -> onnx.ModelProto:
    """The model without anything that is worked out from constants or from sizes.

    Args:
        model: A model for any number of images of one size.
        given: Its input.
        source: What to call it in errors.

    Raises:
        LuodiError: ``backbone.rows`` when it cannot take several images at once.
    """
    _constants_listed(model)
    if given.rows == 1:
        _rows_freed(model)
    known = {one.name for one in model.graph.initializer}
    followed = _following(model, known)
    if followed:
        _replaced(model, _tried(model, given, followed, source), given, source)
    _silent_gone(model)
    in_front(model)
    _padding_written(model, given, source)
    return pruned(model)


def _constants_listed(model: onnx.ModelProto) -> None:
    """``Constant`` nodes as initializers."""
    from onnx import helper, numpy_helper

    kept = []
    for node in model.graph.node:
        if node.op_type != "Constant" or node.domain:
            kept.append(node)
            continue
        (value,) = (helper.get_attribute_value(given) for given in node.attribute)
        array = numpy_helper.to_array(value) if hasattr(value, "raw_data") else _plain(value)
        model.graph.initializer.append(numpy_helper.from_array(array, node.output[0]))
    _put(model, kept)


def _rows_freed(model: onnx.ModelProto) -> None:
    """A ``Reshape`` to one row becomes one to as many rows as there are.

    Whether that was meant is seen later, when several images are answered as each alone.
    """
    from onnx import numpy_helper

    shapes = {one.name: one for one in model.graph.initializer}
    for node in model.graph.node:
        if node.op_type != "Reshape" or node.input[1] not in shapes:
            continue
        shape = numpy_helper.to_array(shapes[node.input[1]])
        if shape.size and shape[0] == 1:
            made = f"{node.output[0]}_freed"
            freed = np.array([0, *shape[1:]], np.int64)
            model.graph.initializer.append(numpy_helper.from_array(freed, made))
            node.input[1] = made


def _plain(value: Any) -> np.ndarray:
    """The number or numbers of a ``Constant``: int64 or float32."""
    array = np.asarray(value)
    return array.astype(np.float32) if array.dtype.kind == "f" else array


def _put(model: onnx.ModelProto, nodes: Sequence[Any]) -> None:
    copies = [type(node).FromString(node.SerializeToString()) for node in nodes]
    del model.graph.node[:]
    model.graph.node.extend(copies)


def _following(model: onnx.ModelProto, constants: set[str]) -> list[str]:
    """Names of what follows from constants and from sizes of tensors."""
    known, found = set(constants), []
    for node in model.graph.node:
        inputs = [name for name in node.input if name]
        if node.op_type in ("Shape", "Size") or (inputs and set(inputs) <= known):
            known |= set(node.output)
            found += [name for name in node.output if name]
    return found


def _tried(
    model: onnx.ModelProto, given: Input, names: list[str], source: str
) -> dict[str, _Tried]:
    """What follows from sizes, as two and as three rows make it; lists of numbers and constants."""
    few, more = (run.tensors(model, given, names, rows, source) for rows in (FEW, MORE))
    tried = {name: _Tried(few[name], more[name]) for name in names}
    return {name: one for name, one in tried.items() if one.same or one.few.ndim <= 1}


def _replaced(
    model: onnx.ModelProto, tried: Mapping[str, _Tried], given: Input, source: str
) -> None:
    """Nodes that make what was tried go; who used it gets constants."""
    from onnx import numpy_helper

    for name, one in tried.items():
        if one.same:
            model.graph.initializer.append(numpy_helper.from_array(one.few, name))
    kept: list[Any] = []
    for node in model.graph.node:
        if not set(node.output) <= {*tried, ""}:
            kept += _with_constants(model, node, tried, given, source)
    _put(model, kept)


def _with_constants(
    model: onnx.ModelProto,
    node: onnx.NodeProto,
    tried: Mapping[str, _Tried],
    given: Input,
    source: str,
) -> Iterator[onnx.NodeProto]:
    """A node whose varying sizes are written in another way, and what it needs for that."""
    from onnx import helper, numpy_helper

    for at, name in enumerate(node.input):
        if name not in tried or tried[name].same:
            continue
        few, more = tried[name]
        varies = few != more if few.shape == more.shape else np.ones(0, bool)
        made = f"{node.output[0]}_sizes"
        if node.op_type == "Reshape" and varies.sum() == 1 and not (few < 0).any():
            # whatever is left over for the only size that depends on the rows
            array = np.where(varies, -1, few).astype(np.int64)
            model.graph.initializer.append(numpy_helper.from_array(array, made))
        elif node.op_type == "Reshape" and varies.sum() == 1 and varies[0]:
            # something else is left over, so the rows are as many as come in
            array = np.array([0, *few[1:]], np.int64)
            model.graph.initializer.append(numpy_helper.from_array(array, made))
        elif node.op_type in ("Expand", "Resize") and varies.sum() == 1 and varies[0]:
            if few[0] != FEW or more[0] != MORE:
                raise LuodiError("backbone.rows", source=source, node=node.op_type)
            rest = numpy_helper.from_array(few[1:].astype(np.int64), f"{made}_rest")
            model.graph.initializer.append(rest)
            yield helper.make_node("Shape", [given.name], [f"{made}_rows"], start=0, end=1)
            yield helper.make_node("Concat", [f"{made}_rows", rest.name], [made], axis=0)
        else:
            raise LuodiError("backbone.rows", source=source, node=node.op_type)
        node.input[at] = made
    yield node


def _silent_gone(model: onnx.ModelProto) -> None:
    """Nodes that change nothing go, unless an output is theirs."""
    outputs = {value.name for value in model.graph.output}
    other: dict[str, str] = {}
    kept = []
    for node in model.graph.node:
        for at, name in enumerate(node.input):
            node.input[at] = other.get(name, name)
        if node.op_type in _SILENT and not node.domain and node.output[0] not in outputs:
            other[node.output[0]] = node.input[0]
        else:
            kept.append(node)
    _put(model, kept)


def _padding_written(model: onnx.ModelProto, given: Input, source: str) -> None:
    """``auto_pad`` as numbers, which follow from the size of what comes in."""
    padded = [
        node for node in model.graph.node if _setting(node, "auto_pad", b"NOTSET") != b"NOTSET"
    ]
    if not padded:
        return
    weights = {one.name: list(one.dims) for one in model.graph.initializer}
    names = list(dict.fromkeys(node.input[0] for node in padded))
    found = run.tensors(model, given, names, FEW, source)
    for node in padded:
        how = _setting(node, "auto_pad", b"NOTSET")
        kernel = list(_setting(node, "kernel_shape", ())) or weights.get(node.input[1], [])[2:]
        strides = list(_setting(node, "strides", ())) or [1] * len(kernel)
        gaps = list(_setting(node, "dilations", ())) or [1] * len(kernel)
        sides = found[node.input[0]].shape[2:]
        pads = [_pads(how, *one) for one in zip(sides, kernel, strides, gaps, strict=True)]
        for name in ("auto_pad", "pads"):
            _remove(node, name)
        _set(node, "pads", [before for before, _ in pads] + [after for _, after in pads])


def _pads(how: bytes, side: int, kernel: int, stride: int, gap: int) -> tuple[int, int]:
    """Padding before and after, as ONNX says of ``SAME_UPPER`` and ``SAME_LOWER``."""
    if how == b"VALID":
        return 0, 0
    reach = gap * (kernel - 1) + 1
    total = max(0, (-(-side // stride) - 1) * stride + reach - side)
    small, large = total // 2, total - total // 2
    return (small, large) if how == b"SAME_UPPER" else (large, small)


def _setting(node: Any, name: str, otherwise: Any) -> Any:
    from onnx import helper

    found = [helper.get_attribute_value(one) for one in node.attribute if one.name == name]
    return found[0] if found else otherwise


def _remove(node: Any, name: str) -> None:
    for at in reversed([at for at, one in enumerate(node.attribute) if one.name == name]):
        del node.attribute[at]


def _set(node: Any, name: str, value: Any) -> None:
    from onnx import helper

    node.attribute.append(helper.make_attribute(name, value))
