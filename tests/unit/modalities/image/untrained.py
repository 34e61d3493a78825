"""Networks with weights drawn at random, as if they were trained."""

from __future__ import annotations

from torch import nn


def drawn(network: nn.Module, least: float = 0.5) -> nn.Module:
    """The network, set to answer, with a normalisation that does something."""
    for layer in network.modules():
        if isinstance(layer, nn.BatchNorm2d):
            nn.init.uniform_(layer.weight, least, 2.0)
            nn.init.normal_(layer.bias)
            layer.running_mean.normal_()
            layer.running_var.uniform_(0.5, 2.0)
        if isinstance(layer, nn.Linear):
            nn.init.normal_(layer.weight, 0.0, 2 / layer.in_features**0.5)
    return network.eval()
