"""Graphs as onnxruntime's own tools write them in whole numbers pass the gate and answer."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
from onnxruntime.quantization import (
    CalibrationDataReader,
    QuantFormat,
    QuantType,
    quantize_dynamic,
    quantize_static,
)

from fuzz import image_release_maker as maker
from luodi.core.errors import LuodiError
from luodi.runtime import gate
from luodi.runtime.score import Scorer

NETWORK = ["Conv", "Gemm", "MatMul", "Add", "Mul", "MaxPool", "AveragePool", "Concat", "Relu"]


class Images(CalibrationDataReader):
    """A few images to measure the scales by."""

    def __init__(self) -> None:
        self.left = [{"image": maker.pixels(20, 30, seed)[None]} for seed in range(8)]

    def get_next(self):
        return self.left.pop() if self.left else None


@pytest.fixture
def whole(tmp_path):
    path = tmp_path / "float.onnx"
    steps = [*maker.prologue_of_four(), *maker.network(), *maker.tail()]
    onnx.save(maker.model(steps), path)
    return path


def answered(path) -> np.ndarray:
    """The probabilities of a graph that passed the gate."""
    data = path.read_bytes()
    assert gate.check(data, "image") == {"image": 3}
    return Scorer(data, maker.codec()).score(maker.ROWS).probabilities


@pytest.mark.parametrize("per_channel", [False, True])
@pytest.mark.parametrize("kind", [QuantType.QInt8, QuantType.QUInt8])
def test_a_graph_with_scales_measured_once_passes(whole, tmp_path, per_channel, kind):
    path = tmp_path / "whole.onnx"
    quantize_static(
        whole,
        path,
        Images(),
        quant_format=QuantFormat.QDQ,
        op_types_to_quantize=NETWORK,
        per_channel=per_channel,
        activation_type=kind,
        weight_type=kind,
    )
    operators = {node.op_type for node in onnx.load(path).graph.node}
    assert {"QuantizeLinear", "DequantizeLinear"} <= operators
    np.testing.assert_allclose(answered(path), answered(whole), atol=0.2)


def test_a_graph_that_measures_scales_over_all_rows_is_refused(whole, tmp_path):
    path = tmp_path / "whole.onnx"
    quantize_dynamic(whole, path, weight_type=QuantType.QUInt8)
    with pytest.raises(LuodiError) as raised:
        gate.check(path.read_bytes(), "image")
    assert raised.value.code == "release.graph_operator"
    assert "DynamicQuantizeLinear" in raised.value.facts["node"]
