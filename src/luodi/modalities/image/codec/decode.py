"""The one way from what a record holds to pixels."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from luodi.core.errors import LuodiError
from luodi.modalities.image.codec import bmp, dicom, formats, jpeg, pixels, png, raster, text, tiff
from luodi.modalities.image.codec.limits import MOST_BYTES, Refusal

PLAIN = {"BMP": bmp.plain, "JPEG": jpeg.plain, "PNG": png.plain, "TIFF": tiff.plain}


def decode(value: Any, channels: int, column: str = "image") -> np.ndarray:
    """An image as 8-bit pixels, the same wherever it is decoded.

    Transparent pixels are laid on white, pictures are turned as the camera was held, of several
    images the first is taken. Deeper values keep their upper eight bits, and of DICOM the window
    that it names is shown; no image is stretched by what happens to be in it.

    Args:
        value: Bytes of a JPEG, PNG, BMP, TIFF or DICOM file; text that holds them as base64 or
            as a data URL; an array (height, width) or (height, width, 1, 3 or 4) of uint8,
            uint16, bool or of floats from 0 to 1; or a ``pathlib.Path``, which only a caller in
            Python can give. Text is never taken for a path.
        channels: 1 or 3.
        column: Name of the field, for errors.

    Returns:
        uint8 (height, width, channels).

    Raises:
        LuodiError: ``rows.image_*`` when it is no image that can be read,
            ``environment.missing_package``.

    Example:
        >>> decode(np.array([[0.0, 1.0]]), channels=1).tolist()
        [[[0], [255]]]
    """
    try:
        return _decoded(value, channels)
    except Refusal as refusal:
        facts = {**refusal.facts, "column": column, "row": 0}
        raise LuodiError(refusal.code, **facts) from None


def _decoded(value: Any, channels: int) -> np.ndarray:
    if value is None or isinstance(value, float) and value != value:
        raise Refusal("rows.image_missing")
    if isinstance(value, np.ndarray):
        return pixels.from_array(value, channels)
    if isinstance(value, Path):
        return _file(_from_disk(value), channels)
    if isinstance(value, str):
        if not value.strip():
            raise Refusal("rows.image_missing")
        return _file(text.to_bytes(value), channels)
    if isinstance(value, bytes | bytearray | memoryview):
        if memoryview(value).nbytes > MOST_BYTES:
            raise _too_long(memoryview(value).nbytes)
        return _file(bytes(value), channels)
    raise Refusal("rows.image_kind", kind=type(value).__name__[:40])


def _file(data: bytes, channels: int) -> np.ndarray:
    if not data:
        raise Refusal("rows.image_empty")
    if len(data) > MOST_BYTES:
        raise _too_long(len(data))
    kind = formats.name(data)
    if kind not in formats.LISTED:
        raise Refusal("rows.image_format", seen=kind)
    if kind == "DICOM":
        return dicom.read(data, channels)
    return raster.read(PLAIN[kind](data), channels)


def _from_disk(path: Path) -> bytes:
    """The bytes of a file, never more than are allowed; pipes and devices are not opened."""
    try:
        if not path.is_file():
            raise Refusal("rows.image_unread", path=str(path))
        with path.open("rb") as file:
            return file.read(MOST_BYTES + 1)
    except (OSError, ValueError):
        raise Refusal("rows.image_unread", path=str(path)) from None


def _too_long(size: int) -> Refusal:
    return Refusal("rows.image_bytes", size_mb=-(-size // 2**20), most_mb=MOST_BYTES >> 20)
