"""One ONNX graph from 8-bit pixels of any size to answers."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from luodi.core.calibration import Calibration
from luodi.core.decision import Rule
from luodi.core.values import Candidate
from luodi.modalities.graph import tail
from luodi.modalities.graph.builder import Builder
from luodi.modalities.image.graph import network, strange
from luodi.modalities.image.graph.resize import resized
from luodi.modalities.image.learn.prepared import Prepared

INPUT = "image"


def composed(candidate: Candidate) -> bytes:
    """The graph of a candidate.

    The input is ``image`` uint8 (rows, height, width, channels), of any height and width. Outputs
    are ``probabilities`` double, ``decision`` int64 and ``review`` bool, and where it is known
    what images usually look like also ``strangeness`` double: above 1 an image is strange.
    """
    prepared: Prepared = candidate.prepared
    b = Builder()
    images = normalised(b, resized(b, INPUT, prepared.height, prepared.width), prepared)
    mean, squares = _said(b, candidate, images)
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


def normalised(b: Builder, pixels: str, prepared: Prepared) -> str:
    """Pixels of 0 to 255 less the mean of training, by its spread; (rows, channels, h, w)."""
    mean, spread = (
        b.constant(np.array(values, np.float32).reshape(1, -1, 1, 1))
        for values in (prepared.mean, prepared.spread)
    )
    return b("Div", b("Sub", pixels, mean), spread)


def _said(b: Builder, candidate: Candidate, images: str) -> tuple[str, str]:
    """The weighted means over the models of their probabilities, double (rows, classes), and of
    how strange images are to them, double (rows, 1); "" where that is not known."""
    total = squares = ""
    laid: list[tuple[Any, dict[str, str]]] = []
    known = {id(model): weight for model, weight in strange.known(candidate)}
    for member, weight in zip(candidate.members, candidate.weights, strict=True):
        for model in member.models:
            inside = network.laid(b, model.network, images)
            said = b("Softmax", b.cast(inside["output"], np.float64), axis=1)
            total = _added(b, total, said, weight / len(member.models))
            laid.append((model, inside))
    # after all networks, so that these can be read back from the graph one behind the other
    for model, inside in laid:
        if id(model) in known:
            found = strange.written(b, model.strange.stages, inside)
            squares = _added(b, squares, found, known[id(model)])
    return total, squares


def _added(b: Builder, total: str, said: str, share: float) -> str:
    said = said if share == 1.0 else b("Mul", said, b.constant(np.array(share)))
    return b("Add", total, said) if total else said


def _inputs(prepared: Prepared) -> list[Any]:
    from onnx import TensorProto, helper

    sides = ["rows", "height", "width", prepared.channels]
    return [helper.make_tensor_value_info(INPUT, TensorProto.UINT8, sides)]


def _metadata(prepared: Prepared) -> dict[str, str]:
    codec = prepared.codec
    return {"classes": json.dumps(codec.classes, ensure_ascii=False), "goal": codec.goal}
