"""A backbone's nodes among those of a graph, under names of the graph's own."""

from __future__ import annotations

import numpy as np

from luodi.modalities.graph.builder import Builder
from luodi.modalities.image.backbone.value import Backbone


def features(b: Builder, backbone: Backbone, planes: str, channels: int) -> str:
    """Write a backbone and return the name of its features, float32 (rows, n).

    Args:
        b: The graph.
        backbone: The backbone.
        planes: Name of float32 (rows, channels, height, width) of 0 to 255, in its size.
        channels: Channels of the images: 1, or as many as the backbone takes.
    """
    if channels < backbone.channels:
        planes = b("Concat", *[planes] * backbone.channels, axis=1)
    return _written(b, backbone, _normalised(b, backbone, planes))


def _normalised(b: Builder, backbone: Backbone, planes: str) -> str:
    """As ``Backbone.seen`` does it."""
    if backbone.whole:
        return b.cast(planes, np.uint8)
    mean, spread = (
        b.constant(np.array(values, np.float32).reshape(1, -1, 1, 1))
        for values in (backbone.mean, backbone.spread)
    )
    return b("Div", b("Sub", planes, mean), spread)


def _written(b: Builder, backbone: Backbone, pixels: str) -> str:
    """The nodes of the plain model, without names and texts of its own."""
    import onnx
    from onnx import numpy_helper

    graph = onnx.load_model_from_string(backbone.plain).graph
    names = {one.name: b.constant(numpy_helper.to_array(one)) for one in graph.initializer}
    names |= {graph.input[0].name: pixels, "": ""}
    for node in graph.node:
        made = onnx.NodeProto(op_type=node.op_type, domain=node.domain)
        made.input.extend(names[name] for name in node.input)
        for output in node.output:
            names[output] = b.name(node.op_type.lower()) if output else ""
            made.output.append(names[output])
        for given in node.attribute:
            kept = made.attribute.add()
            kept.CopyFrom(given)
            kept.ClearField("doc_string")
        b.add([made], [])
    return names[graph.output[0].name]
