"""A model's bytes with its long integer lists packed, as protobuf allows but ONNX does not write.

ONNX writes a tag before each integer of an attribute; readers also take a whole list behind one
tag. For tree ensembles that saves a fifth of the file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import onnx

_GRAPH, _NODE, _ATTRIBUTE, _INTS = 7, 1, 5, 8
"""Field numbers in ModelProto, GraphProto, NodeProto and AttributeProto."""
_DELIMITED = 2


def packed(model: onnx.ModelProto) -> bytes:
    """The model's bytes, every list of integers in an attribute packed.

    Args:
        model: The model; it is not changed. Integers in its attributes may be negative.

    Returns:
        Bytes that parse to an equal model. Serialise last: whoever parses and writes the model
        again unpacks it.
    """
    import onnx

    outer = onnx.ModelProto()
    outer.CopyFrom(model)
    outer.ClearField("graph")
    return bytes(outer.SerializeToString(deterministic=True)) + _field(_GRAPH, _graph(model.graph))


def _graph(graph: onnx.GraphProto) -> bytes:
    import onnx

    outer = onnx.GraphProto()
    outer.CopyFrom(graph)
    outer.ClearField("node")
    nodes = b"".join(_field(_NODE, _node(node)) for node in graph.node)
    return nodes + bytes(outer.SerializeToString(deterministic=True))


def _node(node: onnx.NodeProto) -> bytes:
    import onnx

    outer = onnx.NodeProto()
    outer.CopyFrom(node)
    outer.ClearField("attribute")
    attributes = b"".join(_field(_ATTRIBUTE, _attribute(one)) for one in node.attribute)
    return bytes(outer.SerializeToString(deterministic=True)) + attributes


def _attribute(attribute: onnx.AttributeProto) -> bytes:
    import onnx

    if not attribute.ints:
        return bytes(attribute.SerializeToString(deterministic=True))
    outer = onnx.AttributeProto()
    outer.CopyFrom(attribute)
    outer.ClearField("ints")
    integers = np.fromiter(attribute.ints, np.int64, len(attribute.ints))
    return bytes(outer.SerializeToString(deterministic=True)) + _field(_INTS, varints(integers))


def _field(number: int, content: bytes) -> bytes:
    """A field that carries its length."""
    head = np.array([number << 3 | _DELIMITED, len(content)], np.int64)
    return varints(head) + content


def varints(values: np.ndarray) -> bytes:
    """Integers in protobuf's variable-length code, one after another."""
    rest = values.astype(np.uint64)
    groups = np.stack([(rest >> np.uint64(7 * place)) for place in range(10)], axis=1)
    used = groups > 0
    used[:, 0] = True
    more = np.concatenate([used[:, 1:], np.zeros((len(rest), 1), bool)], axis=1)
    coded = (groups & np.uint64(127)).astype(np.uint8) | (more * np.uint8(128))
    return coded[used].tobytes()
