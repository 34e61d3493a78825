"""What a task brings along to be shipped is judged before anything is read or trained."""

from __future__ import annotations

from luodi.core.errors import LuodiError
from luodi.core.task import Task
from luodi.modalities import modality
from luodi.runtime import gate
from luodi.runtime.operators import ALLOWED, ONNX


def refuse_brought(task: Task) -> None:
    """Refuse a network from outside that no release could hold.

    Args:
        task: The task.

    Raises:
        LuodiError: ``backbone.*``: ``backbone.operator`` names an operator that is not allowed and
            those that are, ``backbone.refused`` says what else the runtime would refuse.
    """
    kind = task.data.modality
    operators = ALLOWED[kind].operators[ONNX]
    graph = modality(kind).brought(task, operators)
    if graph is None:
        return
    source = task.train.backbone
    try:
        gate.check(graph, kind)
    except LuodiError as error:
        if error.code != "release.graph_operator":
            reason = error.record()["seen"]
            raise LuodiError("backbone.refused", source=source, reason=reason) from None
        operator = str(error.facts["node"]).partition(":")[2]
        facts = {"operator": operator, "allowed": ", ".join(sorted(operators))}
        raise LuodiError("backbone.operator", source=source, **facts) from None
