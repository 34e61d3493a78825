"""From image files to one array of pixels in the size that networks see."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from luodi.core.errors import LuodiError
from luodi.modalities.image.abreast import abreast
from luodi.modalities.image.codec import decode
from luodi.modalities.image.graph.resize import resize

MOST_SIDE = 128
"""Pixels of a side that networks see, unless more are asked for; cost grows with the square."""
LEAST_SIDE = 8
SAMPLE = 512
"""Images whose sizes decide the working size."""


@dataclass(frozen=True)
class Pixels:
    """Images of one size, as they lie in memory.

    Attributes:
        images: uint8 (rows, height, width, channels).
        least: The shortest side before resizing, pixels.
        most: The longest.
    """

    images: np.ndarray
    least: int
    most: int


def working_size(
    shapes: Sequence[tuple[int, ...]], most: int = MOST_SIDE, least: int = LEAST_SIDE
) -> tuple[int, int]:
    """The height and width that networks see images of these sizes at.

    The median shape is kept, made smaller until its longer side is at most ``most``; small images
    stay as they are.

    Args:
        shapes: Height and width first, of each image.
        most: The longest side allowed, pixels.
        least: The shortest, pixels.

    Example:
        >>> working_size([(28, 28, 1)] * 3), working_size([(3000, 4000, 3), (300, 400, 3)])
        ((28, 28), (96, 128))
    """
    heights, widths = (np.array([shape[axis] for shape in shapes], float) for axis in (0, 1))
    aspect = float(np.exp(np.median(np.log(heights / widths))))
    area = float(np.exp(np.median(np.log(heights * widths))))
    height, width = np.sqrt(area * aspect), np.sqrt(area / aspect)
    smaller = min(1.0, most / max(height, width))
    sides = (min(most, max(least, round(side * smaller))) for side in (height, width))
    return next(sides), next(sides)


def is_grey(image: np.ndarray) -> bool:
    """Whether all channels of an image (height, width, channels) are the same."""
    return bool((image == image[:, :, :1]).all())


def read(
    files: Sequence[Any],
    column: str,
    threads: int = 1,
    most: int = MOST_SIDE,
    size: tuple[int, int] | None = None,
) -> tuple[Pixels, int, int]:
    """All images of a column, decoded and resized; grey if every one of them is.

    Args:
        files: What ``codec.decode`` reads, one a row.
        column: Name of the column, for errors.
        threads: Threads that decode.
        most: The longest side allowed, pixels.
        size: Height and width, where they are settled already.

    Returns:
        The pixels, and the height and width that were chosen for them.

    Raises:
        LuodiError: ``rows.image_*`` with the number of the row.
    """
    step = max(1, len(files) // SAMPLE)
    some = list(decoded(files, range(0, len(files), step), 3, column, threads))
    height, width = size or working_size([image.shape for image in some], most)
    channels = 1 if all(map(is_grey, some)) else 3
    found = _laid(files, column, (height, width, channels), threads)
    if found is None:  # a coloured image that the sample did not hold
        found = _laid(files, column, (height, width, 3), threads)
    assert found is not None
    return found, height, width


def decoded(
    files: Sequence[Any], numbers: Iterable[int], channels: int, column: str, threads: int
) -> Iterator[np.ndarray]:
    """Some images one after the other, a few of them ahead; errors name the row.

    Returns:
        An iterator of uint8 (height, width, channels).
    """

    def one(number: int) -> np.ndarray:
        try:
            return decode(files[number], channels, column)
        except LuodiError as error:
            raise LuodiError(error.code, **{**error.facts, "row": number}) from None

    yield from abreast(one, numbers, threads)


def _laid(
    files: Sequence[Any], column: str, shape: tuple[int, int, int], threads: int
) -> Pixels | None:
    """All images in one array; None if they are to be grey and one of them is not."""
    height, width, channels = shape
    images = np.empty((len(files), *shape), np.uint8)
    least, most = 2**31, 0

    def fit(image: np.ndarray) -> np.ndarray:
        return resize(image[None, :, :, :channels], height, width)[0]

    for number, image in enumerate(decoded(files, range(len(files)), 3, column, threads)):
        if channels == 1 and not is_grey(image):
            return None
        least, most = min(least, *image.shape[:2]), max(most, *image.shape[:2])
        images[number] = fit(image)
    return Pixels(images, least, most)


def moments(images: np.ndarray, block: int = 1024) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Mean and standard deviation of each channel, 0 to 255, exact whatever the number of rows.

    Args:
        images: uint8 (rows, height, width, channels).
        block: Images that are summed at a time.
    """
    channels = images.shape[3]
    counts = np.zeros((channels, 256), np.int64)
    for start in range(0, len(images), block):
        for channel in range(channels):
            values = images[start : start + block, :, :, channel].ravel()
            counts[channel] += np.bincount(values, minlength=256)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    levels = np.arange(256.0)
    mean = shares @ levels
    spread = np.sqrt(np.maximum(shares @ levels**2 - mean**2, 0))
    return tuple(mean.tolist()), tuple(np.where(spread < 1e-3, 1.0, spread).tolist())
