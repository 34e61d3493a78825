"""TIFF: the first image of a file, with the tags that decoding needs and no others."""

from __future__ import annotations

import struct

from luodi.modalities.image.codec import directory
from luodi.modalities.image.codec.directory import Directory
from luodi.modalities.image.codec.limits import MOST_PIXELS, Refusal, allow, broken
from luodi.modalities.image.codec.still import Still

MOST_PIECES = 2**18
"""Strips or tiles of one image; a decoder keeps a note of each."""
COMPRESSIONS = {1, 2, 3, 4, 5, 7, 8, 32773, 32946}
"""None, fax, LZW, JPEG, deflate and PackBits; others would reach decoders that are not listed."""
_WIDTH, _HEIGHT, _BITS, _COMPRESSION, _PHOTOMETRIC = 256, 257, 258, 259, 262
_STRIPS, _STRIP_SIZES, _TILES, _TILE_SIZES = 273, 279, 324, 325
_SAMPLES, _TILE_WIDTH, _TILE_HEIGHT = 277, 322, 323
_NEEDED = {
    _WIDTH, _HEIGHT, _BITS, _COMPRESSION, _PHOTOMETRIC, 266, _STRIPS, _SAMPLES, 278,
    _STRIP_SIZES, 284, 292, 293, 317, 320, _TILE_WIDTH, _TILE_HEIGHT, _TILES, _TILE_SIZES, 338, 339,
    347, 529, 530, 531, 532,
}  # fmt: skip


def plain(data: bytes) -> Still:
    """The first image of a TIFF file (TIFF 6.0).

    A new directory at the end of the file takes the place of the first, so that nothing is led
    to previews, further images or tags which claim the same bytes many times over.

    Raises:
        Refusal: ``rows.image_broken``, ``rows.image_empty``, ``rows.image_pixels``,
            ``rows.image_format`` for a compression that is not on the list.
    """
    try:
        found = directory.read(data)
        _check(found, data)
        bits = found.number(data, _BITS, 1)
        white_is_zero = found.number(data, _PHOTOMETRIC, 1) == 0
        held = found.number(data, directory.ORIENTATION, 1)
    except (ValueError, struct.error):
        raise broken("TIFF") from None
    needed = [found.tags[number].raw for number in sorted(_NEEDED & found.tags.keys())]
    only = _with_only(needed, data, found.order)
    # of 32 bits, as of 16, those up to 65,535 are taken; the decoder leaves twelve as they are
    return Still("TIFF", only, held, 12 if bits == 12 else 16, white_is_zero)


def _check(found: Directory, data: bytes) -> None:
    """Refuse what would cost more than its bytes."""
    allow(found.number(data, _HEIGHT, 0), found.number(data, _WIDTH, 0))
    compression = found.number(data, _COMPRESSION, 1)
    if compression not in COMPRESSIONS:
        raise Refusal("rows.image_format", seen=f"TIFF, compression {compression}")
    needed = [tag for number, tag in found.tags.items() if number in _NEEDED]
    if sum(tag.size for tag in needed) > len(data):
        raise ValueError
    if any(found.tags[n].values > MOST_PIECES for n in (_STRIPS, _TILES) if n in found.tags):
        raise ValueError
    _check_room(found, data, compression == 1)
    tile = found.number(data, _TILE_WIDTH, 1) * found.number(data, _TILE_HEIGHT, 1)
    if tile > MOST_PIXELS:
        raise ValueError


def _check_room(found: Directory, data: bytes, raw: bool) -> None:
    """Refuse strips or tiles that end after the file, or that hold fewer pixels than are told."""
    starts, sizes = (_TILES, _TILE_SIZES) if _TILES in found.tags else (_STRIPS, _STRIP_SIZES)
    begin, length = found.numbers(data, starts), found.numbers(data, sizes)
    if begin.size != length.size or not begin.size or (begin + length).max() > len(data):
        raise ValueError
    width, height = found.number(data, _WIDTH, 0), found.number(data, _HEIGHT, 0)
    bits = found.number(data, _BITS, 1) * found.number(data, _SAMPLES, 1)
    if raw and width * height * bits // 8 > length.sum():
        raise ValueError


def _with_only(needed: list[bytes], data: bytes, order: str) -> bytes:
    start = struct.pack(f"{order}I", len(data) + len(data) % 2)
    count, none_after = struct.pack(f"{order}H", len(needed)), bytes(4)
    pieces = [data[:4], start, data[8:], bytes(len(data) % 2), count, *needed, none_after]
    return b"".join(pieces)
