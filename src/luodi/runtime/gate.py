"""What stands between a release's graph and the runtime that would execute it.

onnxruntime opens files that a graph names, runs loops for ever and divides whole numbers until
the process dies. So the bytes are read strictly (``protobuf``, ``schema``), every operator must
be on a list (``operators``), every number finite and complete (``weights``, ``trees``), and every
tensor of a known, bounded size (``shapes``), before onnxruntime sees any of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from luodi.core.errors import LuodiError
from luodi.runtime import attributes, protobuf, schema, shapes, trees, weights
from luodi.runtime.attributes import name_of, shown
from luodi.runtime.operators import ALLOWED, ONNX, Allowed
from luodi.runtime.tensors import Node, Tensor, Unknown, constant

IR_VERSIONS = range(8, 14)


def check(model: bytes, modality: str) -> dict[str, int]:
    """Refuse a graph that holds anything but what releases of this modality need.

    Args:
        model: The ONNX bytes.
        modality: The kind of data, such as ``tabular``.

    Returns:
        Number of columns of each input.

    Raises:
        LuodiError: ``release.modality`` for an unknown modality, ``release.graph_*`` for anything
            that is not allowed.
    """
    if modality not in ALLOWED:
        raise LuodiError("release.modality", modality=modality)
    allowed = ALLOWED[modality]
    read = protobuf.read(model, schema.MODEL)
    if read.get("ir_version") not in IR_VERSIONS:
        raise LuodiError("release.graph_version", domain="IR", version=read.get("ir_version"))
    _opsets(read.get("opset_import", []), allowed)
    if "graph" not in read:
        raise _wiring("graph", "missing")
    return _graph(read["graph"], allowed)


def _opsets(imports: list[dict[str, Any]], allowed: Allowed) -> None:
    seen: set[str] = set()
    for one in imports:
        domain, version = name_of(one.get("domain", b"")), one.get("version", 0)
        first, last = allowed.opsets.get(domain, (1, 0))
        if domain in seen or not first <= version <= last:
            raise LuodiError("release.graph_version", domain=domain or "ai.onnx", version=version)
        seen.add(domain)
    if ONNX not in seen:
        raise LuodiError("release.graph_version", domain="ai.onnx", version=0)


def _graph(graph: dict[str, Any], allowed: Allowed) -> dict[str, int]:
    known = _inputs(graph.get("input", []), allowed)
    widths = {name: tensor.shape[1] for name, tensor in known.items()}
    for tensor in graph.get("initializer", []):
        name = name_of(tensor.get("name", b""))
        _define(known, name, constant(weights.array(tensor, shown(name), gaps=True)))
    total = 0
    for at, node in enumerate(graph.get("node", [])):
        total += _node(node, at, known, allowed)
        if total > allowed.work:
            raise _too_much("work", total, allowed.work)
    outputs = [name_of(value.get("name", b"")) for value in graph.get("output", [])]
    for name in outputs:
        if name not in allowed.outputs or name not in known or outputs.count(name) > 1:
            raise _wiring(name, "output")
    return widths


def _inputs(values: list[dict[str, Any]], allowed: Allowed) -> dict[str, Tensor]:
    """The graph's inputs: each (rows, columns), with the number of columns written down."""
    known: dict[str, Tensor] = {}
    for value in values:
        name = name_of(value.get("name", b""))
        kind = value.get("type", {}).get("tensor_type", {})
        dims = kind.get("shape", {}).get("dim", [])
        columns = dims[-1].get("dim_value", 0) if len(dims) == 2 else 0
        if name not in allowed.inputs or columns < 1 or "dim_value" in dims[0]:
            raise _wiring(name, "input")
        tensor = Tensor((shapes.ROWS, columns), _element(kind.get("elem_type")))
        _bounded(tensor, allowed.elements)
        _define(known, name, tensor)
    return known


def _element(kind: int | None) -> str:
    if kind == weights.STRING:
        return "O"
    return np.dtype(weights.TYPES[kind][0]).kind if kind in weights.TYPES else "?"


def _node(node: dict[str, Any], at: int, known: dict[str, Tensor], allowed: Allowed) -> int:
    """Check one node, add its outputs to what is known, and return its work."""
    domain, operator = name_of(node.get("domain", b"")), name_of(node.get("op_type", b""))
    label = f"{at}:{shown(operator)}"
    if operator not in allowed.operators.get(domain, ()):
        raise LuodiError("release.graph_operator", node=label, domain=shown(domain) or "ai.onnx")
    settings = attributes.read(node.get("attribute", []), label)
    names = [name_of(name) for name in node.get("output", [])]
    inputs = [_input(name_of(name), known) for name in node.get("input", [])]
    _gaps_only_chosen(operator, inputs, label)
    if operator == "TreeEnsemble":
        settings = trees.check(settings, label).settings()
    step = Node(operator, inputs, settings, len(names))
    if operator == "Constant":
        made = [attributes.constant_of(settings, label)]
    else:
        made = _inferred(step, label)
    if len(made) != len(names):
        raise _wiring(label, "outputs")
    given = sum(tensor.elements for tensor in inputs if tensor is not None)
    for name, tensor in zip(names, made, strict=True):
        _bounded(tensor, max(allowed.fixed, given) if tensor.fixed else allowed.elements)
        _define(known, name, tensor)
    return shapes.work(step, made)


def _input(name: str, known: Mapping[str, Tensor]) -> Tensor | None:
    if name and name not in known:
        raise _wiring(name, "used before it is made")
    return known[name] if name else None


def _gaps_only_chosen(operator: str, inputs: list[Tensor | None], label: str) -> None:
    """NaN means "missing" and may be chosen by a ``Where``; it is never a weight."""
    for at, tensor in enumerate(inputs):
        if tensor is not None and tensor.gaps and not (operator == "Where" and at > 0):
            raise LuodiError("release.graph_weights", tensor=label, fault="not finite")


def _inferred(step: Node, label: str) -> list[Tensor]:
    try:
        return shapes.infer(step)
    except Unknown:
        raise LuodiError("release.graph_shape", node=label) from None


def _define(known: dict[str, Tensor], name: str, tensor: Tensor) -> None:
    if not name or name in known:
        raise _wiring(name, "made twice or without a name")
    known[name] = tensor


def _bounded(tensor: Tensor, most: int) -> None:
    if tensor.elements > most:
        raise _too_much("elements", tensor.elements, most)


def _wiring(name: str, fault: str) -> LuodiError:
    return LuodiError("release.graph_wiring", name=shown(name), fault=fault)


def _too_much(what: str, seen: int, limit: int) -> LuodiError:
    return LuodiError("release.graph_size", what=what, seen=seen, limit=limit)
