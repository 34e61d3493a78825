"""What the gate works out for a network is what onnxruntime then makes, at any size."""

from __future__ import annotations

from itertools import count

import numpy as np
import onnxruntime
import pytest
from onnx import helper, numpy_helper

from fuzz import image_release_maker as maker
from luodi.core.cuts import MOST_IMAGES
from luodi.core.errors import LuodiError
from luodi.modalities.image.codec import MOST_PIXELS
from luodi.runtime import gate, operators, walk

make = helper.make_node
ROWS, TRIALS = 3, 12
KINDS = {"bool": "b", "int64": "i", "int32": "i", "int8": "i", "uint8": "u"}


class Case:
    """A graph that grows node by node behind an image of random size."""

    def __init__(self, seed: int) -> None:
        self.random = np.random.default_rng(seed)
        self.names = (f"n{number}" for number in count())
        self.channels = self.pick(1, 3)
        self.side = [self.number(1, 24), self.number(1, 24)]
        self.steps = maker.prologue()[:3]
        self.constants = {"sizes": np.array(self.side)}
        self.depth = 4 * self.number(1, 3)
        self.x = self.add("Conv", "resized", self.floats(self.depth, self.channels, 1, 1))

    def pick(self, *values):
        return values[self.random.integers(len(values))]

    def number(self, low: int, high: int) -> int:
        return int(self.random.integers(low, high + 1))

    def numbers(self, low: int, high: int, length: int) -> list[int]:
        return [self.number(low, high) for _ in range(length)]

    def constant(self, values) -> str:
        name = next(self.names)
        self.constants[name] = np.asarray(values)
        return name

    def floats(self, *shape: int) -> str:
        return self.constant(self.random.uniform(0.1, 1, shape).astype(np.float32))

    def whole(self, *shape: int, kind=np.int8) -> str:
        return self.constant(self.random.integers(0, 100, shape).astype(kind))

    def add(self, operator: str, *inputs: str, outputs: int = 1, **settings) -> str:
        names = [next(self.names) for _ in range(outputs)]
        self.steps.append(make(operator, list(inputs), names, **settings))
        return names[0]

    def moves(self, kernel: list[int], dilated: bool = True) -> dict:
        """Random but possible settings of a sliding window."""
        gaps = self.numbers(1, 3, 2) if dilated else [1, 1]
        most = [min(3, gap * (side - 1)) for gap, side in zip(gaps, kernel, strict=True)]
        pads = [self.number(0, most[at % 2]) for at in range(4)]
        return {"strides": self.numbers(1, 3, 2), "pads": pads} | (
            {"dilations": gaps} if dilated else {}
        )

    def bytes_of_x(self) -> tuple[str, str, str]:
        """The image in whole numbers, with their scale and zero point."""
        scale, zero = self.floats(), self.whole(kind=np.uint8)
        return self.add("QuantizeLinear", self.x, scale, zero), scale, zero

    def model(self):
        outputs = [name for step in self.steps for name in step.output]
        return maker.model(self.steps, self.constants, outputs, self.channels)


