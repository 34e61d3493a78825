"""A graph answers as the network does that it was written from."""

from __future__ import annotations

import numpy as np
import onnxruntime
import pytest
import torch
from onnx import TensorProto, helper

from luodi.modalities.graph.builder import Builder
from luodi.modalities.image.graph.network import written
from luodi.modalities.image.learn.networks import NETWORKS

SHAPES = [(1, 8, 8), (1, 28, 28), (3, 33, 70), (3, 128, 96)]


def in_a_graph(network: torch.nn.Module, shape: tuple[int, ...]) -> onnxruntime.InferenceSession:
    b = Builder()
    b("Identity", written(b, network, "images"), to="logits")
    images = helper.make_tensor_value_info("images", TensorProto.FLOAT, ["rows", *shape])
    logits = helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["rows", 4])
    return onnxruntime.InferenceSession(b.model([images], [logits], {}))


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("family", NETWORKS)
def test_every_network_is_written_with_its_normalisation(family, shape):
    torch.manual_seed(0)
    network = NETWORKS[family](shape, 4, 0.5, 0.1)
    network.train()
    for _ in range(3):  # so that means and variances are not those it begins with
        network(torch.randn(8, *shape) * 3 + 1)
    network.eval()
    images = torch.randn(5, *shape)
    with torch.no_grad():
        wanted = network(images).numpy()
    (found,) = in_a_graph(network, shape).run(None, {"images": images.numpy()})
    assert np.abs(found - wanted).max() <= 1e-5 * max(1.0, np.abs(wanted).max())


def test_batch_normalisation_goes_into_the_layer_before_it():
    network = NETWORKS["resnet8"]((1, 16, 16), 4, 1.0, 0.0).eval()
    kinds = {node.op_type for node in _nodes(network)}
    assert kinds == {"Conv", "Relu", "Add", "GlobalAveragePool", "Flatten", "Gemm"}


def test_normalisation_that_follows_no_convolution_is_written_by_itself():
    torch.manual_seed(1)
    network = torch.nn.Sequential(
        torch.nn.ReLU(), torch.nn.BatchNorm2d(2), torch.nn.Flatten(), torch.nn.Linear(32, 4)
    )
    network.train()
    network(torch.randn(16, 2, 4, 4))
    network.eval()
    images = torch.randn(3, 2, 4, 4)
    with torch.no_grad():
        wanted = network(images).numpy()
    (found,) = in_a_graph(network, (2, 4, 4)).run(None, {"images": images.numpy()})
    assert found == pytest.approx(wanted, abs=1e-5)


def test_a_convolution_that_two_layers_read_keeps_its_own_answer():
    class Twice(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.one, self.norm = torch.nn.Conv2d(1, 2, 3), torch.nn.BatchNorm2d(2)
            self.end = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(8, 4))

        def forward(self, images: torch.Tensor) -> torch.Tensor:
            seen = self.one(images)
            return self.end(seen + self.norm(seen))

    torch.manual_seed(2)
    network = Twice()
    network.train()
    network(torch.randn(16, 1, 4, 4))
    network.eval()
    images = torch.randn(3, 1, 4, 4)
    with torch.no_grad():
        wanted = network(images).numpy()
    (found,) = in_a_graph(network, (1, 4, 4)).run(None, {"images": images.numpy()})
    assert found == pytest.approx(wanted, abs=1e-5)


def test_a_layer_without_an_operator_is_refused():
    network = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.GELU(), torch.nn.Linear(16, 4))
    with pytest.raises(TypeError, match="GELU"):
        in_a_graph(network.eval(), (1, 4, 4))


def _nodes(network: torch.nn.Module) -> list:
    b = Builder()
    written(b, network, "images")
    return b.nodes
