"""An ONNX model from outside: one image input, one tensor of features, nothing hidden."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, NamedTuple

from luodi.core.errors import LuodiError
from luodi.modalities.graph.builder import OPSETS

if TYPE_CHECKING:
    import onnx

FLOAT, UINT8 = 1, 2
WORKED_OUT = frozenset(
    [
        "Constant",
        "ConstantOfShape",
        "Dropout",
        "Equal",
        "Identity",
        "Mod",
        "Range",
        "Shape",
        "Size",
        "Upsample",
        "Where",
    ]
)
"""Operators that may stand in a file besides those of a release: sizes, worked out beforehand."""
RANK = 4


class Input(NamedTuple):
    """The input of a model.

    Attributes:
        name: Its name.
        rows: Rows that it takes at once; None for any number.
        channels: 1 or 3.
        height: Pixels; None for any.
        width: Pixels; None for any.
        whole: Whether it takes whole numbers of 8 bits.
    """

    name: str
    rows: int | None
    channels: int
    height: int | None
    width: int | None
    whole: bool


def read(data: bytes, source: str) -> onnx.ModelProto:
    """The model of a file, with its functions written out.

    Raises:
        LuodiError: ``backbone.unreadable``.
    """
    import onnx

    try:
        model = onnx.load_model_from_string(data)
        if model.functions:
            from onnx import inliner

            model = inliner.inline_local_functions(model)
        if not model.graph.node:
            raise ValueError("it holds no graph")
        if inner := [n.op_type for n in model.graph.node if any(map(_graphs, n.attribute))]:
            raise ValueError(f"{inner[0]} runs graphs of its own, which a release may not hold")
        if any(one.data_location == onnx.TensorProto.EXTERNAL for one in _tensors(model)):
            raise ValueError("its weights lie in another file; save them inside")
        return model
    except Exception as error:  # protobuf raises types of its own
        raise LuodiError("backbone.unreadable", source=source, reason=str(error)[:200]) from None


def refuse_operators(model: onnx.ModelProto, allowed: frozenset[str], source: str) -> None:
    """Refuse what no release may hold before anything of the file runs.

    Args:
        model: The model, without what its features do not need.
        allowed: Operators that a release may hold.
        source: What to call the model in errors.

    Raises:
        LuodiError: ``backbone.operator``.
    """
    for node in model.graph.node:
        plain = node.domain in ("", "ai.onnx")
        if not plain or node.op_type not in allowed | WORKED_OUT:
            operator = node.op_type if plain else f"{node.domain}.{node.op_type}"
            facts = {"operator": operator, "allowed": ", ".join(sorted(allowed))}
            raise LuodiError("backbone.operator", source=source, **facts)


def _graphs(given: Any) -> bool:
    """Whether a setting of a node holds graphs."""
    return given.HasField("g") or len(given.graphs) > 0


def _tensors(model: onnx.ModelProto) -> Iterator[Any]:
    """All constants of a model."""
    yield from model.graph.initializer
    for node in model.graph.node:
        yield from (given.t for given in node.attribute if given.HasField("t"))


def input_of(model: onnx.ModelProto, source: str) -> Input:
    """The only input of a model.

    Raises:
        LuodiError: ``backbone.input``.
    """
    weights = {tensor.name for tensor in model.graph.initializer}
    inputs = [value for value in model.graph.input if value.name not in weights]
    kinds = [value.type.tensor_type for value in inputs]
    dims = [[d.dim_value or None for d in kind.shape.dim] for kind in kinds]
    seen = ", ".join(f"{v.name} {d}" for v, d in zip(inputs, dims, strict=True))
    fits = len(inputs) == 1 and len(dims[0]) == RANK and dims[0][1] in (1, 3)
    if not fits or kinds[0].elem_type not in (FLOAT, UINT8):
        raise LuodiError("backbone.input", source=source, seen=seen or "-")
    rows, channels, height, width = dims[0]
    assert channels is not None
    whole = kinds[0].elem_type == UINT8
    return Input(inputs[0].name, rows, channels, height, width, whole)


def converted(model: onnx.ModelProto, source: str) -> onnx.ModelProto:
    """The model in this house's opset.

    Raises:
        LuodiError: ``backbone.version``.
    """
    from onnx import version_converter

    versions = {one.domain: one.version for one in model.opset_import}
    version = versions.get("", versions.get("ai.onnx", 0))
    if version == OPSETS[""]:
        return model
    try:
        return version_converter.convert_version(model, OPSETS[""])
    except Exception as error:  # the converter raises whatever it meets
        facts = {"version": version, "wanted": OPSETS[""], "reason": str(error)[:200]}
        raise LuodiError("backbone.version", source=source, **facts) from None


def exposed(model: onnx.ModelProto, tensor: str, source: str) -> onnx.ModelProto:
    """The model with one tensor as its only output, and without what that does not need.

    Args:
        model: The model.
        tensor: The tensor; "" for the first output.
        source: What to call the model in errors.

    Raises:
        LuodiError: ``backbone.tensor``, ``backbone.output``.
    """
    import onnx

    known = [name for node in model.graph.node for name in node.output if name]
    wanted = tensor or model.graph.output[0].name
    if wanted not in known:
        near = get_close_matches(wanted, known, 5, 0.0)
        raise LuodiError("backbone.tensor", source=source, tensor=wanted, near=", ".join(near))
    made = onnx.ModelProto()
    made.CopyFrom(model)
    del made.graph.output[:]
    made.graph.output.append(onnx.ValueInfoProto(name=wanted))
    pruned(made)
    if not made.graph.input:
        raise LuodiError("backbone.output", source=source, seen=f"{wanted}: a constant")
    return made


def pruned(model: onnx.ModelProto) -> onnx.ModelProto:
    """The model without nodes and weights that no output needs."""
    needed = {value.name for value in model.graph.output}
    kept = []
    for node in reversed(model.graph.node):
        if needed & set(node.output):
            needed |= set(node.input)
            kept.append(node)
    weights = [one for one in model.graph.initializer if one.name in needed]
    inputs = {value.name: value for value in model.graph.input if value.name in needed}
    names = {one.name for one in weights}
    own = [value for name, value in inputs.items() if name not in names]
    for field, values in (("node", kept[::-1]), ("initializer", weights), ("input", own)):
        copies = [type(value).FromString(value.SerializeToString()) for value in values]
        del getattr(model.graph, field)[:]
        getattr(model.graph, field).extend(copies)
    del model.graph.value_info[:]
    return model


def sized(model: onnx.ModelProto, given: Input, height: int, width: int) -> onnx.ModelProto:
    """The model for any number of images of one size."""
    (value,) = [one for one in model.graph.input if one.name == given.name]
    sizes = ("rows", given.channels, height, width)
    for dim, size in zip(value.type.tensor_type.shape.dim, sizes, strict=True):
        dim.Clear()
        if isinstance(size, str):
            dim.dim_param = size
        else:
            dim.dim_value = size
    return model
