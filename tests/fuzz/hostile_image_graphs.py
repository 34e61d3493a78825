"""Graphs of images that a release must not hold, each with the code that refuses it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from fuzz.image_release_maker import make, model, network, prologue, tail, weights

Case = tuple[str, str, bytes]
"""Name, the error's code without ``release.``, and the graph."""
FLOAT = np.float32


def graphs() -> Iterator[Case]:
    """All hostile graphs of images."""
    for family in (
        _windows,
        _resizes,
        _operators,
        _inputs,
        _numbers,
        _layers,
        _quantized,
        _rows,
        _bombs,
    ):
        for name, code, data in family():
            yield f"{family.__name__[1:]}-{name}", code, data


def _bytes(made: onnx.ModelProto) -> bytes:
    return bytes(made.SerializeToString())


def _appended(*extra: onnx.NodeProto, **constants: Any) -> bytes:
    """The good graph with more nodes behind it."""
    arrays = {name: np.asarray(value) for name, value in constants.items()}
    return _bytes(model([*prologue(), *network(), *tail(), *extra], weights() | arrays))


def _instead(operator: str, changed: onnx.NodeProto, **constants: Any) -> bytes:
    """The good graph with another first node of an operator, which makes the same name."""
    steps = [*prologue(), *network(), *tail()]
    at = next(at for at, step in enumerate(steps) if step.op_type == operator)
    changed.output[0] = steps[at].output[0]
    steps[at] = changed
    arrays = {name: np.asarray(value) for name, value in constants.items()}
    return _bytes(model(steps, weights() | arrays))


def _windows() -> Iterator[Case]:
    moved = {
        "huge-pads": {"pads": [2**31 - 1] * 4},
        "overflowing-pads": {"pads": [2**62, 0, 2**62, 0]},
        "pads-beyond-the-kernel": {"pads": [3, 3, 3, 3]},
        "negative-pads": {"pads": [-1, -1, -1, -1]},
        "three-pads": {"pads": [1, 1, 1]},
        "zero-stride": {"strides": [0, 1]},
        "negative-stride": {"strides": [1, -1]},
        "huge-stride": {"strides": [2**40, 1]},
        "dilation-overflow": {"dilations": [2**62, 2**62]},
        "zero-dilation": {"dilations": [0, 0]},
        "group-does-not-divide": {"group": 2},
        "group-zero": {"group": 0},
        "group-negative": {"group": -3},
        "group-huge": {"group": 2**62},
        "kernel-that-is-not-the-weights": {"kernel_shape": [5, 5]},
        "padding-by-itself": {"auto_pad": "SAME_UPPER"},
        "unknown-setting": {"sparse_value": 3},
        "setting-of-text": {"strides": "11"},
        "setting-of-floats": {"strides": [1.0, 1.0]},
    }
    for name, settings in moved.items():
        text = "strides" in settings and not isinstance(settings["strides"][0], int)
        code = "graph_shape" if text else "graph_network"
        yield name, code, _appended(make("Conv", ["x0", "w1"], ["x"], **settings))
    kernel = np.zeros((1, 3, 17, 17), FLOAT)
    yield "huge-kernel", "graph_network", _appended(make("Conv", ["x0", "k"], ["x"]), k=kernel)
    empty = np.zeros((0, 3, 1, 1), FLOAT)
    yield "no-weights", "graph_network", _appended(make("Conv", ["x0", "k"], ["x"]), k=empty)
    yield "weights-from-data", "graph_network", _appended(make("Conv", ["x0", "x0"], ["x"]))
    bias = np.zeros(7, FLOAT)
    yield "bias", "graph_network", _appended(make("Conv", ["x0", "w1", "k"], ["x"]), k=bias)
    flat = make("Conv", ["embedding", "w1"], ["x"])
    yield "flat-image", "graph_network", _appended(flat)
    pools = {
        "huge-window": {"kernel_shape": [2**31, 2**31]},
        "no-window": {},
        "ceil": {"kernel_shape": [2, 2], "ceil_mode": 1},
        "padded-with-nothing-else": {"kernel_shape": [1, 1], "pads": [1, 1, 1, 1]},
        "dilated": {"kernel_shape": [2, 2], "dilations": [3, 3]},
        "stored-otherwise": {"kernel_shape": [2, 2], "storage_order": 1},
    }
    for name, settings in pools.items():
        yield f"pool-{name}", "graph_network", _appended(make("MaxPool", ["x0"], ["x"], **settings))
    places = make("MaxPool", ["x0"], ["x", "y"], kernel_shape=[2, 2])
    yield "pool-with-places", "graph_wiring", _appended(places)
    for name, pads in {"huge": 2**31, "overflow": 2**62, "negative": -1}.items():
        step = make("Pad", ["x0", "k"], ["x"])
        yield f"pad-{name}", "graph_network", _appended(step, k=[0] * 7 + [pads])
    for mode in ("edge", "reflect", "wrap"):
        step = make("Pad", ["x0", "pads"], ["x"], mode=mode)
        yield f"pad-{mode}", "graph_network", _appended(step)
    yield "pad-rows", "graph_rows", _appended(make("Pad", ["x0", "k"], ["x"]), k=[1] + [0] * 7)


