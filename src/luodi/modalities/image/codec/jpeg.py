"""JPEG: the segments that decoding needs, and how the camera was held."""

from __future__ import annotations

import re

from luodi.modalities.image.codec.directory import orientation
from luodi.modalities.image.codec.limits import MOST_PARTS, broken
from luodi.modalities.image.codec.still import Still

MOST_SCANS = 64
"""Scans of one image. Progressive ones have about ten; each costs as much as a whole image."""
_EXIF = b"Exif\0\0"
_START, _END, _SCAN, _APP0, _APP1, _ADOBE, _COMMENT = 0xD8, 0xD9, 0xDA, 0xE0, 0xE1, 0xEE, 0xFE
_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")


def plain(data: bytes) -> Still:
    """The image of a JPEG file (ITU-T T.81, annex B) without previews, profiles and comments.

    Raises:
        Refusal: ``rows.image_broken`` when it ends before its end marker, or has more than
            ``MOST_SCANS`` scans or ``MOST_PARTS`` segments.
    """
    kept, held, scans, at = [data[:2]], 1, 0, 2
    for _ in range(MOST_PARTS):
        found = _MARKER.search(data, at)
        if found is None:
            raise broken("JPEG")
        marker, begin = data[found.start() + 1], found.start()
        if scans:  # between the last segment and this marker lies what the scan holds
            kept.append(data[at:begin])
        if marker == _END:
            return Still("JPEG", b"".join([*kept, data[begin : begin + 2]]), held)
        end = begin + 2 + int.from_bytes(data[begin + 2 : begin + 4], "big")
        if marker == _START or end < begin + 4 or end > len(data):
            raise broken("JPEG")
        scans += marker == _SCAN
        if scans > MOST_SCANS:
            raise broken("JPEG")
        if marker == _APP1 and held == 1 and data[begin + 4 : begin + 10] == _EXIF:
            held = orientation(data[begin + 10 : end])
        if marker in (_APP0, _ADOBE) or not (_APP0 <= marker <= 0xEF or marker == _COMMENT):
            kept.append(data[begin:end])
        at = end
    raise broken("JPEG")
