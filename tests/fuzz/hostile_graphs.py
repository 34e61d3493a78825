"""Graphs that a release must not hold, in releases whose digests all hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from fuzz.release_maker import ML, model, nodes, release, trees, weights

Case = tuple[str, bytes]
make = helper.make_node


def graphs() -> Iterator[Case]:
    """All hostile graphs as releases."""
    for family in (
        _structures,
        _external,
        _operators,
        _tensors,
        _forests,
        _bombs,
        _wirings,
        _bytes,
    ):
        for name, data in family():
            yield f"graph-{name}", release(model=data)


def _changed(change: Callable[[onnx.ModelProto], Any]) -> bytes:
    made = onnx.ModelProto()
    made.CopyFrom(model())
    change(made)
    return bytes(made.SerializeToString())


def _body() -> onnx.GraphProto:
    info = helper.make_tensor_value_info("inner", TensorProto.DOUBLE, [1])
    constant = make("Constant", [], ["inner"], value=numpy_helper.from_array(np.ones(1)))
    return helper.make_graph([constant], "body", [], [info])


def _structures() -> Iterator[Case]:
    sparse = helper.make_sparse_tensor(
        numpy_helper.from_array(np.ones(1), "s"),
        numpy_helper.from_array(np.zeros(1, np.int64)),
        [9],
    )
    function = helper.make_function("f", "F", ["a"], ["b"], [make("Neg", ["a"], ["b"])], [])
    training = onnx.TrainingInfoProto()
    annotation = onnx.TensorAnnotation(tensor_name="numbers")
    yield "sparse", _changed(lambda m: m.graph.sparse_initializer.append(sparse))
    yield "function", _changed(lambda m: m.functions.append(function))
    yield "training", _changed(lambda m: m.training_info.append(training))
    yield "annotation", _changed(lambda m: m.graph.quantization_annotation.append(annotation))
    yield "configuration", _changed(lambda m: m.configuration.add(name="x"))
    yield "node-overload", _changed(lambda m: setattr(m.graph.node[0], "overload", "x"))
    yield "node-metadata", _changed(lambda m: m.graph.node[0].metadata_props.add(key="a"))
    yield "no-graph", _changed(lambda m: m.ClearField("graph"))
    yield "no-nodes", _changed(lambda m: m.graph.ClearField("node"))
    yield "no-opset", _changed(lambda m: m.ClearField("opset_import"))
    yield "ir-99", _changed(lambda m: setattr(m, "ir_version", 99))
    yield "ir-negative", _changed(lambda m: setattr(m, "ir_version", -1))
    yield "opset-7", _changed(lambda m: setattr(m.opset_import[0], "version", 7))
    yield "opset-999", _changed(lambda m: setattr(m.opset_import[0], "version", 999))
    yield "opset-twice", _changed(lambda m: m.opset_import.add(domain="", version=20))
    for domain in (
        "com.microsoft",
        "ai.onnx.training",
        "ai.onnx.preview.training",
        "evil",
        "AI.ONNX",
    ):
        yield (
            f"opset-{domain}",
            _changed(lambda m, d=domain: m.opset_import.add(domain=d, version=1)),
        )


def _external() -> Iterator[Case]:
    for location in ("secret.bin", "../secret.bin", "/etc/passwd", "./x/../secret.bin", "CON", ""):
        yield (
            f"external-{location}",
            _changed(lambda m, p=location: _outside(m.graph.initializer[0], p)),
        )

    def in_attribute(made: onnx.ModelProto) -> None:
        tree = next(node for node in made.graph.node if node.op_type == "TreeEnsemble")
        _outside(next(a for a in tree.attribute if a.name == "nodes_splits").t, "secret.bin")

    yield "external-attribute", _changed(in_attribute)
    yield (
        "external-location-only",
        _changed(lambda m: setattr(m.graph.initializer[0], "data_location", 1)),
    )
    yield (
        "external-default",
        _changed(lambda m: setattr(m.graph.initializer[0], "data_location", 0)),
    )


def _outside(tensor: onnx.TensorProto, location: str) -> None:
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value=location)


def _appended(*extra: onnx.NodeProto, constants: tuple[onnx.TensorProto, ...] = ()) -> bytes:
    """The good graph with more nodes behind it."""
    return bytes(model([*nodes(), *extra], [*weights(), *constants]).SerializeToString())


def _operators() -> Iterator[Case]:
    yield "loop", _appended(make("Loop", ["", ""], ["x"], body=_body()))
    yield "if", _appended(make("If", ["flat"], ["x"], then_branch=_body(), else_branch=_body()))
    yield "scan", _appended(make("Scan", ["numbers"], ["x"], body=_body(), num_scan_inputs=1))
    yield "subgraph-on-allowed", _appended(make("Neg", ["numbers"], ["x"], body=_body()))
    yield (
        "reference",
        _changed(
            lambda m: m.graph.node[2].attribute[0].MergeFrom(onnx.AttributeProto(ref_attr_name="a"))
        ),
    )
    for operator in (
        "Tile",
        "ConstantOfShape",
        "Range",
        "RandomNormal",
        "RandomUniformLike",
        "Resize",
        "NonZero",
        "Compress",
        "ScatterND",
        "SequenceConstruct",
        "Optional",
        "StringNormalizer",
        "RegexFullMatch",
        "TfIdfVectorizer",
        "Conv",
        "LSTM",
        "Einsum",
        "add",
        "Add ",
        "",
    ):
        yield f"operator-{operator}", _appended(make(operator, ["numbers"], ["x"]))
    for operator in ("SVMClassifier", "ZipMap", "TreeEnsembleClassifier", "FeatureVectorizer"):
        yield f"operator-ml-{operator}", _appended(make(operator, ["numbers"], ["x"], domain=ML))
    for domain in ("com.microsoft", "ai.onnx.contrib", "evil", "ai.onnx"):
        yield f"domain-{domain}", _appended(make("Add", ["numbers", "one"], ["x"], domain=domain))
    yield (
        "python-operator",
        _appended(make("PyOp", ["numbers"], ["x"], module="os", domain="com.pyop")),
    )


def _tensors() -> Iterator[Case]:
    for name, value in (("nan", np.nan), ("inf", np.inf), ("minus-inf", -np.inf)):
        for kind in (np.float64, np.float32, np.float16):
            array = np.array([1.0, value], kind)
            weight = numpy_helper.from_array(array, "w")
            sums = make("ReduceSum", ["w"], ["x"])
            yield f"{name}-{kind.__name__}", _appended(sums, constants=(weight,))
        yield f"{name}-attribute", _appended(make("Neg", ["numbers"], ["x"], alpha=value))
        yield f"{name}-list", _appended(make("Neg", ["numbers"], ["x"], alphas=[1.0, value]))
        typed = helper.make_tensor("w", TensorProto.FLOAT, [2], [1.0, value])
        yield f"{name}-typed", _appended(make("Identity", ["w"], ["x"]), constants=(typed,))
        condition = make("Where", ["w", "one", "one"], ["x"])
        yield f"{name}-condition", _appended(condition, constants=(typed,))
        yield (
            f"{name}-constant",
            _appended(make("Constant", [], ["x"], value=numpy_helper.from_array(np.array(value)))),
        )
    spoiled: dict[str, dict[str, Any]] = {
        "negative-shape": {"dims": [-1]},
        "huge-shape": {"dims": [2**62]},
        "overflowing-shape": {"dims": [2**32, 2**32]},
        "zero-times-huge": {"dims": [0, 2**62], "raw_data": b""},
        "many-dimensions": {"dims": [1] * 9},
        "larger-shape": {"dims": [3]},
        "smaller-shape": {"dims": [0]},
        "odd-bytes": {"raw_data": bytes(7)},
        "no-data": {"raw_data": b""},
        "two-kinds-of-data": {"double_data": [1.0]},
        "wrong-kind-of-data": {"float_data": [1.0], "raw_data": None},
        "unknown-type": {"data_type": 99},
        "undefined-type": {"data_type": 0},
        "bfloat16": {"data_type": TensorProto.BFLOAT16, "raw_data": bytes(2)},
        "complex": {"data_type": TensorProto.COMPLEX64},
        "wrapping-type": {"data_type": -1},
        "strings-as-numbers": {"data_type": TensorProto.STRING},
        "bad-boolean": {"data_type": TensorProto.BOOL, "raw_data": b"\x02"},
    }
    for name, fields in spoiled.items():
        yield f"tensor-{name}", _appended(constants=(_tensor(**fields),))
    segment = _tensor()
    segment.segment.begin = 0
    yield "tensor-segment", _appended(constants=(segment,))


def _tensor(**fields: Any) -> onnx.TensorProto:
    values = {"name": "w", "data_type": TensorProto.DOUBLE, "dims": [1], "raw_data": bytes(8)}
    return onnx.TensorProto(**{k: v for k, v in (values | fields).items() if v is not None})


def _forests() -> Iterator[Case]:
    doubles = numpy_helper.from_array
    spoiled: dict[str, dict[str, Any]] = {
        "child-outside": {"nodes_truenodeids": [99, 0, 2]},
        "child-negative": {"nodes_truenodeids": [-1, 0, 2]},
        "child-huge": {"nodes_falsenodeids": [2**62, 1, 3]},
        "leaf-outside": {"nodes_falsenodeids": [5, 1, 3]},
        "circle": {"nodes_truenodeids": [0, 0, 2]},
        "circle-of-two": {"nodes_truenodeids": [1, 0, 2], "nodes_trueleafs": [0, 0, 1]},
        "two-parents": {"tree_roots": [0, 1, 2]},
        "lost-node": {"tree_roots": [0]},
        "root-outside": {"tree_roots": [0, 7]},
        "root-negative": {"tree_roots": [-3, 2]},
        "root-twice": {"tree_roots": [0, 2, 2]},
        "column-outside": {"nodes_featureids": [0, 1, 3]},
        "column-far-outside": {"nodes_featureids": [0, 1, 10**9]},
        "column-negative": {"nodes_featureids": [0, -1, 2]},
        "lengths": {"nodes_featureids": [0, 1]},
        "leaf-lengths": {"leaf_targetids": [0]},
        "target-outside": {"leaf_targetids": [0, 0, 0, 0, 1]},
        "target-negative": {"leaf_targetids": [0, 0, 0, 0, -1]},
        "targets-huge": {"n_targets": 2**40},
        "targets-negative": {"n_targets": -1},
        "leaf-flag": {"nodes_trueleafs": [0, 1, 7]},
        "mode": {"nodes_modes": doubles(np.array([0, 0, 9], np.uint8))},
        "mode-member": {"nodes_modes": doubles(np.array([0, 0, 6], np.uint8))},
        "mode-type": {"nodes_modes": doubles(np.zeros(3))},
        "weights-nan": {"leaf_weights": doubles(np.array([0, 0, 0, 0, np.nan]))},
        "splits-inf": {"nodes_splits": doubles(np.array([0, 0, np.inf]))},
        "splits-type": {"nodes_splits": doubles(np.zeros(3, np.float32))},
        "splits-shape": {"nodes_splits": doubles(np.zeros((3, 1)))},
        "empty": {"nodes_splits": doubles(np.zeros(0))},
        "aggregate": {"aggregate_function": 9},
        "transform": {"post_transform": 7},
        "members": {"membership_values": doubles(np.zeros(1))},
        "tracks": {"nodes_missing_value_tracks_true": [0, 1, 2]},
        "tracks-length": {"nodes_missing_value_tracks_true": [1]},
        "unknown": {"nodes_code": "x"},
    }
    for name, change in spoiled.items():
        yield f"trees-{name}", bytes(model(nodes(trees(**change))).SerializeToString())
    yield "trees-no-roots", _changed(_without_roots)
    deep = 3000
    chain = trees(
        nodes_splits=doubles(np.zeros(deep)),
        nodes_modes=doubles(np.zeros(deep, np.uint8)),
        nodes_featureids=[0] * deep,
        nodes_truenodeids=[*range(1, deep), 0],
        nodes_falsenodeids=[0] * deep,
        nodes_trueleafs=[0] * (deep - 1) + [1],
        nodes_falseleafs=[1] * deep,
        tree_roots=[0],
    )
    yield "trees-deep", bytes(model(nodes(chain)).SerializeToString())


def _without_roots(made: onnx.ModelProto) -> None:
    tree = next(node for node in made.graph.node if node.op_type == "TreeEnsemble")
    next(one for one in tree.attribute if one.name == "tree_roots").ClearField("ints")


def _bombs() -> Iterator[Case]:
    def shaped(values: list[int]) -> tuple[onnx.TensorProto, ...]:
        return (numpy_helper.from_array(np.array(values), "s"),)

    doubling = [make("Concat", [f"d{i}", f"d{i}"], [f"d{i + 1}"], axis=0) for i in range(45)]
    start = make("Identity", ["one"], ["d0"])
    yield "bomb-doubling", _appended(start, *doubling)
    for size in ([2**30, 2**30], [2**40], [10**5, 10**5], [2**23]):
        yield (
            f"bomb-expand-{size}",
            _appended(make("Expand", ["one", "s"], ["x"]), constants=shaped(size)),
        )
    outer = [
        make("Unsqueeze", ["numbers", "zero"], ["a"]),
        make("Unsqueeze", ["numbers", "last"], ["b"]),
    ]
    yield (
        "bomb-outer",
        _appended(
            *outer,
            make("Mul", ["a", "b"], ["c"]),
            make("Expand", ["c", "s"], ["x"]),
            constants=shaped([64, 1, 1, 1]),
        ),
    )
    flat = make("Transpose", ["numbers"], ["t"], perm=[1, 0])
    yield (
        "bomb-products",
        _appended(
            flat,
            make("MatMul", ["numbers", "t"], ["x"]),
            *(make("MatMul", [f"x{'y' * i}", "x"], [f"x{'y' * (i + 1)}"]) for i in range(3)),
        ),
    )
    from_data = [
        make("Cast", ["numbers"], ["i"], to=TensorProto.INT64),
        make("Flatten", ["i"], ["r"]),
    ]
    yield (
        "shape-from-data",
        _appended(
            *from_data,
            make("ReduceMax", ["i"], ["m"], keepdims=0),
            make("Unsqueeze", ["m", "zero"], ["n"]),
            make("Expand", ["one", "n"], ["x"]),
        ),
    )
    yield (
        "divide-by-minus-one",
        _appended(from_data[0], make("Div", ["i", "s"], ["x"]), constants=shaped([-1])),
    )
    yield (
        "divide-by-zero",
        _appended(from_data[0], make("Div", ["i", "s"], ["x"]), constants=shaped([0])),
    )
    yield "divide-by-data", _appended(from_data[0], make("Div", ["i", "i"], ["x"]))
    yield (
        "remainder-by-zero",
        _appended(from_data[0], make("Mod", ["i", "s"], ["x"]), constants=shaped([7, 0])),
    )
    yield "many-nodes", _appended(*(make("Neg", ["one"], [f"n{i}"]) for i in range(20_001)))


def _wirings() -> Iterator[Case]:
    info = helper.make_tensor_value_info
    yield "cycle", _appended(make("Neg", ["b"], ["a"]), make("Neg", ["a"], ["b"]))
    yield "itself", _appended(make("Neg", ["a"], ["a"]))
    yield "made-twice", _appended(make("Neg", ["one"], ["positive"]))
    yield "shadows-input", _appended(make("Neg", ["one"], ["numbers"]))
    yield "unknown-name", _appended(make("Neg", ["nothing"], ["x"]))
    yield "no-output", _appended(make("Neg", ["one"], []))
    yield "two-outputs", _appended(make("Neg", ["one"], ["x", "y"]))
    yield "no-input", _appended(make("Neg", [], ["x"]))
    yield "long-name", _appended(make("Neg", ["one"], ["x" * 2000]))
    yield "initializer-twice", _appended(constants=(weights()[0],))
    yield (
        "initializer-is-input",
        _appended(constants=(numpy_helper.from_array(np.ones(1), "numbers"),)),
    )
    yield (
        "foreign-input",
        _changed(lambda m: m.graph.input.append(info("x", TensorProto.DOUBLE, ["n", 1]))),
    )
    yield "input-twice", _changed(lambda m: m.graph.input.append(m.graph.input[0]))
    yield (
        "input-unknown-width",
        _changed(
            lambda m: m.graph.input[0].CopyFrom(info("numbers", TensorProto.DOUBLE, ["n", None]))
        ),
    )
    yield (
        "input-fixed-rows",
        _changed(lambda m: m.graph.input[0].CopyFrom(info("numbers", TensorProto.DOUBLE, [4, 2]))),
    )
    yield (
        "input-wide",
        _changed(
            lambda m: m.graph.input[0].CopyFrom(info("numbers", TensorProto.DOUBLE, ["n", 2**40]))
        ),
    )
    yield (
        "input-sequence",
        _changed(
            lambda m: m.graph.input[0].type.CopyFrom(
                onnx.TypeProto(sequence_type=onnx.TypeProto.Sequence())
            )
        ),
    )
    yield (
        "foreign-output",
        _changed(lambda m: m.graph.output.append(info("margin", TensorProto.DOUBLE, ["n", 1]))),
    )
    yield "missing-output", _changed(lambda m: m.graph.output.pop())
    yield (
        "broadcast",
        _appended(
            make("Add", ["numbers", "suffix3"], ["x"]),
            constants=(numpy_helper.from_array(np.ones(3), "suffix3"),),
        ),
    )
    yield "concat-text", _appended(make("Concat", ["numbers", "categories"], ["x"], axis=1))
    yield (
        "gather-outside",
        _appended(
            make("Gather", ["zero", "five"], ["x"]),
            constants=(numpy_helper.from_array(np.array([5]), "five"),),
        ),
    )
    twice = make("Cast", ["one"], ["x"], to=1)
    twice.attribute.append(twice.attribute[0])
    yield "attribute-twice", _appended(twice)
    untyped = make("Cast", ["one"], ["x"], to=1)
    untyped.attribute[0].type = 2 + 1
    yield "attribute-type", _appended(untyped)


def _bytes() -> Iterator[Case]:
    """Protobuf that two readers could understand differently."""
    whole = bytes(model().SerializeToString())
    graph = whole.index(b"\x3a", 4)
    yield "empty", b""
    yield "unknown-field", whole + b"\xfa\x07\x00"
    yield "field-zero", whole + b"\x00\x00"
    yield "group", whole + b"\xfb\x07\xfc\x07"
    yield "trailing-byte", whole + b"\x08"
    yield "version-twice", b"\x08\x0a" + whole
    yield "graph-twice", whole + whole[graph:]
    yield "appended-functions", whole + b"\xca\x01\x00"
    yield "long-varint", b"\x08" + b"\x80" * 9 + b"\x01" + whole[2:]
    yield "endless-varint", b"\x08" + b"\xff" * 30
    yield "padded-varint", b"\x08\x8a\x00" + whole[2:]
    yield "padded-tag", b"\x88\x00\x0a" + whole[2:]
    yield "length-beyond", whole[:graph] + b"\x3a\xff\xff\xff\xff\x0f"
    yield "wire-type", b"\x0a\x00" + whole[2:]
    yield "nested-lengths", b"\x3a\x02\x0a\x7f" + whole
    for part in range(1, 12):
        yield f"cut-{part}", whole[: len(whole) * part // 12]
    yield "pickle", b"\x80\x04cos\nsystem\n."
    yield "text", b"<html>"
