"""Shapes and kinds worked out in advance are those that onnxruntime then produces."""

from __future__ import annotations

import numpy as np
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from fuzz.release_maker import ML, trees
from luodi.core.errors import LuodiError
from luodi.runtime import gate, operators, walk

ROWS = 5
make = helper.make_node
CONSTANTS = {
    "one": np.ones(1),
    "row": np.arange(3.0)[None, :],
    "square": np.ones((3, 3)),
    "wide": np.ones((3, 4)),
    "cube": np.ones((2, 3, 4)),
    "i0": np.array([0]),
    "i1": np.array([1]),
    "i2": np.array([2]),
    "minus": np.array([-1]),
    "scalar": np.array(1),
    "pick": np.array([[2, 0], [1, 1]]),
    "sizes": np.array([1, 2]),
    "flatten": np.array([0, -1, 1]),
    "end": np.array([2**62]),
    "text": np.array(["a"], object),
    "bits": np.array([True]),
    "single": np.ones((2, 2), np.float32),
    "grow": np.array([2, 1, 3]),
}
X, Y, T, C = "numbers", "other", "times", "categories"
CASES = {
    **{op: make(op, [X, "row"], ["y"]) for op in ("Add", "Sub", "Mul", "Div", "Pow", "Min", "Max")},
    **{op: make(op, [X, "row"], ["y"]) for op in ("Less", "LessOrEqual", "Greater", "Equal")},
    **{op: make(op, [X], ["y"]) for op in ("Neg", "Abs", "Sqrt", "Exp", "Log", "Sigmoid", "Tanh")},
    **{op: make(op, [X], ["y"]) for op in ("Floor", "Ceil", "Round", "Sign", "Identity")},
    **{op: make(op, [X], ["y"]) for op in ("IsNaN", "Softmax")},
    "GreaterOrEqual": make("GreaterOrEqual", [X, "one"], ["y"]),
    **{op: make(op, ["single"], ["y"]) for op in ("Erf", "Sin", "Cos", "IsInf")},
    "Mod": make("Mod", [T, "i2"], ["y"]),
    "Div of times": make("Div", [T, "i2"], ["y"]),
    "And": make("And", ["bits", "bits"], ["y"]),
    "Or": make("Or", ["bits", "bits"], ["y"]),
    "Xor": make("Xor", ["bits", "bits"], ["y"]),
    "Not": make("Not", ["bits"], ["y"]),
    "Where": make("Where", ["bits", X, "one"], ["y"]),
    "StringConcat": make("StringConcat", [C, "text"], ["y"]),
    "Clip": make("Clip", [X], ["y"]),
    "Cast": make("Cast", [T], ["y"], to=TensorProto.DOUBLE),
    "Cast to text": make("Cast", [T], ["y"], to=TensorProto.STRING),
    "Concat": make("Concat", [X, "wide5", X], ["y"], axis=-1),
    "Gather": make("Gather", [X, "pick"], ["y"], axis=1),
    "Gather a column": make("Gather", [X, "scalar"], ["y"], axis=1),
    "GatherElements": make("GatherElements", ["square", "pick"], ["y"], axis=0),
    "Reshape": make("Reshape", [X, "flatten"], ["y"]),
    "Squeeze": make("Squeeze", ["row", "i0"], ["y"]),
    "Squeeze all": make("Squeeze", ["row"], ["y"]),
    "Unsqueeze": make("Unsqueeze", [X, "minus"], ["y"]),
    "Slice": make("Slice", [X, "i1", "end", "i1"], ["y"]),
    "Slice backwards": make("Slice", [X, "end", "i0", "i1", "minus"], ["y"]),
    "MatMul": make("MatMul", [X, "wide"], ["y"]),
    "MatMul of many": make("MatMul", ["cube", "four"], ["y"]),
    "Gemm": make("Gemm", [X, "wide"], ["y"]),
    "Gemm transposed": make("Gemm", ["wide", X], ["y"], transA=1, transB=1),
    "ReduceSum": make("ReduceSum", [X, "i1"], ["y"]),
    "ReduceSum all": make("ReduceSum", [X], ["y"], keepdims=0),
    "ReduceSum none": make("ReduceSum", [X], ["y"], noop_with_empty_axes=1),
    "ReduceMean": make("ReduceMean", [X, "minus"], ["y"], keepdims=0),
    "ReduceMax": make("ReduceMax", ["cube", "sizes"], ["y"]),
    "ReduceMin": make("ReduceMin", [X, "i0"], ["y"]),
    "ArgMax": make("ArgMax", [X], ["y"], axis=1, keepdims=0),
    "ArgMin": make("ArgMin", [X], ["y"], axis=-1),
    "Constant": make("Constant", [], ["y"], value=numpy_helper.from_array(np.ones((2, 2)))),
    "Flatten": make("Flatten", ["cube"], ["y"], axis=2),
    "Transpose": make("Transpose", ["cube"], ["y"], perm=[2, 0, 1]),
    "Transpose all": make("Transpose", ["cube"], ["y"]),
    "Expand": make("Expand", ["row", "grow"], ["y"]),
    "Shape": make("Shape", [X], ["y"]),
    "Shape from": make("Shape", ["cube"], ["y"], start=-2),
    "LabelEncoder": make(
        "LabelEncoder", [C], ["y"], domain=ML, keys_strings=["a"], values_floats=[1.0]
    ),
    "TreeEnsemble": make("TreeEnsemble", [X], ["y"], domain=ML, **trees()),
    "Split": make("Split", [X, "sizes"], ["y", "z"], axis=1),
    "Split evenly": make("Split", ["wide"], ["y", "z"], axis=1, num_outputs=2),
}
KINDS = {"tensor(bool)": "b", "tensor(int64)": "i", "tensor(string)": "O"}


