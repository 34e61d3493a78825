"""Text in a terminal's cells: Chinese characters take two, combining marks none."""

from __future__ import annotations

import re
from html import unescape
from unicodedata import combining, east_asian_width

from luodi.release.card.markup import one_line

_TAGS = re.compile(r"<[^>]*>")
# A line may be broken after a blank and between wide characters, but not before a closing mark
# nor after an opening one.
_OPEN, _CLOSE = "（“‘《【", "，。；：、！？）”’》】"
_WIDE = "\u2e80-\u9fff\uff00-\uffef"
_PIECES = re.compile(rf"[{_OPEN}]*(?:[^\s{_WIDE}{_OPEN}{_CLOSE}]+|[{_WIDE}])?[{_CLOSE}]*\s*")


def width(text: str) -> int:
    """How many cells a text takes.

    Example:
        >>> width("abc"), width("落地")
        (3, 4)
    """
    return sum(0 if combining(c) else 2 if east_asian_width(c) in "WF" else 1 for c in text)


def fitted(text: object, cells: int) -> str:
    """A text on one line in so many cells, cut with an ellipsis."""
    line = one_line(text, 10_000)
    if width(line) <= cells:
        return line
    while line and width(line) > cells - 1:
        line = line[:-1]
    return line + "…"


def padded(text: object, cells: int) -> str:
    """A text in exactly so many cells: to the left, or to the right for a negative number."""
    line = fitted(text, abs(cells))
    air = " " * (abs(cells) - width(line))
    return line + air if cells > 0 else air + line


def plain(markup: str) -> str:
    """What a piece of our own HTML says, without its tags, on one line."""
    return one_line(unescape(_TAGS.sub("", markup)), 10_000)


def paragraph(text: str, cells: int, indent: str = "", first: str | None = None) -> list[str]:
    """Lines of at most so many cells.

    Args:
        text: What to break.
        cells: The widest line.
        indent: Before every line.
        first: Before the first line instead of ``indent``.
    """
    lines: list[str] = []
    line = begin = indent if first is None else first
    for piece in filter(None, _PIECES.findall(text)):
        if line != begin and width(line + piece.rstrip()) > cells:
            lines.append(line.rstrip())
            line = begin = indent
        *full, line = _cut(line + piece, cells, indent)
        lines += full
    return [*lines, line.rstrip()] if line.strip() else lines


def _cut(line: str, cells: int, indent: str) -> list[str]:
    """A line in parts that fit, where one word alone is too wide."""
    parts = []
    while width(line.rstrip()) > cells:
        end = len(line)
        while width(line[:end]) > cells:
            end -= 1
        parts.append(line[:end])
        line = indent + line[end:]
    return [*parts, line]
