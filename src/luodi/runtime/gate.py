"""What stands between a release's graph and the runtime that would execute it.

onnxruntime opens files that a graph names, runs loops for ever and divides whole numbers until
the process dies. So the bytes are read strictly (``protobuf``, ``schema``), every operator must
be on a list (``operators``, ``steps``), every number finite and complete (``weights``, ``trees``),
and every tensor of a known, bounded size (``walk``, ``shapes``), before onnxruntime sees any of
it. Images moreover are answered each alone (``apart``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from luodi.core.errors import LuodiError
from luodi.runtime import apart, protobuf, schema, steps, weights
from luodi.runtime.attributes import name_of, shown
from luodi.runtime.operators import ALLOWED, ONNX, Allowed
from luodi.runtime.tensors import Tensor, constant
from luodi.runtime.walk import bounded, define, walk, wiring

IR_VERSIONS = range(8, 14)


def check(model: bytes, modality: str) -> dict[str, int]:
    """Refuse a graph that holds anything but what releases of this modality need.

    Args:
        model: The ONNX bytes.
        modality: The kind of data, such as ``tabular``.

    Returns:
        Last dimension of each input: columns of a table, channels of images.

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
        raise wiring("graph", "missing")
    inputs = _inputs(read["graph"].get("input", []), allowed)
    _graph(read["graph"], inputs, allowed)
    return {name: width for name, (width, _) in inputs.items()}


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


def _inputs(values: list[dict[str, Any]], allowed: Allowed) -> dict[str, tuple[int, str]]:
    """Width and kind of the graph's inputs; all dimensions but the last are open."""
    found: dict[str, tuple[int, str]] = {}
    for value in values:
        name = name_of(value.get("name", b""))
        kind = value.get("type", {}).get("tensor_type", {})
        dims = kind.get("shape", {}).get("dim", [])
        element = kind.get("elem_type")
        width = dims[-1].get("dim_value", 0) if len(dims) == 1 + len(allowed.sizes[0]) else 0
        if name not in allowed.inputs or width < 1 or any("dim_value" in dim for dim in dims[:-1]):
            raise wiring(name, "input")
        if name in found or element != (allowed.element or element):
            raise wiring(name, "input")
        if allowed.widths is not None and width not in allowed.widths:
            raise wiring(name, "input")
        names = [dim["dim_param"] for dim in dims if "dim_param" in dim]
        if len(set(names)) < len(names) and not allowed.tables:
            raise wiring(name, "input")
        found[name] = width, _element(element)
    return found


def _element(kind: int | None) -> str:
    if kind == weights.STRING:
        return "O"
    return np.dtype(weights.TYPES[kind][0]).kind if kind in weights.TYPES else "?"


def _graph(
    graph: Mapping[str, Any], inputs: Mapping[str, tuple[int, str]], allowed: Allowed
) -> None:
    constants = _constants(graph.get("initializer", []), allowed)
    nodes = [steps.read(node, at, allowed) for at, node in enumerate(graph.get("node", []))]
    outputs = [name_of(value.get("name", b"")) for value in graph.get("output", [])]
    walks = []
    for sizes in allowed.sizes:
        known: dict[str, Tensor] = {}
        for name, (width, kind) in inputs.items():
            define(known, name, Tensor((*sizes, width), kind))
            bounded("elements", known[name].elements, allowed.elements)
        for name, tensor in constants:
            define(known, name, tensor)
        walks.append(walk(known, nodes, outputs, allowed))
    if not allowed.tables:
        apart.check(nodes, walks, [sizes[0] for sizes in allowed.sizes], list(inputs))
    _outputs(outputs, walks[0], allowed)


def _constants(values: list[dict[str, Any]], allowed: Allowed) -> list[tuple[str, Tensor]]:
    found = []
    for value in values:
        name = name_of(value.get("name", b""))
        tensor = constant(weights.array(value, shown(name), gaps=allowed.tables))
        if tensor.kind == "O" and not allowed.tables:
            raise LuodiError("release.graph_weights", tensor=shown(name), fault="text")
        found.append((name, tensor))
    return found


def _outputs(names: Sequence[str], known: Mapping[str, Tensor], allowed: Allowed) -> None:
    for name in names:
        if name not in allowed.outputs or name not in known or names.count(name) > 1:
            raise wiring(name, "output")
        form, tensor = allowed.outputs[name], known[name]
        if form and (form != (tensor.kind, len(tensor.shape)) or not tensor.of_rows):
            raise wiring(name, "output")
