"""The bytes of one file in a zip file, read where it lies."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from luodi.core.errors import LuodiError
from luodi.modalities.image.read.archive import Entry
from luodi.modalities.image.read.notes import shown

_HEADER = 30


@dataclass(frozen=True, slots=True)
class Packed:
    """The files in a zip file, whose directory was proven.

    Attributes:
        path: The zip file.
    """

    path: Path

    def load(self, place: Entry) -> bytes:
        """The bytes of a file; memory is taken for what its directory says, never for more.

        Raises:
            LuodiError: ``read.image_changed`` when they are not what the directory says.
        """
        try:
            with self.path.open("rb") as file:
                data = _unpacked(_taken(file, place), place)
        except (OSError, zlib.error, struct.error):
            data = None
        if data is None or len(data) != place.size or zlib.crc32(data) != place.crc:
            facts = {"name": shown(place.name), "source": self.path.name}
            raise LuodiError("read.image_changed", **facts)
        return data


def _taken(file: BinaryIO, entry: Entry) -> bytes:
    """The bytes as they lie there, which must end before the next entry begins."""
    file.seek(entry.start)
    header = file.read(_HEADER)
    mark, name, extra = struct.unpack("<4s22xHH", header)
    begin = entry.start + _HEADER + name + extra
    if mark != b"PK\3\4" or name != entry.raw or begin + entry.packed > entry.end:
        raise zlib.error("the header of the entry contradicts the directory")
    file.seek(begin)
    return file.read(entry.packed)


def _unpacked(data: bytes, entry: Entry) -> bytes:
    if not entry.deflated:
        return data
    return zlib.decompressobj(-15).decompress(data, entry.size + 1)
