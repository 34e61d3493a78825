"""How much an image may be, and how it is said that one is refused."""

from __future__ import annotations

from typing import Any

MOST_BYTES = 64 * 2**20
"""Bytes of one image as a file."""
MOST_PIXELS = 2**25
"""Pixels of one image, about 33 million; checked before any of them is decoded."""
MOST_TOGETHER = 2**27
"""Pixels of the images that are laid out together."""
MOST_AT_ONCE = 2**24
"""Pixels of the images of a part, about: one image may have more. Two parts are in memory at a
time, and the smaller they are, the more of one is decoded while another runs."""
MOST_PARTS = 2**16
"""Segments or chunks of one file; each takes time, however few bytes it has."""
MOST_READS = 2**19
"""Elements of a DICOM file, about; those of sequences count as well."""
BAND = 2**20
"""Pixels that are converted at a time, so that what lies between needs little memory."""


class Refusal(Exception):
    """An image that cannot be read; whoever knows its column and row makes an error of it.

    Args:
        code: The code of the error.
        facts: What was seen, but for column and row.
    """

    def __init__(self, code: str, **facts: Any) -> None:
        super().__init__(code, facts)
        self.code = code
        self.facts = facts


def allow(height: int, width: int) -> None:
    """Refuse an image by its size alone.

    Raises:
        Refusal: ``rows.image_empty`` without a pixel, ``rows.image_pixels`` with too many.
    """
    if height < 1 or width < 1:
        raise Refusal("rows.image_empty")
    if height * width > MOST_PIXELS:
        size = f"{width} x {height}"
        raise Refusal("rows.image_pixels", size=size, most=MOST_PIXELS)


def broken(kind: str) -> Refusal:
    """The refusal of a file that is cut off, damaged or contradicts itself."""
    return Refusal("rows.image_broken", kind=kind)
