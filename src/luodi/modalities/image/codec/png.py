"""PNG: the chunks that decoding needs, each with a sum that is right."""

from __future__ import annotations

import struct
import zlib

from luodi.modalities.image.codec.directory import orientation
from luodi.modalities.image.codec.limits import MOST_PARTS, allow, broken
from luodi.modalities.image.codec.still import Still

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_NEEDED = {b"IHDR", b"PLTE", b"IDAT", b"IEND"}
_PALETTE = 3


def plain(data: bytes) -> Still:
    """The still image of a PNG file (ISO/IEC 15948), without texts, profiles and animation.

    Decoders take a damaged image for a good one unless the chunks' sums are compared.

    Raises:
        Refusal: ``rows.image_broken`` when a chunk is damaged, the last one is missing or there
            are more than ``MOST_PARTS``, ``rows.image_empty``, ``rows.image_pixels``.
    """
    kept, held, at = [SIGNATURE], 1, len(SIGNATURE)
    header = data[at + 8 : at + 21]
    if data[at + 4 : at + 8] != b"IHDR" or len(header) < 13:
        raise broken("PNG")
    width, height = struct.unpack_from(">II", header)
    allow(height, width)
    # for other depths decoders disagree about which value is meant to be transparent
    see_through = header[8] == 8 or header[9] == _PALETTE
    wanted = _NEEDED | ({b"tRNS"} if see_through else set())
    for _ in range(MOST_PARTS):
        if at + 12 > len(data):
            break
        (length,) = struct.unpack_from(">I", data, at)
        end = at + 12 + length
        name = data[at + 4 : at + 8]
        if end > len(data):
            break
        if name in wanted:
            if struct.unpack_from(">I", data, end - 4)[0] != zlib.crc32(data[at + 4 : end - 4]):
                break
            kept.append(data[at:end])
        elif name == b"eXIf":
            held = orientation(data[at + 8 : end - 4])
        if name == b"IEND":
            return Still("PNG", b"".join(kept), held)
        at = end
    raise broken("PNG")
