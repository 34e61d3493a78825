"""From bytes of any common encoding to UTF-8, and what had to be guessed on the way."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from luodi.core.errors import LuodiError
from luodi.core.values import Finding
from luodi.modalities.tabular.read.sources import utf16

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CHINESE_PAIR = re.compile(rb"[\xa1-\xfe][\xa1-\xfe]")
_HIGH = re.compile(rb"[\x80-\xff]")
_HIGH_RUN = re.compile(rb"[\x80-\xff]+")
_SAMPLE_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Encoding:
    """How a text is encoded.

    Attributes:
        name: Python's name of the encoding.
        mark: Bytes that the byte-order mark takes.
        notes: A note where the encoding was guessed from the bytes alone.
    """

    name: str
    mark: int = 0
    notes: tuple[Finding, ...] = ()


def find(content: bytes, wanted: str | None, label: str) -> Encoding:
    """Find the encoding: by its mark, the task's word, as UTF-8 or UTF-16, else by a guess.

    Args:
        content: The bytes of a text file, or whole lines from its beginning.
        wanted: The encoding that the task names; None to find it.
        label: What to call the file in messages.

    Raises:
        LuodiError: ``read.undecodable``, ``read.unknown_encoding``.
    """
    for mark, name in _MARKS:
        if content.startswith(mark):
            return Encoding(name, len(mark))
    if wanted is not None:
        return Encoding(_known(wanted, label))
    wide = utf16(content[:_SAMPLE_BYTES]) if b"\x00" in content[:_SAMPLE_BYTES] else None
    if wide or is_utf8(content):
        return Encoding(wide or "utf-8")
    name = guess(content, label)
    evidence = {"source": label, "encoding": name}
    return Encoding(name, 0, (Finding("read.encoding", "note", None, evidence),))


def as_utf8(content: bytes, wanted: str | None, label: str) -> tuple[bytes, tuple[Finding, ...]]:
    """The same text in UTF-8, without a byte-order mark, and a note where its encoding was guessed.

    Raises:
        LuodiError: as ``find``.
    """
    found = find(content, wanted, label)
    content = content[found.mark :]
    if found.name == "utf-8" and is_utf8(content):
        return content, ()
    return _decoded(content, found.name, label).encode("utf-8"), found.notes


def is_utf8(content: bytes) -> bool:
    """Whether bytes are strict UTF-8."""
    return content.isascii() or _decodes(content, "utf-8")


def guess(content: bytes, label: str) -> str:
    """The likeliest encoding of text that is not UTF-8: GB18030 where it reads as Chinese.

    Raises:
        LuodiError: ``read.undecodable`` where the text is UTF-8 but for a few broken bytes.
    """
    _refuse_broken_utf8(content, label)
    if _reads_as_chinese(content):
        return "gb18030"
    if _reads_as_western(content):
        return "cp1252" if _decodes(content, "cp1252") else "latin-1"
    from charset_normalizer import from_bytes

    best = from_bytes(content[:_SAMPLE_BYTES]).best()
    return best.encoding if best and _decodes(content, best.encoding) else "latin-1"


def _known(name: str, label: str) -> str:
    try:
        return codecs.lookup(name).name
    except LookupError:
        raise LuodiError("read.unknown_encoding", source=label, encoding=name) from None


def _refuse_broken_utf8(content: bytes, label: str) -> None:
    """A UTF-8 file with a broken byte must not become a Latin-1 file full of nonsense."""
    text = content.decode("utf-8", errors="replace")
    broken = text.count("\ufffd")
    sound = sum(1 for _ in re.finditer(r"[^\x00-\x7f\ufffd]", text))
    if sound > 10 * broken:
        _decoded(content, "utf-8", label)


def _reads_as_chinese(content: bytes) -> bool:
    """Decodes as GB18030, and most high bytes stand in pairs, as in Chinese but not in French."""
    high = len(_HIGH.findall(content))
    paired = 2 * len(_CHINESE_PAIR.findall(content))
    return paired >= 0.6 * high and _decodes(content, "gb18030")


def _reads_as_western(content: bytes) -> bool:
    """Most high bytes stand alone, as accents among Latin letters do; Cyrillic fills words."""
    runs = _HIGH_RUN.findall(content)
    return sum(len(run) for run in runs if len(run) < 3) >= 0.8 * sum(map(len, runs))


def _decodes(content: bytes, encoding: str) -> bool:
    try:
        content.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return False
    return True


def _decoded(content: bytes, encoding: str, label: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        facts = {"encoding": encoding, "line": line, "byte": f"0x{content[error.start]:02x}"}
        raise LuodiError("read.undecodable", source=label, **facts) from None
