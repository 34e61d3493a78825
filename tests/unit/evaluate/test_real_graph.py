"""The judge runs a real graph through the real scorer."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from luodi.core.values import Artifact, Column, Dataset
from luodi.evaluate import judge
from luodi.modalities.tabular.codec import Codec, NumberColumn

onnx = pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")


def graph() -> bytes:
    """Probability of "1" is the logistic function of the only number."""
    from onnx import TensorProto, helper, numpy_helper

    def held(name, value):
        return numpy_helper.from_array(np.asarray(value), name)

    nodes = [
        helper.make_node("Sigmoid", ["numbers"], ["one"]),
        helper.make_node("Sub", ["unit", "one"], ["zero"]),
        helper.make_node("Concat", ["zero", "one"], ["probabilities"], axis=1),
        helper.make_node("ArgMax", ["probabilities"], ["decision"], axis=1, keepdims=0),
        helper.make_node("Less", ["decision", "least"], ["review"]),
    ]
    outputs = [
        helper.make_tensor_value_info("probabilities", TensorProto.DOUBLE, ["N", 2]),
        helper.make_tensor_value_info("decision", TensorProto.INT64, ["N"]),
        helper.make_tensor_value_info("review", TensorProto.BOOL, ["N"]),
    ]
    given = [helper.make_tensor_value_info("numbers", TensorProto.DOUBLE, ["N", 1])]
    constants = [held("unit", np.ones((1, 1))), held("least", np.int64(0))]
    body = helper.make_graph(nodes, "made", given, outputs, constants)
    model = helper.make_model(body, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    return model.SerializeToString()


def test_a_real_graph_is_judged_with_its_speed_beside_the_bare_runtime(bench):
    random = np.random.default_rng(0)
    x = random.normal(size=400)
    truth = random.random(400) < 1 / (1 + np.exp(-x))
    table = pl.DataFrame({"x": x, "y": np.where(truth, "1", "0")})
    holdout = Dataset(table, (Column("x", "number"),), "y", "sha256:0", "made.csv", "integer")
    number = NumberColumn("x", None, None, -9.0, 9.0, False)
    codec = Codec("classify", "y", ("0", "1"), "integer", (number,)).to_json()
    artifact = Artifact(graph(), codec, {}, {}, {}, {"flips": 0, "largest": 0.0})
    verdict = judge(artifact, holdout, bench.task())
    surprise = -np.log(np.where(truth, 1 / (1 + np.exp(-x)), 1 / (1 + np.exp(x))))
    assert verdict.figures["log_loss"].value == pytest.approx(surprise.mean(), abs=1e-9)
    speed = verdict.details["speed"]
    assert 0 < speed["bare_ms_p50"] < speed["one_row_ms_p50"] <= speed["one_row_ms_p99"]
    assert speed["batch_rows_per_s"] > 1000 and speed["load_ms"] > 0
    assert verdict.passed
