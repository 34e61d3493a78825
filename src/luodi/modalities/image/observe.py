"""What a picture looks like in a few numbers, the same in training and in service; numpy only."""

from __future__ import annotations

import numpy as np

from luodi.modalities.image.codec.pixels import in_bands

WORKING = 64
"""Sides of the working size, at which sharpness is measured."""


def statistics(pixels: np.ndarray) -> dict[str, float]:
    """One image in numbers. They depend on its pixels only, not on how a file packs them.

    Args:
        pixels: uint8 (height, width, channels) with 1 or 3 channels.

    Returns:
        ``brightness`` (mean, 0 to 255), ``contrast`` (standard deviation), ``sharpness``
        (variance of the Laplacian at the working size), ``height`` and ``width`` in pixels; with
        three channels also ``saturation`` (0 to 1) and ``red``, ``green`` and ``blue``, the
        shares of the light.

    Example:
        >>> found = statistics(np.full((8, 4, 1), 7, np.uint8))
        >>> found["brightness"], found["contrast"], found["height"]
        (7.0, 0.0, 8.0)
    """
    return {name: float(values[0]) for name, values in measured(pixels[None])[0].items()}


def measured(stack: np.ndarray) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Several images of one size in numbers, and at the working size.

    Sharpness is the variance of the Laplacian (Pech-Pacheco et al., ICPR 2000, "Diatom autofocusing
    in brightfield microscopy"), taken at a fixed size so that a picture is not called blurred for
    being large. Saturation is that of Smith, SIGGRAPH 1978, "Color gamut transform pairs".

    Args:
        stack: uint8 (images, height, width, channels) with 1 or 3 channels.

    Returns:
        By name as in ``statistics``, float64 (images,); and the grey images at the working size,
        float32 (images, 64, 64).
    """
    count, height, width, channels = stack.shape
    grey = in_bands(count * height, width, 1, lambda top, end: _rows(stack, top, end))
    grey = grey.reshape(count, height, width)
    brightness, contrast = _spread(grey)
    work = at_working_size(grey)
    numbers = {
        "brightness": brightness,
        "contrast": contrast,
        "sharpness": _sharpness(work),
        "height": np.full(count, float(height)),
        "width": np.full(count, float(width)),
    }
    return numbers | (_colours(stack) if channels == 3 else {}), work


def at_working_size(grey: np.ndarray) -> np.ndarray:
    """Grey images at 64 x 64: means of areas where they shrink, straight lines where they grow.

    Args:
        grey: uint8 (images, height, width).

    Returns:
        float32 (images, 64, 64).
    """
    return _resized(_resized(grey, 1), 2).astype(np.float32)


def _resized(values: np.ndarray, axis: int) -> np.ndarray:
    """One axis brought to 64; no matrix library, whose sums differ from machine to machine."""
    side = values.shape[axis]
    if side < WORKING:
        low, share = _between(side)
        high = np.minimum(low + 1, side - 1)
        share = share.reshape([-1 if at == axis else 1 for at in range(3)])
        return values.take(low, axis) * (1 - share) + values.take(high, axis) * share
    ends = np.linspace(0, side, WORKING + 1)
    whole = ends.astype(np.int64)
    part = (ends - whole).reshape([-1 if at == axis else 1 for at in range(3)])
    kind = np.int64 if values.dtype == np.uint8 else np.float64
    sums = np.cumsum(np.add.reduceat(values, whole[:-1], axis, dtype=kind), axis)
    before = np.concatenate([np.zeros_like(sums.take([0], axis)), sums], axis)
    up_to = before + part * values.take(np.minimum(whole, side - 1), axis)
    return np.diff(up_to, axis=axis) * (WORKING / side)


def _between(side: int) -> tuple[np.ndarray, np.ndarray]:
    """Of 64 places on a line of few pixels, the pixel before each, and how far the next is in."""
    centre = np.clip((np.arange(WORKING) + 0.5) * side / WORKING - 0.5, 0, side - 1)
    return centre.astype(np.int64), (centre - centre.astype(np.int64)).astype(np.float32)


def _rows(stack: np.ndarray, top: int, end: int) -> np.ndarray:
    return stack.reshape(-1, *stack.shape[2:])[top:end]


def _spread(grey: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation of each image, from sums of whole numbers, which are exact."""
    pixels = grey.shape[1] * grey.shape[2]
    flat = grey.reshape(len(grey), pixels)
    total = flat.sum(axis=1, dtype=np.int64)
    wishes = {"dtype": np.int64, "casting": "unsafe"}
    squares = np.einsum("ij,ij->i", flat, flat, **wishes)  # type: ignore[call-overload]
    # in Python's whole numbers, which no size of an image overflows
    pairs = zip(total.tolist(), squares.tolist(), strict=True)
    variance = [(pixels * square - one * one) / pixels**2 for one, square in pairs]
    return total / pixels, np.sqrt(np.asarray(variance, np.float64))


def _sharpness(work: np.ndarray) -> np.ndarray:
    around = work[:, :-2, 1:-1] + work[:, 2:, 1:-1] + work[:, 1:-1, :-2] + work[:, 1:-1, 2:]
    edges = around - 4 * work[:, 1:-1, 1:-1]
    sharpness: np.ndarray = edges.var(axis=(1, 2), dtype=np.float64)
    return sharpness


def _colours(stack: np.ndarray) -> dict[str, np.ndarray]:
    red, green, blue = (stack[..., channel] for channel in range(3))
    most = np.maximum(np.maximum(red, green), blue)
    spread = most - np.minimum(np.minimum(red, green), blue)
    saturation = spread / np.maximum(most, 1).astype(np.float32)
    light = colour_sums(stack)
    total = light.sum(axis=1, keepdims=True)
    shares = np.where(total == 0, 1 / 3, light / np.maximum(total, 1))
    return {
        "saturation": saturation.sum(axis=1, dtype=np.float64).sum(axis=1) / red[0].size,
        "red": shares[:, 0],
        "green": shares[:, 1],
        "blue": shares[:, 2],
    }


def colour_sums(stack: np.ndarray) -> np.ndarray:
    """The sum of each channel of each image, int64 (images, channels)."""
    count, height, width, channels = stack.shape
    # first down the rows, where memory lies in one piece
    down = stack.reshape(count, height, width * channels).sum(axis=1, dtype=np.int64)
    sums: np.ndarray = down.reshape(count, width, channels).sum(axis=1)
    return sums
