"""Networks take images of any size, and are built of nothing that a graph has no node for."""

from __future__ import annotations

import operator

import pytest
import torch
from torch import fx, nn

from luodi.modalities.image.learn.networks import NETWORKS, built

WRITTEN = (
    nn.Conv2d,
    nn.BatchNorm2d,
    nn.Linear,
    nn.ReLU,
    nn.MaxPool2d,
    nn.AvgPool2d,
    nn.AdaptiveAvgPool2d,
    nn.Flatten,
    nn.Dropout,
    nn.Identity,
)
SIZES = [(8, 8), (28, 28), (33, 47), (48, 48), (8, 64), (200, 100), (256, 256)]


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("channels", [1, 3])
def test_images_of_any_size_get_logits(name, channels):
    for size in SIZES:
        network = built(name, (channels, *size), 5, width=0.25).eval()
        with torch.no_grad():
            said = network(torch.randn(2, channels, *size))
        assert said.shape == (2, 5) and bool(said.isfinite().all()), size


@pytest.mark.parametrize("name", NETWORKS)
def test_a_traced_network_holds_only_what_the_graph_has_nodes_for(name):
    network = built(name, (3, 64, 64), 4, dropout=0.1).eval()
    traced = fx.symbolic_trace(network)
    for node in traced.graph.nodes:
        if node.op == "call_module":
            assert isinstance(traced.get_submodule(node.target), WRITTEN)
        elif node.op == "call_function":
            assert node.target is operator.add
        else:
            assert node.op in ("placeholder", "output")
    images = torch.randn(2, 3, 64, 64)
    assert torch.equal(traced(images), network(images))


@pytest.mark.parametrize("name", ["mlp", "lenet", "resnet8", "resnet20", "resnet9", "mobilenet"])
def test_a_wider_network_holds_more_and_starts_from_its_seed(name):
    def weights(width: float, seed: int) -> torch.Tensor:
        torch.manual_seed(seed)
        return torch.cat([p.ravel() for p in built(name, (1, 28, 28), 3, width).parameters()])

    assert len(weights(0.5, 0)) > len(weights(0.25, 0))
    assert torch.equal(weights(0.25, 0), weights(0.25, 0))
    assert not torch.equal(weights(0.25, 0), weights(0.25, 1))


def test_the_dumb_network_does_not_look():
    network = built("dumb", (1, 9, 9), 3).eval()
    said = network(torch.randn(4, 1, 9, 9))
    assert torch.equal(said, said[:1].expand(4, 3))
