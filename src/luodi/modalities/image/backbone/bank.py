"""A fixed bank of filters as a backbone that needs no file and no training.

How strong waves of each length and direction are (Gabor 1946; Jain and Farrokhnia 1991), over the
whole image and over its sixteenths, with logarithms so that contrast counts by its ratio. With few
images a class, a straight line through these numbers beats a network that has to learn its first
filters from the same images: see docs/decisions/12-images.md.
"""

from __future__ import annotations

import hashlib
import math
from functools import lru_cache

import numpy as np

from luodi.modalities.graph.builder import Builder
from luodi.modalities.image.backbone.value import Backbone

SOURCE = "luodi:bank"
WAVES = (3.0, 3.0 * math.sqrt(2))
"""Lengths of the waves in pixels, at each halving of the image."""
DIRECTIONS = 8
BROAD, NARROW = 0.5, 0.7
"""Standard deviation of a wave's envelope, in its lengths, and by how much it is longer than wide
along the crests."""
REACH = 2.5
"""Standard deviations to where a filter ends."""
LEAST_SIDE = 8
"""No image is halved below so many pixels a side."""
GRID = 4
"""Fields a side; no level is smaller, for every second pixel of 8 is looked at."""
QUIET = 1e-3
"""Added before a logarithm: contrast below it, of pixels of 0 to 1, is noise."""
OPPONENTS = ((1 / 3, 1 / 3, 1 / 3), (1.0, -1.0, 0.0), (0.5, 0.5, -1.0))
"""Grey, red against green, and yellow against blue."""


@lru_cache(maxsize=8)
def bank(height: int, width: int, channels: int) -> Backbone:
    """The bank for images of one size.

    Args:
        height: Pixels.
        width: Pixels.
        channels: 1 or 3.
    """
    from onnx import TensorProto, helper

    b = Builder()
    parts = _parts(b, "pixels", height, width, channels)
    b("Concat", *parts, axis=1, to="features")
    sides: list[str | int | None] = ["rows", channels, height, width]
    image = helper.make_tensor_value_info("pixels", TensorProto.FLOAT, sides)
    output = helper.make_tensor_value_info("features", TensorProto.FLOAT, ["rows", "number"])
    model = b.model([image], [output], {})
    digest = f"sha256:{hashlib.sha256(model).hexdigest()}"
    mean, spread = (0.0,) * channels, (255.0,) * channels
    size = _size(height, width, channels)
    return Backbone(
        SOURCE, digest, model, model, height, width, channels, False, mean, spread, size
    )


def _size(height: int, width: int, channels: int) -> int:
    """Number of features."""
    places = GRID**2 + 1
    waves = len(WAVES) * DIRECTIONS * levels(height, width)
    return channels * (waves * places + places + 1)


def levels(height: int, width: int) -> int:
    """How often an image is looked at, each time half as large.

    Example:
        >>> levels(32, 32), levels(100, 128), levels(8, 8)
        (3, 4, 1)
    """
    return 1 + max(0, int(math.log2(min(height, width) / LEAST_SIDE)))


def _parts(b: Builder, pixels: str, height: int, width: int, channels: int) -> list[str]:
    """All features in parts, float32 (rows, some)."""
    planes = pixels
    if channels == 3:
        mixed = np.array(OPPONENTS, np.float32).reshape(3, 3, 1, 1)
        planes = b("Conv", pixels, b.constant(mixed), kernel_shape=[1, 1])
    parts = [*_pooled(b, planes, height, width), _contrast(b, planes)]
    for level in range(levels(height, width)):
        if level:
            planes = b("AveragePool", planes, kernel_shape=[2, 2], strides=[2, 2])
            height, width = height // 2, width // 2
        for wave in WAVES:
            strong, down, across = _strength(b, planes, wave, channels, height, width)
            heard = _pooled(b, strong, down, across)
            parts += [b("Log", b("Add", one, b.constant(np.float32(QUIET)))) for one in heard]
    return parts


def _pooled(b: Builder, planes: str, height: int, width: int) -> list[str]:
    """The mean over the whole image, and over fields of it that overlap where they must."""
    whole = b("Flatten", b("GlobalAveragePool", planes), axis=1)
    steps = [side // GRID for side in (height, width)]
    field = [s - (GRID - 1) * step for s, step in zip((height, width), steps, strict=True)]
    cut = b("AveragePool", planes, kernel_shape=field, strides=steps)
    return [whole, b("Flatten", cut, axis=1)]


def _level(b: Builder, planes: str) -> str:
    """Planes less their mean, so that nothing is as dark as the padding is."""
    return b("Sub", planes, b("GlobalAveragePool", planes))


def _contrast(b: Builder, planes: str) -> str:
    """The standard deviation of each plane."""
    off = _level(b, planes)
    mean = b("Flatten", b("GlobalAveragePool", b("Mul", off, off)), axis=1)
    return b("Sqrt", b("Add", mean, b.constant(np.float32(QUIET**2))))


def _strength(
    b: Builder, planes: str, wave: float, channels: int, height: int, width: int
) -> tuple[str, int, int]:
    """How strong waves of one length are in each direction, every second pixel; and its size."""
    filters = gabor(wave)
    reach = filters.shape[-1] // 2
    weight = np.tile(filters.reshape(-1, 1, *filters.shape[2:]), (channels, 1, 1, 1))
    found = b(
        "Conv", _level(b, planes), b.constant(weight), group=channels, strides=[2, 2],
        pads=[reach] * 4, kernel_shape=list(filters.shape[2:]),
    )  # fmt: skip
    squares = b("Mul", found, found)
    pairs = np.zeros((channels * DIRECTIONS, 2, 1, 1), np.float32) + 1
    both = b("Conv", squares, b.constant(pairs), group=channels * DIRECTIONS, kernel_shape=[1, 1])
    small = b.constant(np.float32(QUIET**2))
    return b("Sqrt", b("Add", both, small)), -(-height // 2), -(-width // 2)


def gabor(wave: float) -> np.ndarray:
    """Even and odd waves of one length under a bell, float32 (directions, 2, side, side).

    Args:
        wave: Length in pixels.
    """
    sigma = wave * BROAD
    reach = math.ceil(REACH * sigma)
    down, across = np.mgrid[-reach : reach + 1, -reach : reach + 1].astype(np.float64)
    made = []
    for turn in np.arange(DIRECTIONS) * math.pi / DIRECTIONS:
        along = across * math.cos(turn) + down * math.sin(turn)
        beside = down * math.cos(turn) - across * math.sin(turn)
        bell = np.exp(-(along**2 + (NARROW * beside) ** 2) / (2 * sigma**2))
        bell /= bell.sum()
        even = bell * np.cos(2 * math.pi * along / wave)
        made.append((even - bell * even.sum(), bell * np.sin(2 * math.pi * along / wave)))
    return np.array(made, np.float32)
