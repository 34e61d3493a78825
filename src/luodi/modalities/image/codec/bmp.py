"""BMP: not compressed only."""

from __future__ import annotations

import struct

from luodi.modalities.image.codec.limits import Refusal, broken
from luodi.modalities.image.codec.still import Still

_PLAIN, _MASKED, _OLD_HEAD = 0, 3, 12


def plain(data: bytes) -> Still:
    """The image of a BMP file.

    Run lengths are refused: they are hardly ever met, and decoding them takes a second for each
    million pixels, which a file of a few bytes can ask for.

    Raises:
        Refusal: ``rows.image_broken``, ``rows.image_format`` when it is compressed.
    """
    try:
        (head,) = struct.unpack_from("<I", data, 14)
        compression = 0 if head == _OLD_HEAD else struct.unpack_from("<I", data, 30)[0]
    except struct.error:
        raise broken("BMP") from None
    if compression not in (_PLAIN, _MASKED):
        raise Refusal("rows.image_format", seen=f"BMP, compression {compression}")
    return Still("BMP", data)
