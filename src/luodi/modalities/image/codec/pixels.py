"""Pixels of any depth as 8 bits, with one channel or three; numpy and whole numbers only."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from luodi.modalities.image.codec.limits import BAND, Refusal, allow

RED, GREEN, BLUE, HALF = 19595, 38470, 7471, 32768
"""Shares of the brightness in 65,536ths (ITU-R BT.601-7, section 2.5.1), which sum to one."""


def from_array(values: np.ndarray, channels: int) -> np.ndarray:
    """An array as 8-bit pixels.

    Args:
        values: (height, width) or (height, width, 1, 3 or 4) of uint8, uint16, bool or of
            floats from 0 to 1; a fourth channel is how opaque a pixel is.
        channels: 1 or 3.

    Returns:
        uint8 (height, width, channels).

    Raises:
        Refusal: ``rows.image_array``, ``rows.image_range``, ``rows.image_empty``,
            ``rows.image_pixels``.
    """
    kind = values.dtype.newbyteorder("=")
    known = kind in (np.uint8, np.uint16, np.bool_) or kind.kind == "f"
    if not known or values.ndim not in (2, 3) or values.shape[2:] not in ((), (1,), (3,), (4,)):
        raise Refusal("rows.image_array", shape=str(values.shape), dtype=str(values.dtype)[:40])
    height, width = values.shape[:2]
    allow(height, width)
    return in_bands(height, width, channels, lambda top, end: eight_bits(values[top:end]))


def in_bands(
    height: int, width: int, channels: int, read: Callable[[int, int], np.ndarray]
) -> np.ndarray:
    """An image put together from bands of rows.

    Args:
        height: Rows of pixels.
        width: Pixels of a row.
        channels: 1 or 3.
        read: Gives the rows from the first up to the second number, uint8 of 1 to 4 channels.

    Returns:
        uint8 (height, width, channels).
    """
    whole = np.empty((height, width, channels), np.uint8)
    step = max(1, BAND // width)
    for top in range(0, height, step):
        end = min(top + step, height)
        whole[top:end] = _channels(read(top, end), channels)
    return whole


def eight_bits(values: np.ndarray, bits: int = 16) -> np.ndarray:
    """The upper eight bits of each value; what counts is the type's range, never the image's.

    Args:
        values: uint8, bool, uint16, int32 of which ``bits`` bits are used, or floats 0 to 1.
        bits: How many bits a whole number of more than eight bits has.

    Raises:
        Refusal: ``rows.image_range`` when a value is outside.
    """
    if values.dtype == np.uint8:
        return values
    if values.dtype == np.bool_:
        return values.astype(np.uint8) * np.uint8(255)
    if values.dtype.kind == "f":
        if not bool(((values >= 0) & (values <= 1)).all()):  # NaN is outside as well
            raise Refusal("rows.image_range", low="0", high="1")
        return np.floor(values.astype(np.float64) * 255 + 0.5).astype(np.uint8)
    high = 2**bits - 1
    if values.min() < 0 or values.max() > high:
        raise Refusal("rows.image_range", low="0", high=str(high))
    return (values >> (bits - 8)).astype(np.uint8)


def _channels(values: np.ndarray, channels: int) -> np.ndarray:
    """uint8 (height, width, 1 to 4) on white, with the wanted number of channels."""
    if values.ndim == 2:
        values = values[:, :, None]
    if values.shape[2] in (2, 4):
        values = _on_white(values)
    if channels == 1 and values.shape[2] == 3:
        wide = values.astype(np.uint32)
        grey = wide[..., :1] * RED + wide[..., 1:2] * GREEN + wide[..., 2:] * BLUE + HALF
        return (grey >> 16).astype(np.uint8)
    return values  # one channel becomes three by being written to all of them


def _on_white(values: np.ndarray) -> np.ndarray:
    opaque = values[..., -1:].astype(np.uint16)
    mixed = values[..., :-1] * opaque + 255 * (255 - opaque)
    return ((mixed + 127) // 255).astype(np.uint8)


def upright(values: np.ndarray, orientation: int) -> np.ndarray:
    """An image turned as the camera was held.

    Args:
        values: (height, width, channels).
        orientation: 1 to 8, as in Exif 2.32, section 4.6.4 A; anything else leaves it.
    """
    turned = values.swapaxes(0, 1) if orientation in (5, 6, 7, 8) else values
    if orientation in (3, 4, 7, 8):
        turned = turned[::-1]
    if orientation in (2, 3, 6, 7):
        turned = turned[:, ::-1]
    return np.ascontiguousarray(turned)
