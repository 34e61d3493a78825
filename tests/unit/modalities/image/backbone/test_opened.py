"""A network from outside is asked as it is, and made plain without answering otherwise."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
import torch
from onnx import helper
from small import SIDE, Flat, Mapped, Tokens, exported, pixels, task, written
from torch import nn

from luodi.core.errors import LuodiError
from luodi.data import refuse_brought
from luodi.modalities.image.backbone.features import batch
from luodi.modalities.image.backbone.opened import opened
from luodi.modalities.image.learn.networks import built

TORCH = {"mapped": Mapped, "flat": Flat, "tokens": Tokens}


@pytest.mark.parametrize("opset", [11, 13, 17])
@pytest.mark.parametrize("rows", [True, False])
@pytest.mark.parametrize("kind", ["mapped", "flat"])
def test_features_are_those_of_the_network_that_was_exported(tmp_path, kind, rows, opset):
    torch.manual_seed(0)
    network = TORCH[kind]().eval()
    path = written(tmp_path, exported(network, rows=rows, opset=opset))
    own = task(path, mean=0.5, std=[0.2, 0.25, 0.5])
    refuse_brought(own)
    backbone, seen = opened(own), pixels()
    scaled = (seen / 255 - 0.5) / np.array([0.2, 0.25, 0.5])
    with torch.no_grad():
        planes = np.ascontiguousarray(scaled.transpose(0, 3, 1, 2), np.float32)
        wanted = network(torch.from_numpy(planes)).numpy()
    wanted = wanted.mean((2, 3)) if wanted.ndim == 4 else wanted
    assert backbone.size == wanted.shape[1] and backbone.alone is not rows
    for original in (True, False):
        assert batch(backbone, seen, original) == pytest.approx(wanted, abs=1e-5)


@pytest.mark.parametrize("opset", [13, 17])
def test_a_transformer_keeps_its_rows_in_front(tmp_path, opset):
    torch.manual_seed(0)
    path = written(tmp_path, exported(Tokens(), opset=opset))
    refuse_brought(task(path))
    backbone = opened(task(path))
    found = batch(backbone, pixels())
    assert found == pytest.approx(batch(backbone, pixels(), original=True), abs=1e-5)
    assert found.std(axis=0).min() > 1e-4


def test_a_network_for_any_size_takes_the_size_that_images_have(tmp_path):
    path = written(tmp_path, exported(Mapped(), sides=True))
    backbone = opened(task(path), (24, 40))
    assert (backbone.height, backbone.width) == (24, 40)
    fixed = opened(task(written(tmp_path, exported(Mapped()), "fixed.onnx")), (24, 40))
    assert (fixed.height, fixed.width) == (SIDE, SIDE)


def test_a_tensor_inside_gives_the_features(tmp_path):
    data = exported(Flat())
    names = [
        n.output[0] for n in onnx.load_model_from_string(data).graph.node if n.op_type == "Conv"
    ]
    path = written(tmp_path, data)
    assert opened(task(f"{path}#{names[0]}")).size == 6
    assert opened(task(f"{path}#{names[1]}")).size == 10
    with pytest.raises(LuodiError) as caught:
        opened(task(f"{path}#{names[0]}x"))
    assert caught.value.code == "backbone.tensor" and names[0] in str(caught.value)


def test_padding_that_is_left_to_the_runtime_is_written_down(tmp_path):
    weight = helper.make_tensor("w", 1, [4, 3, 3, 3], np.linspace(-1, 1, 108))
    node = helper.make_node("Conv", ["x", "w"], ["y"], auto_pad="SAME_UPPER", strides=[2, 2])
    image = helper.make_tensor_value_info("x", 1, ["n", 3, SIDE, SIDE])
    graph = helper.make_graph(
        [node], "g", [image], [helper.make_tensor_value_info("y", 1, None)], [weight]
    )
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    own = task(written(tmp_path, made.SerializeToString()))
    refuse_brought(own)
    found = opened(own)
    assert batch(found, pixels()) == pytest.approx(batch(found, pixels(), True), abs=1e-5)


def test_whole_numbers_go_in_as_they_are(tmp_path):
    class Whole(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inside = Mapped()

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.inside(x.float() / 255)

    torch.manual_seed(0)
    network = Whole().eval()
    data = onnx.load_model_from_string(exported(network.inside))
    cast = helper.make_node("Cast", ["whole"], ["floats"], to=1)
    scaled = helper.make_node("Div", ["floats", "by"], ["x"])
    nodes = [cast, scaled, *data.graph.node]
    del data.graph.node[:]
    data.graph.node.extend(nodes)
    data.graph.initializer.append(helper.make_tensor("by", 1, [], [255.0]))
    data.graph.input[0].name = "whole"
    data.graph.input[0].type.tensor_type.elem_type = 2
    path = written(tmp_path, data.SerializeToString())
    backbone = opened(task(path))
    with torch.no_grad():
        wanted = network(torch.from_numpy(pixels().transpose(0, 3, 1, 2).copy())).numpy()
    assert backbone.whole
    assert batch(backbone, pixels()) == pytest.approx(wanted.mean((2, 3)), abs=1e-5)
    with pytest.raises(LuodiError) as caught:
        opened(task(path, mean=0.5))
    assert caught.value.code == "backbone.pixels"


@pytest.mark.parametrize("family", ["resnet8", "mobilenet", "lenet"])
def test_weights_of_a_network_of_this_house_are_a_backbone(tmp_path, family):
    from safetensors.torch import save

    torch.manual_seed(0)
    network = built(family, (3, SIDE, SIDE), 4, 0.5).eval()
    told = {"family": family, "shape": f"3,{SIDE},{SIDE}", "width": "0.5"}
    path = written(tmp_path, save(network.state_dict(), told), "net.safetensors")
    backbone = opened(task(path), moments=((100.0, 110.0, 120.0), (50.0, 60.0, 70.0)))
    refuse_brought(task(path))
    planes = torch.from_numpy(pixels().transpose(0, 3, 1, 2).astype(np.float32))
    mean, spread = (torch.tensor(v)[:, None, None] for v in (backbone.mean, backbone.spread))
    with torch.no_grad():
        wanted = network[:-1]((planes - mean) / spread).numpy()
    assert backbone.mean == (100.0, 110.0, 120.0)
    assert batch(backbone, pixels()) == pytest.approx(wanted, abs=1e-4)


def test_a_state_that_a_training_kept_is_a_backbone(tmp_path):
    from luodi.modalities.image.learn.state import State

    network = built("resnet8", (3, SIDE, SIDE), 3, 0.5)
    arrays = {f"average.{k}": v.numpy() for k, v in network.state_dict().items()}
    of = {"family": "resnet8", "shape": [3, SIDE, SIDE], "settings": {"width": 0.5}}
    path = written(tmp_path, State(arrays, {"of": of}).to_bytes(), "kept.safetensors")
    backbone = opened(task(path))
    assert backbone.weights.family == "resnet8" and backbone.weights.classes == 3
    assert not any(name.startswith("9.") for name in backbone.weights.inside())
