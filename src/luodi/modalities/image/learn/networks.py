"""Small networks that an ordinary processor trains and answers with, named after their papers.

Each takes float32 (rows, channels, height, width), normalised, and gives logits
(rows, classes). They are put together from convolutions, batch normalisation (Ioffe and Szegedy
2015), dense layers, ReLU, pooling, sums and nothing else, without any choice that depends on the
data: what torch.fx traces is the whole network, and every step of it has an ONNX operator.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor, nn

LARGEST_INSIDE = 48
"""Shorter sides from here on are halved right after the first layer."""
LINEAR_SIDE = 16
SLIM = 8
"""Channels are a multiple of it, which processors like, and never fewer."""


class Added(nn.Module):
    """The sum of two ways through a block (He et al. 2016)."""

    def __init__(self, long: nn.Module, short: nn.Module) -> None:
        super().__init__()
        self.long, self.short = long, short

    def forward(self, images: Tensor) -> Tensor:
        """The sum."""
        return self.long(images) + self.short(images)


def slim(channels: float) -> int:
    """Channels as a multiple of ``SLIM``."""
    return max(SLIM, round(channels / SLIM) * SLIM)


def convolved(
    channels: int, to: int, kernel: int = 3, stride: int = 1, groups: int = 1, relu: bool = True
) -> nn.Sequential:
    """A convolution, batch normalisation and ReLU."""
    wave = nn.Conv2d(channels, to, kernel, stride, kernel // 2, groups=groups, bias=False)
    layers: list[nn.Module] = [wave, nn.BatchNorm2d(to)]
    return nn.Sequential(*layers, nn.ReLU()) if relu else nn.Sequential(*layers)


def pooled(channels: int, to: int, kernel: int = 3) -> nn.Sequential:
    """A convolution and the largest of each 2 x 2 pixels, normalised after that.

    Normalising a quarter of the pixels is as good and takes a quarter of the time (Page 2018).
    """
    wave = nn.Conv2d(channels, to, kernel, 1, kernel // 2, bias=False)
    return nn.Sequential(wave, nn.MaxPool2d(2), nn.BatchNorm2d(to), nn.ReLU())


def stem(channels: int, to: int, side: int) -> nn.Sequential:
    """The first layer; it halves large images, by its stride and then by pooling.

    Args:
        channels: Channels of the images.
        to: Channels that come out.
        side: The shorter side of the images, pixels.
    """
    halvings = 0
    while side >> halvings >= LARGEST_INSIDE:
        halvings += 1
    first = convolved(channels, to, 3 if halvings < 2 else 5, 1 + (halvings > 0))
    return nn.Sequential(first, *(nn.MaxPool2d(2) for _ in range(halvings - 1)))


def _head(channels: int, classes: int, dropout: float) -> list[nn.Module]:
    """Global average pooling (Lin et al. 2014) and a dense layer."""
    return [
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Dropout(dropout),
        nn.Linear(channels, classes),
    ]


Shape = tuple[int, int, int]


def dumb(shape: Shape, classes: int, width: float, dropout: float) -> nn.Module:
    """The same answer to every image: weights are 0, the bias holds what it says."""
    dense = nn.Linear(shape[0], classes)
    nn.init.zeros_(dense.weight)
    nn.init.zeros_(dense.bias)
    return nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), dense)


def linear(shape: Shape, classes: int, width: float, dropout: float) -> nn.Module:
    """Softmax regression on the mean brightness of at most 16 x 16 fields."""
    channels, *sides = shape
    fields = [math.ceil(side / LINEAR_SIDE) for side in sides]
    inputs = channels * math.prod(s // f for s, f in zip(sides, fields, strict=True))
    dense = nn.Linear(inputs, classes)
    nn.init.zeros_(dense.weight)
    nn.init.zeros_(dense.bias)
    return nn.Sequential(nn.AvgPool2d((fields[0], fields[1])), nn.Flatten(), dense)


def mlp(shape: Shape, classes: int, width: float, dropout: float) -> nn.Module:
    """Two dense layers (Rumelhart et al. 1986), 512 and 256 wide.

    Large images are pooled to less than 48 pixels a side first.
    """
    channels, *sides = shape
    fields = [math.ceil(side / LARGEST_INSIDE) for side in sides]
    layers: list[nn.Module] = [nn.AvgPool2d((fields[0], fields[1]))] if max(fields) > 1 else []
    layers.append(nn.Flatten())
    inputs = channels * math.prod(s // f for s, f in zip(sides, fields, strict=True))
    for units in (slim(512 * width), slim(256 * width)):
        layers += [nn.Linear(inputs, units), nn.ReLU(), nn.Dropout(dropout)]
        inputs = units
    return nn.Sequential(*layers, nn.Linear(inputs, classes))


def lenet(shape: Shape, classes: int, width: float, dropout: float) -> nn.Module:
    """Convolutions, pooling and dense layers (LeCun et al. 1998), as they are built today."""
    first, second, third = (slim(c * width) for c in (32, 64, 128))
    channels, *sides = shape
    small = min(sides) < LARGEST_INSIDE
    begin = [pooled(channels, first, 5)] if small else [stem(channels, first, min(sides))]
    layers = nn.Sequential(*begin, pooled(first, second), pooled(second, third), nn.Flatten())
    with torch.no_grad():
        inputs = layers.eval()(torch.zeros(1, *shape)).shape[1]
    dense = [nn.Dropout(dropout), nn.Linear(inputs, third), nn.ReLU(), nn.Dropout(dropout)]
    return nn.Sequential(layers.train(), *dense, nn.Linear(third, classes))


def _residual(channels: int, to: int, stride: int) -> nn.Sequential:
    """A basic block; where the shape changes, a 1 x 1 convolution takes the short way."""
    long = nn.Sequential(convolved(channels, to, 3, stride), convolved(to, to, relu=False))
    same = channels == to and stride == 1
    short = nn.Identity() if same else convolved(channels, to, 1, stride, relu=False)
    return nn.Sequential(Added(long, short), nn.ReLU())


def _resnet(blocks: int, shape: Shape, classes: int, width: float, dropout: float) -> nn.Module:
    """Three stages of basic blocks; each stage but the first halves the image."""
    inside = slim(16 * width)
    layers: list[nn.Module] = [stem(shape[0], inside, min(shape[1:]))]
    for stage in range(3):
        to = slim(16 * width * 2**stage)
        for block in range(blocks):
            layers.append(_residual(inside, to, 2 if stage and not block else 1))
            inside = to
    return nn.Sequential(*layers, *_head(inside, classes, dropout))


def resnet8(shape: Shape, classes: int, width: float, dropout: float) -> nn.Module:
    """A residual network of the CIFAR form (He et al. 2016) with one block a stage."""
    return _resnet(1, shape, classes, width, dropout)


def resnet20(shape: Shape, classes: int, width: float, dropout: float) -> nn.Module:
    """A residual network of the CIFAR form (He et al. 2016) with three blocks a stage."""
    return _resnet(3, shape, classes, width, dropout)


def resnet9(shape: Shape, classes: int, width: float, dropout: float) -> nn.Module:
    """The residual network of nine layers that Page (2018) trained quickly, 64 to 512 wide."""
    a, b, c, d = (slim(64 * width * 2**stage) for stage in range(4))
    layers = [
        stem(shape[0], a, min(shape[1:])),
        pooled(a, b),
        Added(nn.Sequential(convolved(b, b), convolved(b, b)), nn.Identity()),
        pooled(b, c),
        pooled(c, d),
        Added(nn.Sequential(convolved(d, d), convolved(d, d)), nn.Identity()),
    ]
    return nn.Sequential(*layers, *_head(d, classes, dropout))


def mobilenet(shape: Shape, classes: int, width: float, dropout: float) -> nn.Module:
    """Depthwise separable convolutions (Howard et al. 2017), for small devices."""
    inside = slim(16 * width)
    layers: list[nn.Module] = [stem(shape[0], inside, min(shape[1:]))]
    for channels, stride in ((32, 1), (64, 2), (64, 1), (128, 2), (128, 1), (256, 1)):
        to = slim(channels * width)
        layers += [convolved(inside, inside, 3, stride, inside), convolved(inside, to, 1)]
        inside = to
    return nn.Sequential(*layers, *_head(inside, classes, dropout))


NETWORKS: dict[str, Callable[[Shape, int, float, float], nn.Module]] = {
    "dumb": dumb,
    "linear": linear,
    "mlp": mlp,
    "lenet": lenet,
    "resnet8": resnet8,
    "resnet20": resnet20,
    "resnet9": resnet9,
    "mobilenet": mobilenet,
}


def built(
    name: str, shape: Shape, classes: int, width: float = 1.0, dropout: float = 0.0
) -> nn.Module:
    """A network with fresh weights, drawn from torch's own generator.

    Args:
        name: A name of ``NETWORKS``.
        shape: Channels (1 or 3), height and width of the images, 8 to 256 pixels a side.
        classes: How many there are.
        width: Factor of all channels inside.
        dropout: Share of units that is left out in training (Srivastava et al. 2014).
    """
    return NETWORKS[name](shape, classes, width, dropout)
