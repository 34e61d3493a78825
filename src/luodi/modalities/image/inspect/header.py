"""What a file says of its image before any pixel: format, depth, transparency, orientation."""

from __future__ import annotations

import struct
from typing import NamedTuple

from luodi.modalities.image.codec import directory, formats, jpeg
from luodi.modalities.image.codec.limits import Refusal

_BITS, _SAMPLES, _EXTRA = 258, 277, 338
_COLOURS_OF_PNG = {4, 6}


class Header(NamedTuple):
    """What a file says.

    Attributes:
        kind: ``JPEG``, ``PNG``, ``BMP``, ``TIFF`` or ``DICOM``; ``?`` for anything else.
        deep: Whether a value has more than eight bits.
        alpha: Whether pixels can be transparent.
        turned: Whether the camera was not held upright.
    """

    kind: str
    deep: bool = False
    alpha: bool = False
    turned: bool = False


def header(data: bytes) -> Header:
    """The header of a file that was decoded; what cannot be read of it counts as usual.

    Example:
        >>> header(b"GIF89a")
        Header(kind='GIF', deep=False, alpha=False, turned=False)
    """
    kind = formats.name(data)
    try:
        if kind == "PNG":
            clear = data[25] in _COLOURS_OF_PNG or b"tRNS" in data[: data.find(b"IDAT")]
            return Header(kind, data[24] == 16, clear)
        if kind == "JPEG":  # the segments are only walked where one of them may say something
            return Header(kind, turned=b"Exif\0\0" in data and jpeg.plain(data).orientation != 1)
        if kind == "BMP":
            return Header(kind, alpha=struct.unpack_from("<H", data, 28)[0] == 32)
        if kind == "TIFF":
            return _tiff(data)
    except (IndexError, ValueError, struct.error, Refusal):
        pass
    return Header(kind)


def _tiff(data: bytes) -> Header:
    found = directory.read(data)
    deep = found.number(data, _BITS, 1) > 8
    clear = found.number(data, _SAMPLES, 1) in (2, 4) and found.number(data, _EXTRA, 0) != 0
    turned = found.number(data, directory.ORIENTATION, 1)
    return Header("TIFF", deep, clear, 2 <= turned <= 8)
