"""An image with heat over it: where an answer looked, as a picture for people."""

from __future__ import annotations

import io

import numpy as np

MOST_SIDE = 1024
STRENGTH = 0.6
RED = np.array([255.0, 32.0, 0.0])


def drawn(image: np.ndarray, weight: np.ndarray) -> bytes:
    """An image with its weights laid over it in red, as a PNG file.

    Args:
        image: uint8 (height, width, 3).
        weight: float64 (down, across): how much each field speaks for the answer; what speaks
            against it is left as it is.
    """
    from PIL import Image

    picture = Image.fromarray(image)
    picture.thumbnail((MOST_SIDE, MOST_SIDE))
    positive = np.maximum(weight, 0.0)
    share = positive / (positive.max() or 1.0)
    field = Image.fromarray((share * 255).astype(np.uint8))
    smooth = np.asarray(field.resize(picture.size, Image.Resampling.BICUBIC)) / 255
    cover = (STRENGTH * smooth)[:, :, None]
    mixed = np.asarray(picture) * (1 - cover) + RED * cover
    buffer = io.BytesIO()
    Image.fromarray(np.clip(np.round(mixed), 0, 255).astype(np.uint8)).save(buffer, "PNG")
    return buffer.getvalue()