def _resizes() -> Iterator[Case]:
    good: dict[str, Any] = {
        "axes": [2, 3],
        "mode": "linear",
        "coordinate_transformation_mode": "half_pixel",
    }
    given = ["turned", "", "", "sizes"]
    scaled = make("Resize", ["turned", "", "factors"], ["y"], **good)
    yield "scales", "graph_network", _instead("Resize", scaled, factors=np.ones(2, FLOAT))
    both = make("Resize", ["turned", "", "factors", "sizes"], ["y"], **good)
    yield "scales-and-sizes", "graph_network", _instead("Resize", both, factors=np.ones(2, FLOAT))
    region = make("Resize", ["turned", "region", "", "sizes"], ["y"], **good)
    yield "roi", "graph_network", _instead("Resize", region, region=np.ones(4, FLOAT))
    for name, sizes in {
        "to-a-million": [10**6, 10**6],
        "to-1025": [1025, 1],
        "to-nothing": [0, 16],
        "to-negative": [-1, 16],
        "to-three-sizes": [3, 16, 16],
    }.items():
        step = make("Resize", ["turned", "", "", "k"], ["y"], **good)
        yield name, "graph_network", _instead("Resize", step, k=sizes)
    changed = {
        "cubic": {"mode": "cubic"},
        "nearest": {"mode": "nearest"},
        "cropping": {"coordinate_transformation_mode": "tf_crop_and_resize"},
        "outside": {"extrapolation_value": 3.0},
        "excluding": {"exclude_outside": 2},
        "antialias": {"antialias": 7},
        "aspect": {"keep_aspect_ratio_policy": "not_larger"},
        "axes": {"axes": [0, 1]},
    }
    for name, settings in changed.items():
        step = make("Resize", given, ["y"], **(good | settings))
        yield name, "graph_network", _instead("Resize", step)
    measured = [
        make("Cast", ["decision"], ["d"], to=TensorProto.INT64),
        make("ReduceSum", ["d"], ["e"]),
        make("Concat", ["e", "e"], ["k"], axis=0),
        make("Resize", ["x0", "", "", "k"], ["x"], **good),
    ]
    yield "to-a-size-from-data", "graph_shape", _appended(*measured)
    shape = [
        make("Shape", ["image"], ["all"], start=1, end=3),
        make("Resize", ["x0", "", "", "all"], ["x"], **good),
    ]
    yield "to-the-own-size", "graph_network", _appended(*shape)


def _body() -> onnx.GraphProto:
    info = helper.make_tensor_value_info("inner", TensorProto.FLOAT, [1])
    constant = make("Constant", [], ["inner"], value=numpy_helper.from_array(np.ones(1, FLOAT)))
    return helper.make_graph([constant], "body", [], [info])


