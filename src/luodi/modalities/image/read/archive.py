"""A zip file that is never unpacked: its directory is proven before anything in it is believed."""

from __future__ import annotations

import stat
import struct
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from luodi.core.errors import LuodiError
from luodi.modalities.image.read.notes import shown
from luodi.modalities.image.read.value import MOST_PICTURES
from luodi.modalities.tabular.read.sources import explained

MOST_RATIO = 100
"""How many times larger a zip file may become in all, once it becomes larger than ``CALM``."""
CALM = 2**30
_MOST_DEFLATED = 1100  # deflate reaches 1032; what claims more lies
_MOST_DIRECTORY = 2**27
_TAIL = 22 + 65_535
_HEADER = 30
_UTF8 = 0x800
_ENCRYPTED = 0x1 | 0x40 | 0x2000


@dataclass(frozen=True, slots=True)
class Entry:
    """One file in a zip file.

    Attributes:
        name: Its name, with ``/`` between folders.
        start: Where its own header begins.
        end: Where the next one begins.
        packed: Bytes it takes.
        size: Bytes it has.
        deflated: Whether it is compressed.
        crc: Checksum of its bytes.
        raw: Length of its name in bytes.
    """

    name: str
    start: int
    end: int
    packed: int
    size: int
    deflated: bool
    crc: int
    raw: int


def entries(path: Path, calm: int = CALM) -> list[Entry]:
    """The files in a zip file, without links, in the order of its directory.

    Args:
        path: The zip file.
        calm: Bytes up to which the ratio does not count.

    Raises:
        LuodiError: ``read.image_zip_broken``, ``_encrypted``, ``_names``, ``_overlap``,
            ``_bomb``, ``_many``.
    """
    with explained(path), path.open("rb") as file:
        directory = _directory(file, path.name)
        try:
            with zipfile.ZipFile(file) as archive:
                infos, limit = archive.infolist(), archive.start_dir
        except (zipfile.BadZipFile, ValueError, struct.error, EOFError, NotImplementedError):
            raise LuodiError("read.image_zip_broken", source=path.name) from None
    if len(infos) > directory:
        raise LuodiError("read.image_zip_broken", source=path.name)
    _allow(infos, path.name)
    kept = _spread(infos, limit, path.name)
    total = sum(entry.size for entry in kept)
    if total > calm and total > MOST_RATIO * path.stat().st_size:
        raise LuodiError("read.image_zip_bomb", source=path.name, size_mb=total >> 20)
    return kept


def _directory(file: BinaryIO, source: str) -> int:
    """How many entries there can be, counted before objects are made of them."""
    end = file.seek(0, 2)
    tail_at = file.seek(max(0, end - _TAIL))
    tail = file.read(_TAIL)
    at = tail.rfind(b"PK\5\6")
    if at < 0 or at + 22 > len(tail):
        raise LuodiError("read.image_zip_broken", source=source)
    size = struct.unpack_from("<I", tail, at + 12)[0]
    if tail[at - 20 : at - 16] == b"PK\6\7" and at >= 76:
        size = struct.unpack_from("<Q", tail, at - 76 + 40)[0]
    if size > _MOST_DIRECTORY:
        raise LuodiError("read.image_zip_many", source=source, most=MOST_PICTURES)
    file.seek(max(0, tail_at + at - size - 76))
    count = file.read(size + 98).count(b"PK\1\2")
    if count > MOST_PICTURES:
        raise LuodiError("read.image_zip_many", source=source, most=MOST_PICTURES)
    return count


def _allow(infos: Sequence[zipfile.ZipInfo], source: str) -> None:
    seen: set[str] = set()
    for info in infos:
        name = _name(info)
        if info.flag_bits & _ENCRYPTED:
            raise LuodiError("read.image_zip_encrypted", source=source, name=shown(name))
        if not safe(name) or name in seen:
            raise LuodiError("read.image_zip_names", source=source, name=shown(name))
        if info.file_size > _MOST_DEFLATED * info.compress_size + 64:
            raise LuodiError("read.image_zip_broken", source=source)
        seen.add(name)


def safe(name: str) -> bool:
    """Whether a name with ``/`` between folders stays below where it begins."""
    parts = name.removesuffix("/").split("/")
    colon = len(parts[0]) > 1 and parts[0][1] == ":"
    plain = all(ord(sign) >= 32 and ord(sign) != 127 for sign in name)
    return plain and not colon and not {"", ".", ".."} & set(parts)


def _name(info: zipfile.ZipInfo) -> str:
    """The name as its writer meant it: some write ``\\``, and Chinese names without saying so."""
    name = info.orig_filename
    if not info.flag_bits & _UTF8 and not name.isascii():
        raw = name.encode("cp437")
        for encoding in ("utf-8", "gb18030"):
            try:
                name = raw.decode(encoding)
                break
            except UnicodeDecodeError:
                continue
    return name.replace("\\", "/")


def _spread(infos: Sequence[zipfile.ZipInfo], limit: int, source: str) -> list[Entry]:
    """The entries with where each must end; none may lie over another or over the directory."""
    ordered = sorted(infos, key=lambda info: info.header_offset)
    ends = [*(info.header_offset for info in ordered[1:]), limit]
    kept = []
    for info, end in zip(ordered, ends, strict=True):
        raw = len(info.orig_filename.encode("utf-8" if info.flag_bits & _UTF8 else "cp437"))
        if info.header_offset < 0 or info.header_offset + _HEADER + raw + info.compress_size > end:
            raise LuodiError("read.image_zip_overlap", source=source)
        if info.is_dir() or stat.S_ISLNK(info.external_attr >> 16):
            continue
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise LuodiError("read.image_zip_method", source=source, name=shown(_name(info)))
        deflated = info.compress_type == zipfile.ZIP_DEFLATED
        kept.append(_entry(info, end, deflated, raw))
    return kept


def _entry(info: zipfile.ZipInfo, end: int, deflated: bool, raw: int) -> Entry:
    packed, size = info.compress_size, info.file_size
    return Entry(_name(info), info.header_offset, end, packed, size, deflated, info.CRC, raw)
