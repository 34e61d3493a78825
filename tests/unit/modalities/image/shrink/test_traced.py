"""A network without batch normalisation says what it said with it."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from untrained import drawn

from luodi.modalities.image.learn.networks import NETWORKS, built
from luodi.modalities.image.shrink.traced import folded

SHAPE = (3, 16, 20)


def kinds(network: nn.Module) -> list[str]:
    return [type(layer).__name__ for layer in network.modules()]


@pytest.mark.parametrize("least", [0.5, -1.0], ids=["positive", "some negative"])
@pytest.mark.parametrize("family", sorted(NETWORKS))
def test_the_answers_stay_and_the_normalisation_goes(family, least):
    torch.manual_seed(1)
    network = drawn(built(family, SHAPE, 4, 0.25), least)
    before, layers = network.state_dict(), kinds(network)
    images = torch.randn(5, *SHAPE)
    found = folded(network)
    with torch.no_grad():
        said, wanted = found(images), network(images)
    assert torch.allclose(said, wanted, rtol=1e-4, atol=1e-4 * float(wanted.abs().max()))
    assert "BatchNorm2d" not in kinds(found)
    assert kinds(network) == layers
    assert all(torch.equal(value, before[name]) for name, value in network.state_dict().items())


def test_through_a_pooling_only_what_keeps_the_order_is_folded():
    torch.manual_seed(1)

    def pooled(least: float) -> int:
        wave = nn.Sequential(nn.Conv2d(1, 8, 3), nn.MaxPool2d(2), nn.BatchNorm2d(8))
        return kinds(folded(drawn(wave, least))).count("Conv2d")

    assert pooled(0.5) == 1
    assert pooled(-1.0) == 2
