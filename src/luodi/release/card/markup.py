"""HTML and SVG as text that cannot be broken out of: what is not ``Markup`` is escaped."""

from __future__ import annotations

import re
from html import escape

VOID = frozenset(
    {"meta", "link", "br", "hr", "img", "line", "rect", "circle", "path", "polyline", "polygon"}
)
# Control characters are not allowed in HTML; the two bidi families could reorder what is read.
_FORBIDDEN = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufffe\uffff]"
)
_BREAKS = re.compile(r"[\r\n\t\u2028\u2029]+")


class Markup(str):
    """Text that is HTML already, made by ``tag``, ``join`` or ``safe`` only."""

    __slots__ = ()


def clean(value: object) -> str:
    """The text of a value without control characters and lone surrogates."""
    text = str(value).encode("utf-8", "replace").decode("utf-8")
    return _FORBIDDEN.sub("�", text)


def safe(value: object) -> Markup:
    """A value as HTML: ``Markup`` as it is, anything else escaped.

    Example:
        >>> safe('<b>"')
        '&lt;b&gt;&quot;'
    """
    return value if isinstance(value, Markup) else Markup(escape(clean(value), quote=True))


def join(*children: object, between: str = "") -> Markup:
    """Children one after another; None and the empty string leave no trace."""
    return Markup(safe(between).join(safe(child) for child in children if child not in (None, "")))


def tag(element: str, *children: object, **attributes: object) -> Markup:
    """One element.

    Args:
        element: Its name, written by us.
        children: What it holds; escaped unless ``Markup``.
        attributes: ``class_`` becomes ``class`` and ``aria_label`` ``aria-label``; None and False
            leave the attribute out, True writes the bare name.

    Example:
        >>> tag("p", "1 < 2", class_="note")
        '<p class="note">1 &lt; 2</p>'
    """
    start = element + "".join(_attribute(name, value) for name, value in attributes.items())
    if element in VOID and not children:
        return Markup(
            f"<{start}>" if element in {"meta", "link", "br", "hr", "img"} else f"<{start}/>"
        )
    return Markup(f"<{start}>{join(*children)}</{element}>")


def _attribute(name: str, value: object) -> str:
    if value is None or value is False:
        return ""
    name = name.rstrip("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{safe(value)}"'


def one_line(text: object, limit: int = 80) -> str:
    """A foreign name on one line: breaks become ``↵``, what is too long loses its middle."""
    line = _BREAKS.sub("↵", clean(text))
    if len(line) <= limit:
        return line
    tail = limit // 4
    return f"{line[: limit - tail - 1]}…{line[-tail:]}"


def name(text: object, limit: int = 80) -> Markup:
    """A foreign name (of a column, a class), isolated from the writing direction around it."""
    shown, whole = one_line(text, limit), one_line(text, 600)
    return tag("bdi", shown, class_="name", title=whole if whole != shown else None)
