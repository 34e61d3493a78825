"""The nodes of a graph as they are read: operators on the list, settings of known types."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from luodi.core.errors import LuodiError
from luodi.runtime import attributes, trees
from luodi.runtime.attributes import name_of, shown
from luodi.runtime.operators import Allowed


class Step(NamedTuple):
    """One node.

    Attributes:
        label: What to call it in errors.
        operator: Its operator.
        settings: Its attributes by name.
        inputs: Names of the inputs; "" where one is left out.
        outputs: Names of the outputs.
    """

    label: str
    operator: str
    settings: Mapping[str, Any]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]


def read(node: Mapping[str, Any], at: int, allowed: Allowed) -> Step:
    """One node of a graph.

    Args:
        node: A ``NodeProto`` as read.
        at: Its place in the graph.
        allowed: What the graph may hold.

    Raises:
        LuodiError: ``release.graph_operator``, ``release.graph_weights``,
            ``release.graph_trees``, ``release.graph_wiring``.
    """
    domain, operator = name_of(node.get("domain", b"")), name_of(node.get("op_type", b""))
    label = f"{at}:{shown(operator)}"
    if operator not in allowed.operators.get(domain, ()):
        raise LuodiError("release.graph_operator", node=label, domain=shown(domain) or "ai.onnx")
    settings: Mapping[str, Any] = attributes.read(node.get("attribute", []), label)
    if operator == "TreeEnsemble":
        settings = trees.check(settings, label).settings()
    inputs = tuple(map(name_of, node.get("input", [])))
    return Step(label, operator, settings, inputs, tuple(map(name_of, node.get("output", []))))
