"""Networks that have met images, and graphs made of them."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import torch

sys.path.insert(0, str(Path(__file__).parent.parent))

from luodi.modalities.image.learn.networks import NETWORKS, built

SHAPE = (3, 20, 20)
CLASSES = 4


@pytest.fixture(params=sorted(set(NETWORKS) - {"dumb"}))
def network(request):
    """A network of each family, whose normalisation knows images and changes signs."""
    torch.manual_seed(3)
    made = built(request.param, SHAPE, CLASSES, 0.5)
    made.train()
    for _ in range(3):
        made(torch.randn(32, *SHAPE) * 1.5 + 0.2)
    for layer in made.modules():
        if isinstance(layer, torch.nn.BatchNorm2d):
            torch.nn.init.normal_(layer.weight)
            torch.nn.init.normal_(layer.bias)
        if isinstance(layer, torch.nn.Linear):
            torch.nn.init.normal_(layer.weight, std=0.05)
    made.family = request.param
    return made.eval()


@pytest.fixture
def images():
    """What a network sees."""
    return torch.randn(96, *SHAPE, generator=torch.Generator().manual_seed(4))
