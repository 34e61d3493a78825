"""Small troubles of images that service brings: noise, light, blur, a turned camera, JPEG."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator

import numpy as np
import polars as pl
from PIL import Image, ImageFilter

from luodi.core.modality import Disturbed
from luodi.core.values import Dataset
from luodi.modalities.image.codec import decode
from luodi.modalities.image.read.dataset import as_file

NOISE, LIGHT, TURN, SHIFT, BLUR = 0.02, 0.2, 5.0, 0.05, 0.01
JPEG_QUALITY = 40
MOST_SIDE = 512
Pixels = np.ndarray
"""uint8 (height, width, 3)."""


def disturbed(dataset: Dataset, random: np.random.Generator) -> Iterator[Disturbed]:
    """Copies of images, each kind of trouble in turn.

    Args:
        dataset: The images.
        random: For the noise.
    """
    column = dataset.columns[0].name
    images = [_small(decode(file, 3, column)) for file in dataset.table[column].to_list()]

    def noisy(image: Pixels) -> Pixels:
        return _held(image + random.normal(0, 255 * NOISE, image.shape))

    yield _copies(column, "noise", NOISE, images, noisy)
    for name, share, change in CHANGES:
        yield _copies(column, name, share, images, change)


def _copies(
    column: str, name: str, share: float, images: list[Pixels], change: Callable[[Pixels], Pixels]
) -> Disturbed:
    files = [as_file(change(image)) for image in images]
    return Disturbed(name, None, share, pl.DataFrame({column: files}, {column: pl.Binary()}))


def _small(image: Pixels) -> Pixels:
    """An image of at most 512 pixels a side: hundreds of photos are held at once."""
    if max(image.shape[:2]) <= MOST_SIDE:
        return image
    picture = Image.fromarray(image)
    picture.thumbnail((MOST_SIDE, MOST_SIDE))
    return np.asarray(picture)


def _held(values: np.ndarray) -> Pixels:
    return np.clip(np.round(values), 0, 255).astype(np.uint8)


def _darker(image: Pixels) -> Pixels:
    return _held(image * (1 - LIGHT))


def _brighter(image: Pixels) -> Pixels:
    return _held(image * (1 + LIGHT))


def _blurred(image: Pixels) -> Pixels:
    radius = max(0.5, BLUR * max(image.shape[:2]))
    return np.asarray(Image.fromarray(image).filter(ImageFilter.GaussianBlur(radius)))


def _turned(image: Pixels) -> Pixels:
    edge = tuple(int(value) for value in np.median(image[0], axis=0))
    return np.asarray(
        Image.fromarray(image).rotate(TURN, Image.Resampling.BILINEAR, fillcolor=edge)
    )


def _shifted(image: Pixels) -> Pixels:
    step = max(1, round(SHIFT * image.shape[1]))
    return np.pad(image, ((0, 0), (step, 0), (0, 0)), mode="edge")[:, : image.shape[1]]


def _as_jpeg(image: Pixels) -> Pixels:
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, "JPEG", quality=JPEG_QUALITY)
    return np.asarray(Image.open(buffer))


CHANGES: tuple[tuple[str, float, Callable[[Pixels], Pixels]], ...] = (
    ("darker", LIGHT, _darker),
    ("brighter", LIGHT, _brighter),
    ("blurred", BLUR, _blurred),
    ("turned", TURN / 360, _turned),
    ("shifted", SHIFT, _shifted),
    ("jpeg", 1 - JPEG_QUALITY / 100, _as_jpeg),
)
