"""One way to write a value as text, shared by reader, training and runtime."""

from __future__ import annotations

import binascii
import unicodedata
from typing import Any

MISSING_WORDS = frozenset(
    {
        "", "?", "NA", "N/A", "n/a", "#N/A", "#NA", "<NA>", "NULL", "Null", "null", "None", "NaT",
        "\\N", "NaN", "nan", "NAN", "-nan", "-NaN",
    }
)  # fmt: skip
"""Words that mean "missing" in any column, in files and in records, once the text is canonical.

Letter case counts: ``none`` and ``na`` are left alone, for they are often real categories.
"""
_TRUTHS = {"True": "true", "TRUE": "true", "False": "false", "FALSE": "false"}


def canonical(value: Any) -> str:
    """The text of a category or a class label; missing is the empty string.

    Full-width letters and digits become plain ones (NFKC), outer white space goes, booleans are
    ``true`` and ``false`` also when they stand in text, and a number that is whole has no
    decimal point, so that CSV, Parquet and JSON of the same records give the same text.

    Example:
        >>> canonical(" Ａ１ "), canonical(3.0), canonical(True), canonical(None)
        ('A1', '3', 'true', '')
    """
    if isinstance(value, str):
        text = value if value.isascii() else unicodedata.normalize("NFKC", value)
        text = text.strip()
        return _TRUTHS.get(text, text)
    if value is None or value != value:
        return ""
    if isinstance(value, bool) or type(value).__name__ == "bool":
        return "true" if value else "false"
    if isinstance(value, float) or hasattr(value, "is_integer"):
        return str(int(value)) if float(value).is_integer() else repr(float(value))
    return str(value).strip()


PIECE = 3 * 2**18
"""Bytes that become text at a time: megabytes at once would keep every other thread waiting."""


def base64_text(data: bytes) -> str:
    """Bytes as base64 (RFC 4648, section 4).

    Example:
        >>> base64_text(b"abc")
        'YWJj'
    """
    pieces = (data[at : at + PIECE] for at in range(0, len(data), PIECE))
    return "".join(binascii.b2a_base64(piece, newline=False).decode() for piece in pieces)


def base64_bytes(text: str) -> bytes:
    """The bytes of base64 text.

    Raises:
        ValueError: the text is none, or holds more than base64.

    Example:
        >>> base64_bytes("YWJj")
        b'abc'
    """
    if "=" in text[:-2]:  # it would end there
        raise ValueError
    step = PIECE // 3 * 4
    pieces = (text[at : at + step] for at in range(0, len(text), step))
    return b"".join(binascii.a2b_base64(piece, strict_mode=True) for piece in pieces)
