"""Layers in whole numbers of 8 bits, as the graph that ships computes them (Jacob et al. 2018).

Between layers a number is one of 256 steps; weights are whole numbers times one scale a channel.
While a network learns on, the gradient goes through the rounding as if it were not there (Bengio
et al. 2013).
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

STEPS = 255
MOST_BESIDE_STEPS = 63
"""Largest weight where inputs are whole numbers too, 7 bits: processors without VNNI add two
products of 8 bits in 16, and 255 x 127 x 2 does not fit there. With 63 each processor gives the
same sum."""
MOST_ALONE = 127
"""Largest weight where only weights are stored as whole numbers and nothing is summed in 16."""
LEAST_SCALE = 1e-12


class Rounded(nn.Module):
    """Numbers as one of 256 steps.

    Args:
        scale: The size of a step.
        zero: The step that stands for 0, 0 to 255.
    """

    def __init__(self, scale: float, zero: int) -> None:
        super().__init__()
        self.register_buffer("scale", torch.tensor(scale, dtype=torch.float32))
        self.register_buffer("zero", torch.tensor(zero, dtype=torch.int32))

    def forward(self, numbers: Tensor) -> Tensor:
        """The nearest steps, as numbers."""
        given: Any = (numbers, self.scale, self.zero, 0, STEPS)
        return torch.fake_quantize_per_tensor_affine(*given)


class WholeConv2d(nn.Conv2d):
    """A convolution whose weights are whole numbers times a scale a channel."""

    most: int = MOST_BESIDE_STEPS

    def forward(self, input: Tensor) -> Tensor:
        """The convolution with the rounded weights."""
        weight = rounded_weight(self.weight, self.most)
        return functional.conv2d(
            input, weight, self.bias, self.stride, self.padding, self.dilation, self.groups
        )


class WholeLinear(nn.Linear):
    """A dense layer whose weights are whole numbers times a scale a unit."""

    most: int = MOST_BESIDE_STEPS

    def forward(self, input: Tensor) -> Tensor:
        """The layer with the rounded weights."""
        return functional.linear(input, rounded_weight(self.weight, self.most), self.bias)


LEAVES = (Rounded, WholeConv2d, WholeLinear)


def whole(network: nn.Module) -> bool:
    """Whether a network computes in whole numbers."""
    return any(isinstance(layer, Rounded) for layer in network.modules())


def weight_scale(weight: Tensor, most: int) -> Tensor:
    """The scale of each channel, float32 (channels,): its largest weight is ``most``."""
    largest = weight.detach().flatten(1).abs().amax(1)
    return (largest / most).clamp_min(LEAST_SCALE)


def rounded_weight(weight: Tensor, most: int) -> Tensor:
    """Weights as whole numbers times the scale of their channel."""
    scale = weight_scale(weight, most)
    zeros = torch.zeros(len(scale), dtype=torch.int32)
    return torch.fake_quantize_per_channel_affine(weight, scale, zeros, 0, -most, most)


def with_whole_weights(layer: nn.Module, most: int) -> nn.Module:
    """The layer with its weights in whole numbers; the same parameters, not copies."""
    if isinstance(layer, nn.Conv2d):
        new: Any = WholeConv2d.__new__(WholeConv2d)
    elif isinstance(layer, nn.Linear):
        new = WholeLinear.__new__(WholeLinear)
    else:
        return layer
    new.__dict__ = dict(layer.__dict__)
    new.most = most
    return new  # type: ignore[no-any-return]
