"""A fingerprint of images that no folder, packing or order of a file system changes."""

from __future__ import annotations

import hashlib
import json
import unicodedata

import numpy as np

from luodi.modalities.image.read.value import Pictures


class Fingerprint:
    """A digest in the making: one image after the other, in their order.

    Args:
        pictures: The images.
    """

    def __init__(self, pictures: Pictures) -> None:
        self._pictures = pictures
        self._found = hashlib.sha256()
        beside = pictures.table.columns if pictures.table is not None else []
        self._found.update(_line([pictures.labels, len(pictures), beside]))

    def add(self, number: int, held: bytes | np.ndarray) -> None:
        """Count an image in.

        Args:
            number: Its number.
            held: What was loaded of it.
        """
        row, table = self._pictures.rows[number], self._pictures.table
        values = [] if table is None else list(map(_text, table.row(number)))
        key = unicodedata.normalize("NFC", row.key)
        self._found.update(_line([key, row.label, row.part, values, _content(held)]))

    def text(self) -> str:
        """``sha256:…`` of all that were counted in."""
        return f"sha256:{self._found.hexdigest()}"


def digest(pictures: Pictures) -> str:
    """``sha256:…`` over names, labels, parts, other columns and bytes, one image at a time.

    The same files give the same in a folder and in a zip file.

    Raises:
        LuodiError: ``read.image_changed``.
    """
    mark = Fingerprint(pictures)
    for number in range(len(pictures)):
        mark.add(number, pictures.load(number))
    return mark.text()


def _line(values: list[object]) -> bytes:
    return json.dumps(values).encode() + b"\n"


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _content(held: bytes | np.ndarray) -> str:
    if isinstance(held, bytes):
        return hashlib.sha256(held).hexdigest()
    plain = np.ascontiguousarray(held, held.dtype.newbyteorder("<"))
    head = f"{plain.shape} {plain.dtype.str} ".encode()
    return hashlib.sha256(head + plain.tobytes()).hexdigest()
