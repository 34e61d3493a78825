"""The directory of tags that stands in TIFF files and in Exif; read, never trusted."""

from __future__ import annotations

import struct
from typing import NamedTuple

import numpy as np

ORIENTATION = 274
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
_LETTERS = {1: "u1", 3: "u2", 4: "u4"}


class Tag(NamedTuple):
    """One entry.

    Attributes:
        raw: Its twelve bytes.
        kind: Type of its values.
        values: How many there are.
    """

    raw: bytes
    kind: int
    values: int

    @property
    def size(self) -> int:
        """Bytes that its values take; none of a type that is not known."""
        return _SIZES.get(self.kind, 0) * self.values


class Directory(NamedTuple):
    """The first directory.

    Attributes:
        order: ``<`` or ``>``, as in ``struct``.
        tags: Entries by number.
    """

    order: str
    tags: dict[int, Tag]

    def numbers(self, data: bytes, tag: int) -> np.ndarray:
        """The values of a tag that holds whole numbers, int64; none when it is not there.

        Raises:
            ValueError: they are no whole numbers, or lie outside the file.
        """
        found = self.tags.get(tag)
        if found is None:
            return np.empty(0, np.int64)
        if found.kind not in _LETTERS:
            raise ValueError(tag)
        (start,) = struct.unpack(f"{self.order}I", found.raw[8:])
        where = found.raw[8:] if found.size <= 4 else data[start : start + found.size]
        kind = f"{self.order}{_LETTERS[found.kind]}"
        return np.frombuffer(where, kind, found.values).astype(np.int64)

    def number(self, data: bytes, tag: int, default: int) -> int:
        """The first value of a tag that holds whole numbers; ``default`` when there is none.

        Raises:
            ValueError: as ``numbers``.
        """
        found = self.numbers(data, tag)
        return int(found[0]) if found.size else default


def read(data: bytes) -> Directory:
    """The first directory of a TIFF file or an Exif block.

    Raises:
        ValueError: it is none.
        struct.error: it ends too early.
    """
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(data[:4])
    if order is None:
        raise ValueError(data[:4])
    (start,) = struct.unpack_from(f"{order}I", data, 4)
    (count,) = struct.unpack_from(f"{order}H", data, start)
    tags: dict[int, Tag] = {}
    for at in range(start + 2, start + 2 + 12 * count, 12):
        number, kind, values = struct.unpack_from(f"{order}HHI", data, at)
        # of two entries of the same number the first counts
        tags.setdefault(number, Tag(data[at : at + 12], kind, values))
    return Directory(order, tags)


def orientation(exif: bytes) -> int:
    """How the camera was held, 1 to 8; 1, upright, where Exif does not say it."""
    try:
        number = read(exif).number(exif, ORIENTATION, 1)
    except (ValueError, struct.error):
        return 1
    return number if 1 <= number <= 8 else 1
