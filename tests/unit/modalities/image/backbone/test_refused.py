"""What a release could not hold is refused before any image is read, in plain words."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from onnx import helper
from small import SIDE, Mapped, exported, task, written
from torch import nn

from luodi.core.errors import LuodiError
from luodi.core.task import Task
from luodi.data import refuse_brought


def refused(path, **train) -> LuodiError:
    with pytest.raises(LuodiError) as caught:
        refuse_brought(task(path, **train))
    return caught.value


def model(nodes, output="y", kind=1, dims=("n", 3, SIDE, SIDE), opset=17, inputs=1) -> bytes:
    given = [helper.make_tensor_value_info("xz"[at], kind, dims) for at in range(inputs)]
    weight = helper.make_tensor("w", 1, [4, 3, 1, 1], np.ones(12))
    made = helper.make_graph(
        nodes, "g", given, [helper.make_tensor_value_info(output, 1, None)], [weight]
    )
    return helper.make_model(
        made, opset_imports=[helper.make_opsetid("", opset)], ir_version=8
    ).SerializeToString()


CONV = helper.make_node("Conv", ["x", "w"], ["y"])


@pytest.mark.parametrize("name", ["net.pt", "net.pth", "net.bin", "NET.PT", "net.pkl"])
def test_a_pickle_is_never_opened(tmp_path, name):
    error = refused(tmp_path / name)  # there is no such file: nobody looked
    assert error.code == "backbone.pickle" and "torch.onnx.export" in str(error)


def test_a_file_that_is_not_there_is_named(tmp_path):
    error = refused(tmp_path / "none.onnx")
    assert error.code == "backbone.missing" and "none.onnx" in str(error)
    assert refused(tmp_path / "net.h5").code == "backbone.ending"


def test_an_operator_that_is_not_allowed_is_named_with_those_that_are(tmp_path):
    shuffled = exported(nn.Sequential(nn.Conv2d(3, 8, 1), nn.PixelShuffle(2)))
    error = refused(written(tmp_path, shuffled))
    assert error.code == "backbone.operator" and "DepthToSpace" in str(error)
    assert "LayerNormalization" in str(error) and "HardSwish" in str(error)


def test_an_operator_of_another_maker_is_refused_before_anything_runs(tmp_path, monkeypatch):
    from luodi.modalities.image.backbone import run

    monkeypatch.setattr(run, "session", lambda *given, **more: 1 / 0)
    own = helper.make_node("FusedConv", ["x", "w"], ["y"], domain="com.microsoft")
    error = refused(written(tmp_path, model([own])))
    assert error.code == "backbone.operator" and "com.microsoft.FusedConv" in str(error)
    picked = helper.make_node("NonZero", ["y"], ["o"])
    error = refused(written(tmp_path, model([CONV, picked], output="o")))
    assert error.code == "backbone.operator" and "NonZero" in str(error)


def test_what_runs_other_graphs_is_refused(tmp_path):
    body = helper.make_graph(
        [helper.make_node("Identity", ["y"], ["z"])], "b", [],
        [helper.make_tensor_value_info("z", 1, None)],
    )  # fmt: skip
    true = helper.make_node("Constant", [], ["c"], value=helper.make_tensor("t", 9, [], [1]))
    branch = helper.make_node("If", ["c"], ["o"], then_branch=body, else_branch=body)
    error = refused(written(tmp_path, model([CONV, true, branch], output="o")))
    assert error.code == "backbone.unreadable" and "If runs graphs" in str(error)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"no model", "backbone.unreadable"),
        (b"", "backbone.unreadable"),
        (model([CONV], dims=("n", SIDE, SIDE, 3)), "backbone.input"),
        (model([CONV], dims=("n", 4, SIDE, SIDE)), "backbone.input"),
        (model([CONV], dims=(8, 3, SIDE, SIDE)), "backbone.input"),
        (model([CONV], dims=("n", 3, 2048, SIDE)), "backbone.input"),
        (model([CONV], kind=11), "backbone.input"),
        (model([CONV], inputs=2), "backbone.input"),
        (model([CONV, helper.make_node("ReduceMean", ["y"], ["m"], axes=[0, 2, 3])], "m"),
         "backbone.rows"),
        (model([CONV, helper.make_node("ReduceMean", ["y"], ["m"], axes=[1], keepdims=0)], "m"),
         "backbone.output"),
        (model([helper.make_node("Identity", ["w"], ["y"])]), "backbone.output"),
    ],
)  # fmt: skip
def test_a_model_that_is_no_backbone_is_refused(tmp_path, data, code):
    assert refused(written(tmp_path, data)).code == code


def test_answers_that_depend_on_neighbours_are_refused(tmp_path):
    mean = helper.make_node("ReduceMean", ["y"], ["m"], axes=[0], keepdims=1)
    less = helper.make_node("Sub", ["y", "m"], ["o"])
    assert refused(written(tmp_path, model([CONV, mean, less], "o"))).code == "backbone.rows"


def test_weights_in_another_file_are_refused(tmp_path):
    import onnx

    made = onnx.load_model_from_string(model([CONV]))
    (weight,) = made.graph.initializer
    weight.ClearField("float_data")
    weight.data_location = onnx.TensorProto.EXTERNAL
    weight.external_data.add(key="location", value="/etc/passwd")
    error = refused(written(tmp_path, made.SerializeToString()))
    assert error.code == "backbone.unreadable" and "another file" in str(error)


def test_weights_that_are_not_finite_are_refused(tmp_path):
    torch.manual_seed(0)
    network = Mapped()
    with torch.no_grad():
        network.first.weight[0, 0, 0, 0] = float("inf")
    error = refused(written(tmp_path, exported(network)))
    assert error.code in ("backbone.refused", "backbone.rows")


def test_weights_of_an_unknown_network_are_refused(tmp_path):
    from safetensors.torch import save

    path = written(tmp_path, save({"a": torch.zeros(2)}), "net.safetensors")
    error = refused(path)
    assert error.code == "backbone.house" and "resnet8" in str(error)
    assert refused(written(tmp_path, b"x", "bad.safetensors")).code == "backbone.house"


@pytest.mark.parametrize(
    ("train", "phrase"),
    [
        ({"mean": 0.5}, "train.backbone"),
        ({"backbone": "a.onnx", "mean": 123.7}, "0 to 1"),
        ({"backbone": "a.onnx", "std": 0}, "0 to 1"),
        ({"backbone": "a.onnx", "std": [0.2, 0.2]}, "three"),
        ({"backbones": "a.onnx"}, "backbone"),
    ],
)
def test_the_task_file_says_what_fits_a_backbone(train, phrase):
    data = {"source": "x", "target": "y", "modality": "image"}
    with pytest.raises(LuodiError) as caught:
        Task.load({"name": "a", "goal": "classify", "data": data, "train": train})
    assert caught.value.code.startswith("task.") and phrase in str(caught.value)


def test_a_backbone_is_for_images():
    given = {"name": "a", "goal": "classify", "data": {"source": "x", "target": "y"}}
    with pytest.raises(LuodiError) as caught:
        Task.load({**given, "train": {"backbone": "a.onnx"}})
    assert "images" in str(caught.value)


def test_a_note_says_that_pixels_go_in_as_they_are_unless_somebody_spoke(tmp_path):
    from luodi.modalities.image.backbone.noted import noted

    path = written(tmp_path, exported(Mapped()))
    (note,) = noted(task(path))
    assert note.code == "backbone.unit" and note.severity == "note"
    assert "0.485" in note.part("remedy", "en") and "0.485" in note.part("remedy", "zh")
    assert list(noted(task(path, mean=0))) == [] and list(noted(task(path, std=0.25))) == []