def _operators() -> Iterator[Case]:
    inner = {
        "Loop": make("Loop", ["", ""], ["x"], body=_body()),
        "If": make("If", ["review"], ["x"], then_branch=_body(), else_branch=_body()),
        "Scan": make("Scan", ["x0"], ["x"], body=_body(), num_scan_inputs=1),
    }
    for name, step in inner.items():
        yield name, "graph_field", _appended(step)
    for operator in (
        "ConvTranspose",
        "Tile",
        "ConstantOfShape",
        "NonMaxSuppression",
        "RoiAlign",
        "GridSample",
        "ImageDecoder",
        "DeformConv",
        "MaxUnpool",
        "Upsample",
        "LSTM",
        "Einsum",
        "NonZero",
        "ScatterND",
        "Mod",
        "Where",
        "StringConcat",
        "QLinearConv",
        "RandomNormalLike",
        "Dropout",
    ):
        yield operator, "graph_operator", _appended(make(operator, ["x0"], ["x"]))
    trees = make("TreeEnsemble", ["embedding"], ["x"], domain="ai.onnx.ml")
    yield "trees", "graph_operator", _appended(trees)
    for domain in ("com.microsoft", "com.microsoft.nchwc", "evil"):
        step = make("Conv", ["x0", "w1"], ["x"], domain=domain)
        yield f"domain-{domain}", "graph_operator", _appended(step)
    made = model()
    made.opset_import.add(domain="com.microsoft", version=1)
    yield "opset-of-another-domain", "graph_version", _bytes(made)
    words = [
        make("Constant", [], ["words"], value_strings=["a", "b"]),
        make("Gather", ["words", "last"], ["x"]),
    ]
    yield "gather-with-strings", "graph_weights", _appended(*words)
    yield "cast-to-text", "graph_weights", _appended(make("Cast", ["x0"], ["x"], to=8))
    whole = [
        make("Cast", ["x0"], ["i"], to=TensorProto.INT64),
        make("Div", ["i", "sides"], ["x"]),
    ]
    yield "division-of-whole-numbers", "graph_shape", _appended(*whole[:1], whole[1], sides=[2])


def _inputs() -> Iterator[Case]:
    info = helper.make_tensor_value_info

    def other(kind: int, dims: list[Any]) -> bytes:
        made = model()
        made.graph.input[0].CopyFrom(info("image", kind, dims))
        return _bytes(made)

    byte = TensorProto.UINT8
    two = model()
    two.graph.input.append(info("mask", byte, ["rows", "height", "width", 1]))
    yield "two", "graph_wiring", _bytes(two)
    again = model()
    again.graph.input.append(again.graph.input[0])
    yield "twice", "graph_wiring", _bytes(again)
    for name, dims in {
        "rows-fixed": [4, "height", "width", 3],
        "height-fixed": ["rows", 224, "width", 3],
        "width-fixed": ["rows", "height", 224, 3],
        "channels-open": ["rows", "height", "width", "channels"],
        "two-channels": ["rows", "height", "width", 2],
        "four-channels": ["rows", "height", "width", 4],
        "channels-huge": ["rows", "height", "width", 2**40],
        "no-rows": ["height", "width", 3],
        "square": ["rows", "side", "side", 3],
        "video": ["rows", "time", "height", "width", 3],
    }.items():
        yield name, "graph_wiring", other(byte, dims)
    open_image = ["rows", "height", "width", 3]
    yield "floats", "graph_wiring", other(TensorProto.FLOAT, open_image)
    yield "text", "graph_wiring", other(TensorProto.STRING, open_image)
    yield "table", "graph_wiring", other(TensorProto.DOUBLE, ["rows", 2])
    for name, outputs in {
        "foreign-output": ["probabilities", "x0"],
        "output-twice": ["probabilities", "probabilities"],
    }.items():
        yield name, "graph_wiring", _bytes(model(outputs=outputs))
    renamed = make("Identity", ["r1"], ["heat"])
    steps = [*prologue(), *network(), *tail(), renamed]
    yield "output-of-another-form", "graph_wiring", _bytes(model(steps, outputs=["heat"]))
    fixed = weights() | {"value": np.ones(1, FLOAT)}
    yield "output-that-is-constant", "graph_wiring", _bytes(model(None, fixed, ["value"]))


