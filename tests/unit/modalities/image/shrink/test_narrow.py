"""Fewer channels: what is left is the strongest, and all of them are the network itself."""

from __future__ import annotations

import pytest
import torch

from luodi.modalities.image.learn.networks import built
from luodi.modalities.image.shrink.narrow import narrowed, settled


def logits(network, images):
    with torch.no_grad():
        return network(images)


def test_all_channels_give_the_network_itself(network, images):
    same = built(network.family, images.shape[1:], 4, 0.5)
    assert narrowed(network, same) is same
    before = logits(network, images)
    assert torch.abs(logits(same.eval(), images) - before).max() <= 1e-4 * before.abs().max()


def test_channels_without_strength_are_not_missed():
    torch.manual_seed(0)
    wide = built("resnet8", (3, 20, 20), 4, 1.0).eval()
    images = torch.randn(16, 3, 20, 20)
    with torch.no_grad():  # half of all channels say nothing
        for name, layer in wide.named_modules():
            if isinstance(layer, torch.nn.BatchNorm2d):
                layer.weight[1::2] = 0.0
                layer.bias[1::2] = 0.0
            if isinstance(layer, torch.nn.Conv2d) and name:
                layer.weight[1::2] = 0.0
    narrow = built("resnet8", (3, 20, 20), 4, 0.5)
    assert narrowed(wide, narrow) is narrow
    assert torch.allclose(logits(narrow.eval(), images), logits(wide, images), atol=1e-5)


def test_another_family_cannot_be_made_of_it():
    network = built("resnet8", (3, 20, 20), 4).eval()
    assert narrowed(network, built("mobilenet", (3, 20, 20), 4, 0.5)) is None


def test_moments_are_those_of_the_images_and_answers_stay(network, images):
    before = logits(network, images)
    settled(network, images)
    after = logits(network, images)
    assert torch.abs(after - before).max() <= 1e-4 * before.abs().max()
    if network.family != "mlp" and network.family != "linear":
        taught = network.train()(images)  # by the batch's own moments, which are the same now
        assert torch.abs(taught - before).max() <= 1e-3 * before.abs().max()


@pytest.mark.parametrize("width", [0.25, 0.5])
def test_a_narrower_network_answers(network, images, width):
    small = built(network.family, images.shape[1:], 4, width)
    found = narrowed(network, small)
    assert found is not None and torch.isfinite(logits(found.eval(), images)).all()
