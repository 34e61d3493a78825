"""An image of a record as a file, for a person to look at; nothing is decoded."""

from __future__ import annotations

from typing import Any

from luodi.core.codec import File
from luodi.core.errors import LuodiError
from luodi.modalities.image.codec import dicom, formats, raster
from luodi.modalities.image.codec.decode import PLAIN
from luodi.modalities.image.codec.limits import Refusal
from luodi.modalities.image.codec.text import to_bytes


def file(value: Any, column: str) -> File | None:
    """The file that a record's text stands for.

    Args:
        value: What the record holds.
        column: Name of the field.

    Returns:
        Its bytes and size; None where the text is none of an image.
    """
    if not isinstance(value, str):
        return None
    try:
        data = to_bytes(value)
    except Refusal:
        return None
    kind = formats.name(data)
    if kind not in formats.MEDIA:
        return None
    return File(column, formats.MEDIA[kind], data, *_sides(kind, data))


def _sides(kind: str, data: bytes) -> tuple[int, int]:
    """Width and height in pixels as the image is shown; zeros where they cannot be told."""
    try:
        return dicom.sides(data) if kind == "DICOM" else raster.sides(PLAIN[kind](data))
    except (LuodiError, Refusal):
        return 0, 0