def _numbers() -> Iterator[Case]:
    for name, value in (("nan", np.nan), ("infinite", np.inf)):
        spoiled = weights()["w1"].copy()
        spoiled[0, 0, 0, 0] = value
        yield f"weights-{name}", "graph_weights", _appended(w1=spoiled)
        constant = make("Constant", [], ["x"], value=numpy_helper.from_array(np.array(value)))
        yield f"constant-{name}", "graph_weights", _appended(constant)
        setting = make("HardSigmoid", ["x0"], ["x"], alpha=value)
        yield f"setting-{name}", "graph_weights", _appended(setting)
    outside = model()
    tensor = next(t for t in outside.graph.initializer if t.name == "w1")
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="../secret.bin")
    yield "external-data", "graph_field", _bytes(outside)
    short = model()
    tensor = next(t for t in short.graph.initializer if t.name == "w1")
    tensor.raw_data = tensor.raw_data[:-4]
    yield "weights-cut-off", "graph_weights", _bytes(short)
    words = model()
    words.graph.initializer.append(helper.make_tensor("words", TensorProto.STRING, [1], [b"a"]))
    yield "weights-of-text", "graph_weights", _bytes(words)
    for name, settings in {
        "training": {"training_mode": 1},
        "negative-epsilon": {"epsilon": -1.0},
    }.items():
        given = ["c1", "scale", "shift", "average", "variance"]
        step = make("BatchNormalization", given, ["x"], **settings)
        yield f"normal-{name}", "graph_network", _appended(step)
    yield "normal-negative-variance", "graph_network", _appended(variance=-np.ones(8, FLOAT))
    yield "normal-other-channels", "graph_network", _appended(scale=np.ones(4, FLOAT))


def _layers() -> Iterator[Case]:
    """Normalisations and activations of other people's networks."""
    wide = {
        "one": np.ones(12, FLOAT),
        "none": np.zeros(12, FLOAT),
        "many": np.ones((31, 12), FLOAT),
    }
    given = ["embedding", "one", "none"]
    changed = {
        "over-rows": make("LayerNormalization", ["embedding", "many"], ["x"], axis=0),
        "over-rows-from-behind": make("LayerNormalization", ["embedding", "many"], ["x"], axis=-2),
        "negative-epsilon": make("LayerNormalization", given, ["x"], epsilon=-1.0),
        "zero-epsilon": make("LayerNormalization", given, ["x"], epsilon=0.0),
        "scale-from-data": make("LayerNormalization", ["embedding", "embedding"], ["x"]),
        "with-means": make("LayerNormalization", given, ["x", "mean_of_each"]),
        "other-precision": make("LayerNormalization", given, ["x"], stash_type=16),
        "instance-without-places": make("InstanceNormalization", given, ["x"]),
        "slopes-from-data": make("PRelu", ["embedding", "embedding"], ["x"]),
        "slopes-that-widen": make("PRelu", ["g2", "k"], ["x"]),
        "unknown-gelu": make("Gelu", ["embedding"], ["x"], approximate="fast"),
        "leaking-setting": make("LeakyRelu", ["embedding"], ["x"], beta=1.0),
        "whole-numbers": make("GlobalMaxPool", ["image"], ["x"]),
    }
    for name, step in changed.items():
        yield name, "graph_network", _appended(step, k=np.ones((1, 8, 2, 1), FLOAT), **wide)
    powers = [make("Cast", ["x0"], ["i"], to=TensorProto.INT64), make("Pow", ["i", "k"], ["x"])]
    yield "power-of-whole-numbers", "graph_shape", _appended(*powers, k=[2])


