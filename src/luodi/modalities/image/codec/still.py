"""A file with nothing left in it but one still image, as far as that goes without decoding."""

from __future__ import annotations

from typing import NamedTuple


class Still(NamedTuple):
    """One image of a file.

    Only what decoding needs is left in the bytes: what else a file may carry (previews, texts,
    colour profiles, more images) is where decoders were led astray, and nobody looks at it.

    Attributes:
        kind: ``JPEG``, ``PNG``, ``BMP`` or ``TIFF``.
        data: The bytes.
        orientation: How the camera was held, 1 to 8 as in Exif.
        bits: Bits of a value, where there are more than eight.
        white_is_zero: Whether the lowest value is white and the decoder does not turn it.
    """

    kind: str
    data: bytes
    orientation: int = 1
    bits: int = 16
    white_is_zero: bool = False
