"""Text of a record that stands for an image: base64, also as a data URL, and never a path."""

from __future__ import annotations

import binascii

from luodi.core.text import base64_bytes
from luodi.modalities.image.codec.limits import MOST_BYTES, Refusal

_HEAD = 256
_WHITE = " \t\r\n"


def to_bytes(text: str) -> bytes:
    """The bytes that a text stands for.

    Args:
        text: Base64 (RFC 4648, section 4), with or without line breaks, or a ``data:`` URL
            (RFC 2397) that holds it. The type that such a URL claims is not looked at.

    Raises:
        Refusal: ``rows.image_text``, ``rows.image_bytes``.
    """
    most = 2 * MOST_BYTES  # base64 takes four thirds, and some more for line breaks
    if len(text) > most:
        raise Refusal("rows.image_bytes", size_mb=_megabytes(len(text)), most_mb=MOST_BYTES >> 20)
    text = text.strip()
    if text[:5].lower() == "data:":
        head, comma, _ = text[:_HEAD].partition(",")
        if not comma or not head.lower().endswith(";base64"):
            raise Refusal("rows.image_text")
        text = text[len(head) + 1 :]
    try:
        for space in _WHITE:
            text = text.replace(space, "")  # where there is none, nothing is copied
        return base64_bytes(text)
    except (binascii.Error, ValueError):
        raise Refusal("rows.image_text") from None


def _megabytes(size: int) -> int:
    return -(-size // 2**20)
