"""One walk through a graph, from tensor to tensor, with sizes that are bounded at every step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from luodi.core.errors import LuodiError
from luodi.runtime import attributes, shapes
from luodi.runtime.attributes import shown
from luodi.runtime.operators import Allowed
from luodi.runtime.steps import Step
from luodi.runtime.tensors import Node, Tensor, Unknown


def walk(
    known: dict[str, Tensor], steps: Sequence[Step], kept: Sequence[str], allowed: Allowed
) -> dict[str, Tensor]:
    """All tensors of a graph by name.

    Args:
        known: Inputs and initializers; what is made comes to them.
        steps: The nodes in their order.
        kept: Names that are needed until the end.
        allowed: What the graph may hold.

    Raises:
        LuodiError: ``release.graph_wiring``, ``release.graph_shape``, ``release.graph_network``,
            ``release.graph_weights`` or ``release.graph_size``.
    """
    work = loading = held = 0
    for step, unneeded in zip(steps, _last_uses(steps, kept), strict=True):
        node, made = _made(step, known)
        _within(node, made, allowed)
        for name, tensor in zip(step.outputs, made, strict=True):
            define(known, name, tensor)
        work += shapes.work(node, made)
        bounded("work", work, allowed.work)
        if all(tensor.fixed for tensor in made):
            loading += shapes.work(node, made)
            bounded("work of loading", loading, allowed.loading)
            continue
        held += sum(tensor.elements for tensor in made)
        bounded("held elements", held, allowed.held)
        held -= sum(known[name].elements for name in unneeded if not known[name].fixed)
    return known


def define(known: dict[str, Tensor], name: str, tensor: Tensor) -> None:
    """Add a tensor to those that are known.

    Raises:
        LuodiError: ``release.graph_wiring`` when the name is empty or taken.
    """
    if not name or name in known:
        raise wiring(name, "made twice or without a name")
    known[name] = tensor


def bounded(what: str, seen: int, limit: int) -> None:
    """Refuse what is too much.

    Raises:
        LuodiError: ``release.graph_size``.
    """
    if seen > limit:
        raise LuodiError("release.graph_size", what=what, seen=seen, limit=limit)


def wiring(name: str, fault: str) -> LuodiError:
    """The error of a name that is used wrongly."""
    return LuodiError("release.graph_wiring", name=shown(name), fault=fault)


def _last_uses(steps: Sequence[Step], kept: Sequence[str]) -> Iterator[list[str]]:
    """After each step the names that no later one needs; inputs belong to the caller."""
    last: dict[str, int] = {}
    for at, step in enumerate(steps):
        last.update(dict.fromkeys((*step.inputs, *step.outputs), at))
    made = {name for step in steps for name in step.outputs} - {*kept, ""}
    for at, step in enumerate(steps):
        names = {*step.inputs, *step.outputs} & made
        yield [name for name in names if last[name] == at]


def _made(step: Step, known: Mapping[str, Tensor]) -> tuple[Node, list[Tensor]]:
    inputs = [_input(name, known) for name in step.inputs]
    _gaps_only_chosen(step, inputs)
    node = Node(step.operator, inputs, step.settings, len(step.outputs))
    if step.operator == "Constant":
        made = [attributes.constant_of(dict(step.settings), step.label)]
    else:
        made = _inferred(node, step.label)
    if len(made) != len(step.outputs):
        raise wiring(step.label, "outputs")
    return node, made


def _input(name: str, known: Mapping[str, Tensor]) -> Tensor | None:
    if name and name not in known:
        raise wiring(name, "used before it is made")
    return known[name] if name else None


def _gaps_only_chosen(step: Step, inputs: Sequence[Tensor | None]) -> None:
    """NaN means "missing" and may be chosen by a ``Where``; it is never a weight."""
    for at, tensor in enumerate(inputs):
        if tensor is not None and tensor.gaps and not (step.operator == "Where" and at > 0):
            raise LuodiError("release.graph_weights", tensor=step.label, fault="not finite")


def _inferred(node: Node, label: str) -> list[Tensor]:
    try:
        return shapes.infer(node)
    except Unknown as error:
        if error.fault:
            raise LuodiError("release.graph_network", node=label, fault=error.fault) from None
        raise LuodiError("release.graph_shape", node=label) from None


def _within(node: Node, made: Sequence[Tensor], allowed: Allowed) -> None:
    given = sum(tensor.elements for tensor in node.inputs if tensor is not None)
    for tensor in made:
        most = max(allowed.fixed, given) if tensor.fixed else allowed.elements
        bounded("elements", tensor.elements, most)