def _quantized() -> Iterator[Case]:
    scales = {
        "zero": 0.0,
        "negative": -0.5,
        "one-of-three-zero": [1.0, 0.0, 1.0],
        "two-for-three": [1.0, 1.0],
        "matrix": [[1.0]],
    }
    for name, scale in scales.items():
        step = make("QuantizeLinear", ["x0", "k"], ["x"])
        yield f"scale-{name}", "graph_network", _appended(step, k=np.array(scale, FLOAT))
    for name, value in (("nan", np.nan), ("infinite", np.inf)):
        step = make("QuantizeLinear", ["x0", "k"], ["x"])
        yield f"scale-{name}", "graph_weights", _appended(step, k=np.array(value, FLOAT))
    one = np.array(1.0, FLOAT)
    computed = [make("Neg", ["k"], ["n"]), make("QuantizeLinear", ["x0", "n"], ["x"])]
    yield "scale-computed", "graph_network", _appended(*computed, k=one)
    yield "scale-from-data", "graph_network", _appended(make("QuantizeLinear", ["x0", "g2"], ["x"]))
    back = [
        make("QuantizeLinear", ["x0", "k"], ["q"]),
        make("DequantizeLinear", ["q", "z"], ["x"]),
    ]
    yield "scale-back-zero", "graph_network", _appended(*back, k=one, z=np.array(0.0, FLOAT))
    zeros = make("QuantizeLinear", ["x0", "k", "z"], ["x"])
    yield (
        "zero-points-of-other-form",
        "graph_network",
        _appended(zeros, k=one, z=np.zeros(3, np.uint8)),
    )
    yield "zero-point-of-floats", "graph_network", _appended(zeros, k=one, z=np.array(0.0, FLOAT))
    along = make("QuantizeLinear", ["x0", "k"], ["x"], axis=0)
    yield "along-rows", "graph_network", _appended(along, k=np.ones(31, FLOAT))
    blocks = make("QuantizeLinear", ["x0", "k"], ["x"], block_size=2)
    yield "blocks", "graph_network", _appended(blocks, k=one)
    floats = make("ConvInteger", ["x0", "w1"], ["x"])
    yield "whole-convolution-of-floats", "graph_network", _appended(floats)
    q = make("QuantizeLinear", ["x0", "k"], ["q"])
    pads = make("ConvInteger", ["q", "w"], ["x"], pads=[9] * 4)
    yield (
        "whole-convolution-padded",
        "graph_network",
        _appended(q, pads, k=one, w=np.ones((2, 3, 3, 3), np.int8)),
    )
    product = make("MatMulInteger", ["q", "q"], ["x"])
    yield "whole-product-of-data", "graph_network", _appended(q, product, k=one)


def _rows() -> Iterator[Case]:
    mixing = {
        "reshape-mixes-rows": [make("Reshape", ["embedding", "k"], ["x"])],
        "transposed": [make("Transpose", ["embedding"], ["x"], perm=[1, 0])],
        "mean-of-all": [make("ReduceMean", ["embedding", "first"], ["x"])],
        "mean-of-everything": [make("ReduceMean", ["embedding"], ["x"], keepdims=0)],
        "softmax-over-rows": [make("Softmax", ["embedding"], ["x"], axis=0)],
        "softmax-over-rows-from-behind": [make("Softmax", ["embedding"], ["x"], axis=-2)],
        "softmax-over-a-list": [make("Softmax", ["embedding"], ["x"], axis=[1, 0])],
        "first-row": [make("Gather", ["embedding", "first"], ["x"], axis=0)],
        "rows-chosen-by-data": [make("Gather", ["embedding", "decision"], ["x"], axis=0)],
        "elements-of-other-rows": [make("GatherElements", ["embedding", "place"], ["x"], axis=0)],
        "rows-reversed": [make("Slice", ["embedding", "end", "begin", "first", "minus"], ["x"])],
        "slice-without-axes": [make("Slice", ["embedding", "first", "end"], ["x"])],
        "rows-joined": [make("Concat", ["embedding", "embedding"], ["x"], axis=0)],
        "best-row": [make("ArgMax", ["embedding"], ["x"], axis=0)],
        "flattened": [make("Flatten", ["embedding"], ["x"], axis=0)],
        "products-of-rows": [make("Gemm", ["embedding", "embedding"], ["x"], transB=1)],
        "squeezed-where-one": [make("Squeeze", ["embedding"], ["x"])],
        "rows-against-rows": [
            make("Unsqueeze", ["embedding", "first"], ["y"]),
            make("Add", ["y", "embedding"], ["x"]),
        ],
        "rows-counted": [
            make("Shape", ["embedding"], ["s"], end=1),
            make("Add", ["decision", "s"], ["x"]),
        ],
        "rows-expanded": [
            make("Shape", ["embedding"], ["s"], end=1),
            make("Concat", ["s", "s", "twelve"], ["e"], axis=0),
            make("Expand", ["embedding", "e"], ["x"]),
        ],
        "as-many-as-rows-behind": [
            make("Shape", ["embedding"], ["s"], end=1),
            make("Concat", ["one_size", "s"], ["e"], axis=0),
            make("Expand", ["one_size", "e"], ["x"]),
        ],
        "rows-of-a-constant": [make("Add", ["embedding", "many"], ["x"])],
    }
    constants: dict[str, Any] = {
        "k": [-1, 6],
        "first": [0],
        "twelve": [12],
        "one_size": [1],
        "end": [2**40],
        "begin": [-(2**40)],
        "minus": [-1],
        "many": np.ones((31, 12), FLOAT),
    }
    for name, steps in mixing.items():
        code = "graph_shape" if name == "rows-of-a-constant" else "graph_rows"
        yield name, code, _appended(*steps, **constants)
    waiting = {
        "convolution": make("Conv", ["turned", "w1"], ["x"], strides=[8, 8]),
        "pool": make("GlobalAveragePool", ["turned"], ["x"]),
        "relu": make("Relu", ["turned"], ["x"]),
        "mean": make("ReduceMean", ["turned", "sides"], ["x"]),
        "flattened": make("Flatten", ["turned"], ["x"]),
    }
    for name, step in waiting.items():
        yield f"before-the-resize-{name}", "graph_rows", _appended(step)
    again = [make("Cast", ["turned"], [f"again{at}"], to=1) for at in range(3)]
    yield "open-images-many-times", "graph_rows", _appended(*again)
    turned = make("Transpose", ["cast"], ["x"], perm=[3, 0, 1, 2])
    yield "channels-before-rows", "graph_rows", _appended(turned)