def conv(c: Case) -> None:
    kernel, group = c.numbers(1, 4, 2), c.pick(1, 2, 4)
    weights = c.floats(group * c.number(1, 3), c.depth // group, *kernel)
    c.add("Conv", c.x, weights, group=group, **c.moves(kernel))


def conv_with_bias(c: Case) -> None:
    kernel = c.numbers(1, 4, 2)
    c.add("Conv", c.x, c.floats(5, c.depth, *kernel), c.floats(5), kernel_shape=kernel)


def max_pool(c: Case) -> None:
    kernel = c.numbers(1, 4, 2)
    c.add("MaxPool", c.x, kernel_shape=kernel, **c.moves(kernel, dilated=False))


def average_pool(c: Case) -> None:
    kernel = c.numbers(1, 4, 2)
    moves = c.moves(kernel, dilated=False)
    c.add("AveragePool", c.x, kernel_shape=kernel, count_include_pad=c.pick(0, 1), **moves)


def global_pool(c: Case) -> None:
    c.add("Flatten", c.add("GlobalAveragePool", c.x))
    c.add("Flatten", c.add("GlobalMaxPool", c.x))


def elementwise(c: Case) -> None:
    for operator in ("Add", "Mul", "Sub", "Div", "Max", "Min", "Less", "Greater"):
        c.add(operator, c.x, c.pick(c.floats(), c.floats(c.depth, 1, 1), c.floats(1, 1, *c.side)))
    c.add("And", c.add("LessOrEqual", c.x, c.x), c.add("GreaterOrEqual", c.x, c.floats()))
    c.add("Not", c.add("Or", *[c.add("Less", c.x, c.floats())] * 2))


def activations(c: Case) -> None:
    for operator in ("Relu", "Sigmoid", "HardSigmoid", "HardSwish", "Tanh", "Erf", "Exp", "Abs"):
        c.add(operator, c.x)
    for operator in ("Sqrt", "Log", "Neg", "Floor", "Ceil", "Round", "Identity"):
        c.add(operator, c.x)
    c.add("Clip", c.x, c.constant(np.float32(0)), c.constant(np.float32(6)))
    c.add("Softmax", c.x, axis=c.pick(1, -1))
    c.add("LeakyRelu", c.x, alpha=0.1)
    c.add("Elu", c.x, alpha=0.5)
    c.add("Gelu", c.x, approximate=c.pick("none", "tanh"))
    c.add("PRelu", c.x, c.pick(c.floats(), c.floats(c.depth, 1, 1)))
    c.add("Pow", c.x, c.constant(np.float32(2)))


def layers_normalised(c: Case) -> None:
    width = c.side[1]
    c.add("LayerNormalization", c.x, c.floats(width), c.floats(width), axis=c.pick(-1, 3))
    c.add("LayerNormalization", c.x, c.floats(c.side[0], width), axis=-2, epsilon=1e-6)
    if c.side != [1, 1]:
        c.add("InstanceNormalization", c.x, c.floats(c.depth), c.floats(c.depth))


def expanded(c: Case) -> None:
    rows = c.add("Shape", c.x, start=0, end=1)
    token = c.floats(1, 1, c.depth)
    tokens = c.add("Reshape", c.x, c.constant([0, -1, c.depth]))
    sizes = c.add("Concat", rows, c.constant([2, c.depth]), axis=0)
    c.add("Concat", c.add("Expand", token, sizes), tokens, axis=1)


def matrices(c: Case) -> None:
    flat = c.add("Flatten", c.x)
    width, out = c.depth * c.side[0] * c.side[1], c.number(1, 9)
    c.add("Gemm", flat, c.floats(out, width), c.floats(out), transB=1)
    c.add("MatMul", flat, c.floats(width, out))
    c.add("MatMul", c.x, c.floats(c.side[1], out))


def shapes_of_all_kinds(c: Case) -> None:
    height, width = c.side
    c.add("Reshape", c.x, c.constant([0, -1, width]))
    c.add("Reshape", c.x, c.constant([-1, c.depth * height * width]))
    c.add("Transpose", c.x, perm=[0, 2, 3, 1])
    c.add("Concat", c.x, c.x, axis=c.pick(1, 2, 3))
    c.add("Slice", c.x, c.constant([1]), c.constant([3]), c.constant([1]))
    c.add("Split", c.x, c.constant([1, c.depth - 1]), axis=1, outputs=2)
    c.add("Gather", c.x, c.constant([0, 2]), axis=1)
    c.add("Squeeze", c.add("Unsqueeze", c.x, c.constant([1])), c.constant([1]))


def batch_normalization(c: Case) -> None:
    c.add("BatchNormalization", c.x, *(c.floats(c.depth) for _ in range(4)), epsilon=1e-3)


def pad(c: Case) -> None:
    c.add("Pad", c.x, c.constant([0, 0, *c.numbers(0, 4, 2), 0, 0, *c.numbers(0, 4, 2)]))
    c.add("Pad", c.x, c.constant(c.numbers(0, 4, 4)), c.floats(), c.constant([3, 2]))


def reductions(c: Case) -> None:
    for operator in ("ReduceMean", "ReduceSum", "ReduceMax", "ReduceMin"):
        c.add(operator, c.x, c.constant(c.pick([2, 3], [-1], [1])), keepdims=c.pick(0, 1))
    place = c.add("ArgMax", c.x, axis=1, keepdims=1)
    c.add("GatherElements", c.x, place, axis=1)
    c.add("ArgMin", c.x, axis=-1, keepdims=0)


def resize(c: Case) -> None:
    c.add("Resize", c.x, "", "", c.constant(c.numbers(1, 30, 2)), axes=[2, 3], mode="linear")
    batch = c.add("Slice", c.add("Shape", c.x), c.constant([0]), c.constant([1]))
    sizes = c.add("Concat", batch, c.constant([c.depth, *c.numbers(1, 30, 2)]), axis=0)
    c.add("Resize", c.x, "", "", sizes, mode="linear", antialias=c.pick(0, 1))


def quantized(c: Case) -> None:
    x, scale, zero = c.bytes_of_x()
    c.add("DequantizeLinear", x, scale, zero)
    c.add("QuantizeLinear", c.x, scale)
    kernel = c.numbers(1, 3, 2)
    scales, zeros = c.floats(5), c.constant(np.zeros(5, np.int8))
    weights = c.add("DequantizeLinear", c.whole(5, c.depth, *kernel), scales, zeros, axis=0)
    c.add("Conv", c.add("DequantizeLinear", x, scale, zero), weights, **c.moves(kernel))


def whole_numbers(c: Case) -> None:
    x, _, zero = c.bytes_of_x()
    kernel = c.numbers(1, 3, 2)
    weights = c.whole(4, c.depth // 2, *kernel)
    c.add("ConvInteger", x, weights, zero, c.whole(), group=2, **c.moves(kernel))
    c.add("MatMulInteger", x, c.whole(c.side[1], 6), zero, c.pick(c.whole(), c.whole(6)))


def constants(c: Case) -> None:
    value = numpy_helper.from_array(np.ones((1, c.depth, 1, 1), np.float32))
    c.add("Add", c.x, c.add("Constant", value=value))


FAMILIES = (
    conv,
    conv_with_bias,
    max_pool,
    average_pool,
    global_pool,
    layers_normalised,
    expanded,
    elementwise,
    activations,
    matrices,
    shapes_of_all_kinds,
    batch_normalization,
    pad,
    reductions,
    resize,
    quantized,
    whole_numbers,
    constants,
)


def predicted(model, monkeypatch) -> dict:
    """All tensors that the gate works out, as for ``ROWS`` rows."""
    walks = []

    def kept(*arguments):
        walks.append(walk.walk(*arguments))
        return walks[-1]

    monkeypatch.setattr(gate, "walk", kept)
    try:
        gate.check(model.SerializeToString(), "image")
    except LuodiError as error:
        if error.facts.get("fault") != "output":  # these small graphs have other outputs
            raise
    rows = operators.ALLOWED["image"].sizes[0][0]
    found = {}
    for name, tensor in walks[0].items():
        moves = tensor.shape != walks[1][name].shape
        assert not moves or tensor.shape[0] == rows
        found[name] = ((ROWS, *tensor.shape[1:]) if moves else tensor.shape, tensor.kind)
    return found


def made(model, case: Case) -> dict:
    """What onnxruntime makes of images of a random size."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(model.SerializeToString(), options)
    size = (ROWS, case.number(1, 40), case.number(1, 40), case.channels)
    images = case.random.integers(0, 256, size, dtype=np.uint8)
    arrays = session.run(None, {"image": images})
    types = [value.type[len("tensor(") : -1] for value in session.get_outputs()]
    names = [value.name for value in session.get_outputs()]
    return {
        name: (np.shape(array), KINDS.get(kind, "f"))
        for name, array, kind in zip(names, arrays, types, strict=True)
        if name not in ("cast", "turned")  # still of the image's own size
    }


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.__name__)
def test_every_tensor_is_as_large_as_the_gate_said(family, monkeypatch):
    compared = 0
    for seed in range(TRIALS):
        case = Case(seed)
        family(case)
        model = case.model()
        try:
            wanted = predicted(model, monkeypatch)
        except LuodiError as error:
            # a window that is larger than the random image
            assert error.facts.get("fault") == "kernel_shape"
            continue
        for name, found in made(model, case).items():
            assert wanted[name] == found, (seed, name)
        compared += 1
    assert compared >= TRIALS // 4


def test_every_operator_that_images_may_use_is_tried_here():
    tried = {"Cast", "Transpose", "Resize"}
    for family in FAMILIES:
        case = Case(0)
        family(case)
        tried |= {step.op_type for step in case.steps}
    assert tried == operators.ALLOWED["image"].operators[""]


def test_the_sizes_that_are_worked_out_are_those_of_the_largest_chunk():
    for rows, height, width in operators.ALLOWED["image"].sizes:
        assert 0.9 * MOST_IMAGES <= rows <= MOST_IMAGES
        assert 0.95 * MOST_PIXELS <= rows * height * width <= MOST_PIXELS
