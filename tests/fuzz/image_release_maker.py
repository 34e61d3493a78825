"""A small release of images made from scratch, and every part of it open to be spoiled."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from PIL import Image

from fuzz.release_maker import members
from luodi.core.manifest import canonical_json
from luodi.modalities.image.codec import Codec
from luodi.runtime import archive
from luodi.runtime.score import Scorer

CHANNELS, SIDE, CLASSES = 3, 16, 3
make = helper.make_node


def pixels(height: int, width: int, seed: int = 0) -> np.ndarray:
    """An image that is smooth, so that it has something to be recognised by."""
    random = np.random.default_rng(seed)
    coarse = random.integers(0, 256, (3, 4, CHANNELS), dtype=np.uint8)
    return np.asarray(Image.fromarray(coarse).resize((width, height), Image.Resampling.BILINEAR))


def text(image: np.ndarray) -> str:
    """An image as base64 of a PNG file."""
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, "PNG")
    return base64.b64encode(buffer.getvalue()).decode()


SIZES = [(16, 16), (40, 23), (7, 64), (40, 23), (1, 1), (200, 100)]
ROWS = [{"image": text(pixels(*size, seed))} for seed, size in enumerate(SIZES)]


def prologue() -> list[onnx.NodeProto]:
    """Images of any size to floats of one size."""
    return [
        make("Cast", ["image"], ["cast"], to=TensorProto.FLOAT),
        make("Transpose", ["cast"], ["turned"], perm=[0, 3, 1, 2]),
        make(
            "Resize",
            ["turned", "", "", "sizes"],
            ["resized"],
            axes=[2, 3],
            mode="linear",
            antialias=1,
            coordinate_transformation_mode="half_pixel",
        ),
        make("Round", ["resized"], ["rounded"]),
        make("Clip", ["rounded", "low", "high"], ["clipped"]),
        make("Sub", ["clipped", "mean"], ["moved"]),
        make("Div", ["moved", "spread"], ["x0"]),
    ]


def prologue_of_four() -> list[onnx.NodeProto]:
    """The same with sizes of all four dimensions, the number of rows as it is.

    onnxruntime 1.31 changes ``axes`` wrongly where it turns a quantised network round.
    """
    steps = prologue()
    steps[2] = make("Resize", ["turned", "", "", "all"], ["resized"], mode="linear", antialias=1)
    return [
        *steps[:2],
        make("Shape", ["turned"], ["shape"], end=1),
        make("Concat", ["shape", "rest"], ["all"], axis=0),
        *steps[2:],
    ]


def network() -> list[onnx.NodeProto]:
    """``x0`` to ``scores``: every kind of layer once."""
    return [
        make("Conv", ["x0", "w1", "b1"], ["c1"], pads=[1, 1, 1, 1], strides=[2, 2]),
        make("BatchNormalization", ["c1", "scale", "shift", "average", "variance"], ["n1"]),
        make("Relu", ["n1"], ["r1"]),
        make("MaxPool", ["r1"], ["p1"], kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1]),
        make("Pad", ["p1", "pads"], ["padded"]),
        make("Conv", ["padded", "w2"], ["c2"], group=8, dilations=[1, 1]),
        make("HardSwish", ["c2"], ["h2"]),
        make("GlobalAveragePool", ["h2"], ["g2"]),
        make("Conv", ["g2", "w3"], ["c3"]),
        make("HardSigmoid", ["c3"], ["gate"]),
        make("Mul", ["h2", "gate"], ["gated"]),
        make("Add", ["gated", "p1"], ["residual"]),
        make("AveragePool", ["residual"], ["p3"], kernel_shape=[2, 2], strides=[2, 2]),
        make("Concat", ["p3", "p3"], ["joined"], axis=1),
        make("Conv", ["joined", "w4"], ["c4"]),
        make("Sigmoid", ["c4"], ["s4"]),
        make("ReduceMean", ["s4", "sides"], ["flat0"], keepdims=0),
        make("Reshape", ["flat0", "rows"], ["flat1"]),
        make("Flatten", ["flat1"], ["embedding"]),
        make("Gemm", ["embedding", "w5", "b5"], ["g5"], transB=1),
        make("MatMul", ["g5", "w6"], ["scores"]),
    ]


def tail() -> list[onnx.NodeProto]:
    """``scores`` to the answers, as for tables."""
    return [
        make("Cast", ["scores"], ["margins"], to=TensorProto.DOUBLE),
        make("Softmax", ["margins"], ["raw"], axis=1),
        make("Max", ["raw", "floor"], ["held"]),
        make("Log", ["held"], ["logs"]),
        make("Mul", ["logs", "slope"], ["sloped"]),
        make("Exp", ["sloped"], ["powers"]),
        make("ReduceSum", ["powers", "last"], ["total"]),
        make("Div", ["powers", "total"], ["probabilities"]),
        make("MatMul", ["probabilities", "costs"], ["expected"]),
        make("ArgMin", ["expected"], ["decision"], axis=1, keepdims=0),
        make("Unsqueeze", ["decision", "last"], ["place"]),
        make("GatherElements", ["expected", "place"], ["chosen"], axis=1),
        make("Squeeze", ["chosen", "last"], ["cost"]),
        make("Greater", ["cost", "limit"], ["review"]),
    ]


def weights() -> dict[str, np.ndarray]:
    """The initializers of all three."""
    random = np.random.default_rng(7)

    def some(*shape: int) -> np.ndarray:
        return random.normal(0, 0.5, shape).astype(np.float32)

    chosen = np.random.default_rng(1)  # so that the images differ in what is decided
    w4, w5, w6 = (
        chosen.normal(0, wide, shape).astype(np.float32)
        for wide, shape in ((0.6, (12, 16, 1, 1)), (1, (10, 12)), (0.6, (10, CLASSES)))
    )
    return {
        "sizes": np.array([SIDE, SIDE]),
        "rest": np.array([CHANNELS, SIDE, SIDE]),
        "low": np.array(0, np.float32),
        "high": np.array(255, np.float32),
        "mean": np.full((1, CHANNELS, 1, 1), 120, np.float32),
        "spread": np.full((1, CHANNELS, 1, 1), 60, np.float32),
        "w1": some(8, CHANNELS, 3, 3),
        "b1": some(8),
        "scale": np.ones(8, np.float32),
        "shift": some(8),
        "average": some(8),
        "variance": np.ones(8, np.float32),
        "pads": np.array([0, 0, 1, 1, 0, 0, 1, 1]),
        "w2": some(8, 1, 3, 3),
        "w3": some(8, 8, 1, 1),
        "w4": w4,
        "sides": np.array([2, 3]),
        "rows": np.array([0, 12]),
        "w5": w5,
        "b5": -w5.sum(axis=1) / 2,
        "w6": w6,
        "floor": np.array(1e-12),
        "slope": np.array(0.9),
        "last": np.array([1]),
        "costs": 1 - np.eye(CLASSES),
        "limit": np.array(0.55),
    }


def model(
    steps: Sequence[onnx.NodeProto] | None = None,
    constants: dict[str, np.ndarray] | None = None,
    outputs: Sequence[str] = ("probabilities", "decision", "review"),
    channels: int = CHANNELS,
) -> onnx.ModelProto:
    """The graph around nodes and initializers."""
    info = helper.make_tensor_value_info
    image = info("image", TensorProto.UINT8, ["rows", "height", "width", channels])
    steps = [*prologue(), *network(), *tail()] if steps is None else steps
    constants = weights() if constants is None else constants
    graph = helper.make_graph(
        steps,
        "g",
        [image],
        [helper.make_empty_tensor_value_info(name) for name in outputs],
        [numpy_helper.from_array(array, name) for name, array in constants.items()],
    )
    opsets = [helper.make_opsetid("", 21)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=10, producer_name="t")


def codec() -> dict[str, Any]:
    """The codec that fits ``model``."""
    return Codec("classify", "kind", ("a", "b", "c"), "string", channels=CHANNELS).to_json()


@cache
def good() -> dict[str, bytes]:
    """The contents of a release that holds."""
    graph = model().SerializeToString()
    scores = Scorer(graph, codec()).score(ROWS)
    names = ("probabilities", "decision", "review")
    answers = {name: getattr(scores, name).tolist() for name in names}
    parts: dict[str, Any] = {
        "codec.json": codec(),
        "golden.json": {"rows": ROWS, "answers": answers},
        "reference.json": {"rows": 4},
        "plan.json": {"seed": 0},
        "card.json": {"title": "t"},
        "provenance.json": {"luodi": "0"},
    }
    return {name: canonical_json(value) for name, value in parts.items()} | {"model.onnx": graph}


def release(**changes: bytes) -> bytes:
    """A release whose digests hold; ``model=…``, ``golden=…`` replace a member."""
    names = {name.split(".")[0]: name for name in good()}
    contents = good() | {names[short]: data for short, data in changes.items()}
    return archive.encode(members(contents, modality="image"))