def _bombs() -> Iterator[Case]:
    doubled = [make("Concat", [f"d{i}", f"d{i}"], [f"d{i + 1}"], axis=1) for i in range(40)]
    yield "concat", "graph_size", _appended(make("Identity", ["x0"], ["d0"]), *doubled)
    padded = [make("Pad", [f"d{i}", "k"], [f"d{i + 1}"]) for i in range(9)]
    wide = [0, 0, 1024, 1024] * 2
    yield "pad", "graph_size", _appended(make("Identity", ["x0"], ["d0"]), *padded, k=wide)
    kept = [make("Sigmoid", ["large"], [f"kept{i}"]) for i in range(9)]
    resized = make("Resize", ["x0", "", "", "k"], ["large"], axes=[2, 3], mode="linear")
    joined = make("Concat", [f"kept{i}" for i in range(9)], ["x"], axis=1)
    yield "held-together", "graph_size", _appended(resized, *kept, joined, k=[1024, 1024])
    yield "work", "graph_size", _appended(*_much_work(), w=np.zeros((16, 16, 31, 31), FLOAT))
    loading = [
        make("Flatten", ["w5"], ["f0"], axis=0),
        make("Concat", ["f0"] * 2000, ["f1"], axis=1),
        make("Transpose", ["f1"], ["f2"], perm=[1, 0]),
        make("MatMul", ["f2", "f1"], ["x"]),
    ]
    yield "loading", "graph_size", _appended(*loading)
    many = (make("Relu", ["x0"], [f"n{at}"]) for at in range(20_001))
    yield "nodes", "graph_bytes", _appended(*many)
    unrolled = [
        make("Resize", ["r1", "", "", "k"], ["large"], axes=[2, 3], mode="linear"),
        make("Conv", ["large", "w"], ["x"], pads=[15] * 4),
    ]
    yield (
        "unrolled-windows",
        "graph_network",
        _appended(*unrolled, k=[256, 256], w=np.zeros((1, 8, 31, 31), FLOAT)),
    )


def _much_work() -> list[onnx.NodeProto]:
    """Convolutions each of which would be allowed."""
    return [
        make("Concat", ["r1", "r1"], ["d0"], axis=1),
        *(make("Conv", [f"d{i}", "w"], [f"d{i + 1}"], pads=[15] * 4) for i in range(600)),
    ]