def graph_of(*nodes):
    extra = {"wide5": np.ones((ROWS, 4)), "four": np.ones((4, 2))}
    constants = [numpy_helper.from_array(v, k) for k, v in (CONSTANTS | extra).items()]
    inputs = [
        helper.make_tensor_value_info("numbers", TensorProto.DOUBLE, ["n", 3]),
        helper.make_tensor_value_info("times", TensorProto.INT64, ["n", 2]),
        helper.make_tensor_value_info("categories", TensorProto.STRING, ["n", 2]),
    ]
    outputs = [helper.make_empty_tensor_value_info(name) for node in nodes for name in node.output]
    graph = helper.make_graph(list(nodes), "g", inputs, outputs, constants)
    opsets = [helper.make_opsetid("", 21), helper.make_opsetid(ML, 5)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=10)


def predicted(model, monkeypatch) -> dict[str, tuple]:
    """What the gate works out for the outputs, by name."""
    small = operators.ALLOWED["tabular"]._replace(sizes=((ROWS,),))
    monkeypatch.setitem(operators.ALLOWED, "tabular", small)
    seen = {}

    def kept(*arguments):
        seen.update(walk.walk(*arguments))
        return seen

    monkeypatch.setattr(gate, "walk", kept)
    try:
        gate.check(model.SerializeToString(), "tabular")
    except LuodiError as error:
        if error.facts.get("fault") != "output":  # these small graphs have other outputs
            raise
    return {value.name: seen[value.name][:2] for value in model.graph.output}


@pytest.mark.parametrize("name", CASES)
def test_shape_and_kind_are_those_of_onnxruntime(name, monkeypatch):
    model = graph_of(CASES[name])
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    session = onnxruntime.InferenceSession(model.SerializeToString(), options)
    feeds = {
        "numbers": np.ones((ROWS, 3)),
        "times": np.ones((ROWS, 2), np.int64),
        "categories": np.full((ROWS, 2), "a", object),
    }
    made = session.run(None, feeds)
    kinds = [KINDS.get(value.type, "f") for value in session.get_outputs()]
    wanted = {
        value.name: (np.shape(array), kind)
        for value, array, kind in zip(session.get_outputs(), made, kinds, strict=True)
    }
    assert predicted(model, monkeypatch) == wanted


def test_every_allowed_operator_is_tried_here():
    tried = {node.op_type for node in CASES.values()}
    allowed = set().union(*operators.ALLOWED["tabular"].operators.values())
    assert allowed == tried
