"""Images made to break a conversion, and to stand in a release: nobody's own picture."""

from __future__ import annotations

import base64
import io
from typing import Any

import numpy as np

from luodi.modalities.image.codec import Codec

Record = dict[str, Any]


def images(codec: Codec, count: int, seed: int = 0) -> list[np.ndarray]:
    """Ordinary and strange images: noise, gradients, plain ones; other sizes, grey and coloured.

    Args:
        codec: The codec.
        count: How many.
        seed: Seed of the random choices.

    Returns:
        uint8 (height, width, 1 or 3), of sizes from one pixel to twice what training saw.
    """
    rng = np.random.default_rng(seed)
    return [_image(codec, number, rng) for number in range(count)]


def records(codec: Codec, count: int, seed: int = 0) -> list[Record]:
    """The same as records, each image as the base64 text of a PNG file."""
    return [{codec.column: _text(image)} for image in images(codec, count, seed)]


def _image(codec: Codec, number: int, rng: np.random.Generator) -> np.ndarray:
    height, width = _size(codec, number, rng)
    channels = 1 if number % 3 == 1 else 3
    shape = (height, width, channels)
    match number % 5:
        case 0:
            values = rng.integers(0, 256, shape)
        case 1:
            values = np.full(shape, int(rng.integers(0, 256)))
        case 2:
            slope = np.linspace(0, 255, width)[None, :, None]
            values = np.broadcast_to(slope, shape)
        case 3:
            blocks = rng.integers(0, 2, (-(-height // 4), -(-width // 4), channels)) * 255
            values = blocks.repeat(4, 0).repeat(4, 1)[:height, :width]
        case _:
            coarse = rng.integers(0, 256, (-(-height // 8), -(-width // 8), channels))
            values = coarse.repeat(8, 0).repeat(8, 1)[:height, :width]
    return np.ascontiguousarray(values, np.uint8)


def _size(codec: Codec, number: int, rng: np.random.Generator) -> tuple[int, int]:
    """Mostly the sizes of training; now and then a single pixel, a line, or twice the size."""
    most = min(codec.most, 512)
    least = min(codec.least, most)
    if number % 8 == 5:
        return 1, 1
    if number % 8 == 6:
        return 1, 2 * most
    if number % 8 == 7:
        return 2 * most, max(1, most // 2)
    high, wide = rng.integers(least, most + 1, 2).tolist()
    return high, wide


def _text(image: np.ndarray) -> str:
    from PIL import Image

    buffer = io.BytesIO()
    Image.fromarray(image[:, :, 0] if image.shape[2] == 1 else image).save(buffer, "PNG")
    return base64.b64encode(buffer.getvalue()).decode()
