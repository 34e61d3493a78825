"""The file format of a release: one uncompressed zip that can be written in only one way.

Any zip tool can list and unpack a release. Reading goes the other way round: whatever the file
claims, its members are taken in the fixed order, the archive that must surround them is built
again, and every byte has to be the same. So there is no second name table to disagree with the
first, no overlap, no gap, no comment, no link, no flag and nothing after the end. Nothing is
ever extracted.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping
from typing import Any

from luodi.core.errors import LuodiError
from luodi.core.manifest import MEMBERS

# APPNOTE.TXT 6.3: local file header (4.3.7), central directory header (4.3.12), end (4.3.16).
_LOCAL = struct.Struct("<4s5H3I2H")
_CENTRAL = struct.Struct("<4s6H3I5H2I")
_END = struct.Struct("<4s4H2IH")
_LOCAL_FIELDS = [
    "signature",
    "version",
    "flags",
    "compression",
    "time",
    "date",
    "crc32",
    "compressed_size",
    "size",
    "name_length",
    "extra_length",
    "name",
]
_TEN = 10  # version 1.0: stored files
_DAY = 0x0021  # 1980-01-01, the first day that zip knows


def encode(members: Mapping[str, bytes]) -> bytes:
    """The release file of these members; the same members always give the same bytes.

    Args:
        members: Content of every member by its name.
    """
    parts = []
    for name in MEMBERS:
        data = members[name]
        parts += [_local(name, zlib.crc32(data), len(data)), data]
    entries = [(name, zlib.crc32(members[name]), len(members[name])) for name in MEMBERS]
    return b"".join([*parts, *_directory(entries)])


def decode(data: bytes) -> dict[str, bytes]:
    """The members of a release file.

    Raises:
        LuodiError: ``release.not_a_release``, ``release.truncated``, ``release.container`` or
            ``release.damaged``.
    """
    if data[:4] != b"PK\x03\x04":
        raise LuodiError("release.not_a_release")
    members, entries, at = {}, [], 0
    for name in MEMBERS:
        crc, size, start = _header(data, at, name)
        at = start + size
        if at > len(data):
            raise LuodiError("release.truncated", member=name)
        members[name] = data[start:at]
        entries.append((name, crc, size))
    _same_directory(data[at : at + 64 * 2**10], entries, len(data) - at)
    for name, crc, _ in entries:
        if zlib.crc32(members[name]) != crc:
            raise LuodiError("release.damaged", member=name)
    return members


def _header(data: bytes, at: int, name: str) -> tuple[int, int, int]:
    """Checksum, size and start of the member whose local header stands at ``at``."""
    end = at + _LOCAL.size + len(name)
    if end > len(data):
        raise LuodiError("release.truncated", member=name)
    seen = (*_LOCAL.unpack_from(data, at), data[at + _LOCAL.size : end])
    crc, size = seen[6], seen[8]
    local = _local(name, crc, size)
    wanted = (*_LOCAL.unpack_from(local), local[_LOCAL.size :])
    for field, saw, want in zip(_LOCAL_FIELDS, seen, wanted, strict=True):
        if saw != want:
            raise _differs(name, field, saw, want)
    return crc, size, end


def _same_directory(seen: bytes, entries: list[tuple[str, int, int]], length: int) -> None:
    """Compare what follows the last member with the only directory that may stand there."""
    wanted = _directory(entries)
    at = 0
    for name, part in zip([*MEMBERS, "end"], wanted, strict=True):
        if len(seen) < at + len(part):
            raise LuodiError("release.truncated", member=name)
        if seen[at : at + len(part)] != part:
            raise _differs(name, "directory", seen[at : at + 4], part[:4])
        at += len(part)
    if length != at:
        raise _differs("end", "length", length, at)


def _local(name: str, crc: int, size: int) -> bytes:
    fixed = _LOCAL.pack(b"PK\x03\x04", _TEN, 0, 0, 0, _DAY, crc, size, size, len(name), 0)
    return fixed + name.encode("ascii")


def _directory(entries: list[tuple[str, int, int]]) -> list[bytes]:
    """The central directory, one part a member, and the end record."""
    parts, offset = [], 0
    for name, crc, size in entries:
        fixed = _CENTRAL.pack(
            b"PK\x01\x02",
            _TEN,
            _TEN,
            0,
            0,
            0,
            _DAY,
            crc,
            size,
            size,
            len(name),
            0,
            0,
            0,
            0,
            0,
            offset,
        )
        parts.append(fixed + name.encode("ascii"))
        offset += _LOCAL.size + len(name) + size
    length = sum(map(len, parts))
    return [*parts, _END.pack(b"PK\x05\x06", 0, 0, len(parts), len(parts), length, offset, 0)]


def _differs(where: str, field: str, seen: Any, wanted: Any) -> LuodiError:
    said = ascii(seen)[:40]
    return LuodiError(
        "release.container", where=where, field=field, seen=said, wanted=ascii(wanted)
    )
