"""One ONNX graph from 8-bit pixels of any size to answers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from luodi.core.calibration import Calibration
from luodi.core.decision import Rule
from luodi.core.values import Candidate
from luodi.modalities.graph import tail
from luodi.modalities.graph.builder import Builder
from luodi.modalities.image.graph import inline, network, strange
from luodi.modalities.image.graph.resize import at_size, planes
from luodi.modalities.image.learn.frozen import Frozen
from luodi.modalities.image.learn.prepared import Prepared

INPUT = "image"
Inside = Mapping[str, str]


def composed(candidate: Candidate) -> bytes:
    """The graph of a candidate.

    The input is ``image`` uint8 (rows, height, width, channels), of any height and width. Outputs
    are ``probabilities`` double, ``decision`` int64 and ``review`` bool, and where it is known
    what images usually look like also ``strangeness`` double: above 1 an image is strange.
    """
    prepared: Prepared = candidate.prepared
    b = Builder()
    mean, squares = _said(b, candidate, Views(b, prepared))
    shape = "binary" if len(prepared.codec.classes) == 2 else "multiclass"
    if shape == "binary":
        mean = b("Gather", mean, b.constant(np.array([1])), axis=1)
    final = tail.calibrated(b, mean, Calibration.from_json(candidate.calibration), shape)
    tail.decided(b, final, Rule.from_json(candidate.decision), shape)
    outputs = tail.outputs(len(prepared.codec.classes))
    if squares:
        strange.told(b, squares, strange.furthest(candidate))
        outputs.append(strange.output())
    return b.model(_inputs(prepared), outputs, _metadata(prepared))


class Views:
    """The images of a graph as its models see them, each view written once.

    Args:
        b: The graph.
        prepared: What networks of this house see.
    """

    def __init__(self, b: Builder, prepared: Prepared) -> None:
        self.b, self.prepared = b, prepared
        self.planes = planes(b, INPUT)
        self.made: dict[Any, str] = {}

    def sized(self, height: int, width: int) -> str:
        """Pixels of 0 to 255 in a size, float32 (rows, channels, height, width)."""
        if (height, width) not in self.made:
            self.made[height, width] = at_size(self.b, self.planes, height, width)
        return self.made[height, width]

    def normalised(self, mean: tuple[float, ...], spread: tuple[float, ...]) -> str:
        """Pixels in the size of all networks, less a mean, by a spread."""
        if (mean, spread) not in self.made:
            pixels = self.sized(self.prepared.height, self.prepared.width)
            self.made[mean, spread] = normalised(self.b, pixels, mean, spread)
        return self.made[mean, spread]

    def features(self, model: Frozen) -> str:
        """Features by a backbone, float32 (rows, n)."""
        backbone = model.backbone
        if backbone not in self.made:
            pixels = self.sized(backbone.height, backbone.width)
            found = inline.features(self.b, backbone, pixels, self.prepared.channels)
            self.made[backbone] = found
        return self.made[backbone]


def normalised(b: Builder, pixels: str, mean: tuple[float, ...], spread: tuple[float, ...]) -> str:
    """Pixels of 0 to 255 less a mean, by a spread; (rows, channels, height, width)."""
    less, by = (
        b.constant(np.array(values, np.float32).reshape(1, -1, 1, 1)) for values in (mean, spread)
    )
    return b("Div", b("Sub", pixels, less), by)


def _said(b: Builder, candidate: Candidate, views: Views) -> tuple[str, str]:
    """The weighted means over the models of their probabilities, double (rows, classes), and of
    how strange images are to them, double (rows, 1); "" where that is not known.

    All networks come first: read back from a graph, they must follow each other.
    """
    total = squares = ""
    laid: dict[int, Inside] = {}
    for member, weight in zip(candidate.members, candidate.weights, strict=True):
        for model in member.models:
            scores, laid[id(model)] = _scores(b, model, views)
            said = b("Softmax", b.cast(scores, np.float64), axis=1)
            total = _added(b, total, said, weight / len(member.models))
    for model, share in strange.known(candidate):
        found = strange.written(b, model.strange.stages, laid[id(model)])
        squares = _added(b, squares, found, share)
    return total, squares


def _added(b: Builder, total: str, said: str, share: float) -> str:
    said = said if share == 1.0 else b("Mul", said, b.constant(np.array(share)))
    return b("Add", total, said) if total else said


def _scores(b: Builder, model: Any, views: Views) -> tuple[str, Inside]:
    """Raw scores of one model, float32 (rows, classes), and what lies between its layers."""
    if not isinstance(model, Frozen):
        return _network(b, model, views.normalised(model.mean, model.spread))
    head = model.head
    mean, weight, bias = (
        b.constant(part.astype(np.float32)) for part in (head.mean, head.weight, head.bias)
    )
    return b("Gemm", b("Sub", views.features(model), mean), weight, bias), {}


def _network(b: Builder, model: Any, images: str) -> tuple[str, Inside]:
    """Raw scores of a network; of both views where it asks for both, with the weights once.

    What lies between its layers is that of the image as it is.
    """
    inside = network.laid(b, model.network, images)
    if not model.mirrored:
        return inside["output"], inside
    begin, end, axis, step = (b.constant(np.array([n])) for n in (-1, -(2**31), 3, -1))
    turned = network.written(b, model.network, b("Slice", images, begin, end, axis, step))
    both = b("Add", inside["output"], turned)
    return b("Mul", both, b.constant(np.float32(0.5))), inside


def _inputs(prepared: Prepared) -> list[Any]:
    from onnx import TensorProto, helper

    sides = ["rows", "height", "width", prepared.channels]
    return [helper.make_tensor_value_info(INPUT, TensorProto.UINT8, sides)]


def _metadata(prepared: Prepared) -> dict[str, str]:
    codec = prepared.codec
    return {"classes": json.dumps(codec.classes, ensure_ascii=False), "goal": codec.goal}
