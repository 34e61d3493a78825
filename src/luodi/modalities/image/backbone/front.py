"""Rows stay in front: attention is often written with queries, keys and values before the rows.

A release answers each image alone, and the runtime sees that by the rows being the first dimension
everywhere. ``Transpose`` that brings something else to the front, only for it to be taken apart
there, is taken apart first and turned after that.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import onnx


def in_front(model: onnx.ModelProto) -> None:
    """Rewrite such a ``Transpose`` with the ``Gather``, or ``Split`` and ``Squeeze``, behind it."""
    from onnx import helper, numpy_helper

    values = {one.name: numpy_helper.to_array(one) for one in model.graph.initializer}
    users: dict[str, list[Any]] = {}
    for node in model.graph.node:
        for name in node.input:
            users.setdefault(name, []).append(node)
    instead: dict[int, list[Any]] = {}
    for node in model.graph.node:
        if node.op_type != "Transpose" or not node.attribute:
            continue
        order = list(helper.get_attribute_value(node.attribute[0]))
        taken = dict(_taken(users.get(node.output[0], []), users, values))
        if order[0] == 0 or not taken or None in taken.values():
            continue
        instead |= _apart(model, node, order, taken, users)
    kept = [made for node in model.graph.node for made in instead.get(id(node), [node])]
    copies = [type(node).FromString(node.SerializeToString()) for node in kept]
    del model.graph.node[:]
    model.graph.node.extend(copies)


def _taken(
    nodes: list[Any], users: Mapping[str, list[Any]], values: Mapping[str, np.ndarray]
) -> Iterator[tuple[str, int | None]]:
    """What is made of each place of the first dimension, and which; None for anything else."""
    for node in nodes:
        axis = {one.name: one.i for one in node.attribute}.get("axis", 0)
        place = values.get(node.input[1]) if len(node.input) > 1 else None
        if node.op_type == "Gather" and axis == 0 and place is not None and place.ndim == 0:
            yield node.output[0], int(place)
        elif node.op_type == "Split" and axis == 0:
            for at, output in enumerate(node.output):
                behind = users.get(output, [])
                whole = place is None or (place == 1).all()
                plain = [one for one in behind if _squeezes_first(one, values)]
                alone = whole and len(plain) == len(behind) == 1
                yield (plain[0].output[0], at) if alone else (output, None)
        else:
            yield node.output[0], None


def _squeezes_first(node: Any, values: Mapping[str, np.ndarray]) -> bool:
    axes = values.get(node.input[1]) if len(node.input) > 1 else None
    return node.op_type == "Squeeze" and axes is not None and axes.tolist() == [0]


def _apart(
    model: onnx.ModelProto,
    node: Any,
    order: list[int],
    taken: Mapping[str, int | None],
    users: Mapping[str, list[Any]],
) -> dict[int, list[Any]]:
    """What stands in place of each node, by its identity: all of it where the first one was."""
    from onnx import helper, numpy_helper

    first, *rest = order
    rest = [at - (at > first) for at in rest]
    made = []
    for output, place in taken.items():
        part, index = f"{output}_part", f"{output}_place"
        model.graph.initializer.append(numpy_helper.from_array(np.array(place, np.int64), index))
        made.append(helper.make_node("Gather", [node.input[0], index], [part], axis=first))
        made.append(helper.make_node("Transpose", [part], [output], perm=rest))
    gone: dict[int, list[Any]] = {id(node): made}
    for behind in users[node.output[0]]:
        gone[id(behind)] = []
        if behind.op_type == "Split":
            gone |= {id(one): [] for output in behind.output for one in users[output]}
    return gone
