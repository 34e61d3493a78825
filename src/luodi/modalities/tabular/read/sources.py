"""What stands at an address: which format, how packed, and every reason why it cannot be read."""

from __future__ import annotations

import gzip
import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal, cast

from luodi.core.errors import LuodiError

Format = Literal["delimited", "parquet", "excel", "json", "lines", "sqlite", "postgresql"]

HEAD_BYTES = 262_144
_ZIP, _OLE, _GZIP = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\x1f\x8b"
_PACKED = {b"BZh": "bzip2", b"\xfd7zXZ\x00": "xz", b"\x28\xb5\x2f\xfd": "zstd", b"7z\xbc\xaf": "7z"}
_SPACING = (9, 10, 12, 13, 26, 27)  # tab, line ends, form feed, end of file, escape
_BOMS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True)
class Source:
    """An address that was looked at.

    Attributes:
        address: As the task gives it, or the path of the file.
        label: What to call it in messages: a file name without its folder, no password.
        format: What it holds, by its content; the name of the file decides only between JSON forms.
        head: The first bytes, unpacked.
        packed: Whether it is a gzip file.
        bytes: Size on disk.
    """

    address: str
    label: str
    format: Format
    head: bytes = b""
    packed: bool = False
    bytes: int = 0

    @property
    def path(self) -> Path:
        """The file."""
        return Path(self.address)


def identify(address: str | Path) -> Source:
    """Look at an address and say what it holds.

    Args:
        address: A file, ``sqlite:FILE`` or ``postgresql://…``.

    Returns:
        The source, with the first bytes of a file.

    Raises:
        LuodiError: ``read.not_found``, ``read.folder``, ``read.empty``, ``read.not_permitted``,
            ``read.binary``, ``read.packed``, ``read.unreadable``.
    """
    text = str(address)
    if text.startswith("sqlite:"):
        name = text.removeprefix("sqlite:").removeprefix("//")
        return Source(text, f"sqlite:{Path(name).name}", "sqlite")
    if text.startswith(("postgresql://", "postgres://")):
        return Source(text, _without_secrets(text), "postgresql")
    path = Path(address)
    with explained(path):
        if path.is_dir():
            raise LuodiError("read.folder", source=path.name or text)
        size = path.stat().st_size
        with path.open("rb") as file:
            start = file.read(8)
        packed = start.startswith(_GZIP)
        with opened(path, packed) as file:
            head = file.read(HEAD_BYTES)
    if not head.strip(b"\x00 \t\r\n") or head in _BOMS:
        raise LuodiError("read.empty", source=path.name)
    held = _format(path, head)
    if packed and held in ("parquet", "excel"):
        raise LuodiError("read.packed", source=path.name, kind="gzip")
    return Source(text, path.name, held, head, packed, size)


@contextmanager
def opened(path: Path, packed: bool) -> Iterator[BinaryIO]:
    """A file's bytes as a stream, unpacked."""
    with path.open("rb") as file:
        yield cast("BinaryIO", gzip.GzipFile(fileobj=file)) if packed else file


def content(source: Source) -> bytes:
    """All bytes of a file, unpacked."""
    with explained(source.path), opened(source.path, source.packed) as file:
        return file.read()


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn what the operating system says about a file into an error of ours."""
    name = path.name or str(path)
    try:
        yield
    except FileNotFoundError:
        raise LuodiError("read.not_found", source=str(path), nearest=_neighbour(path)) from None
    except NotADirectoryError:
        raise LuodiError("read.not_found", source=str(path), nearest="-") from None
    except PermissionError:
        raise LuodiError("read.not_permitted", source=name) from None
    except (EOFError, zlib.error, OSError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise LuodiError("read.unreadable", source=name, reason=reason) from None


def _neighbour(path: Path) -> str:
    """The file beside it whose name is nearest, for a typing error."""
    from difflib import get_close_matches

    try:
        names = os.listdir(path.parent)
    except OSError:
        return "-"
    return next(iter(get_close_matches(path.name, names, 1, 0.5)), "-")


def _format(path: Path, head: bytes) -> Format:
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(_OLE) or head.startswith(_ZIP) and b"[Content_Types].xml" in head:
        return "excel"
    if head.startswith(b"SQLite format 3\x00"):
        raise LuodiError("read.needs_query", source=path.name)
    _refuse_packed(path, head)
    if not looks_like_text(head):
        raise LuodiError("read.binary", source=path.name)
    return _json_form(path, head) or "delimited"


def _refuse_packed(path: Path, head: bytes) -> None:
    for magic, kind in {**_PACKED, _ZIP: "zip", _GZIP: "gzip, twice"}.items():
        if head.startswith(magic):
            raise LuodiError("read.packed", source=path.name, kind=kind)


def looks_like_text(head: bytes) -> bool:
    """Whether bytes can be text: no NUL unless UTF-16, hardly any control characters."""
    if head.startswith(_BOMS):
        return True
    if b"\x00" in head:
        return utf16(head) is not None
    control = sum(head.count(bytes([code])) for code in range(32) if code not in _SPACING)
    return control <= len(head) * 0.01


def utf16(head: bytes) -> str | None:
    """The byte order of UTF-16 without a mark, told from where its zero bytes stand."""
    even, odd = head[0::2], head[1::2]
    zeros_even, zeros_odd = even.count(0) / max(1, len(even)), odd.count(0) / max(1, len(odd))
    if zeros_odd > 0.2 and zeros_even < 0.05:
        return "utf-16-le"
    return "utf-16-be" if zeros_even > 0.2 and zeros_odd < 0.05 else None


def _json_form(path: Path, head: bytes) -> Format | None:
    names = {suffix.lower() for suffix in path.suffixes[-2:]}
    start = head.removeprefix(_BOMS[0]).lstrip()
    if names & {".jsonl", ".ndjson"}:
        return "lines"
    if start.startswith(b"[") and (".json" in names or start[1:].lstrip().startswith(b"{")):
        return "json"
    if start.startswith(b"{") and (".json" in names or start[1:].lstrip().startswith(b'"')):
        return "lines"
    return None


def _without_secrets(address: str) -> str:
    from urllib.parse import urlsplit

    parts = urlsplit(address)
    return f"postgresql://{parts.hostname or ''}{parts.path}"
