"""The card's words in one language, as plain text or as HTML with the facts escaped."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from luodi.core import words
from luodi.core.errors import LuodiError
from luodi.core.words import Language
from luodi.release.card.markup import Markup, one_line, safe


@dataclass(frozen=True, slots=True)
class Voice:
    """One language that the card speaks; its texts stand in ``core/words/card.toml``.

    Example:
        >>> Voice("en")("section.data"), Voice("zh")("section.data")
        ('Data', '数据')
    """

    lang: Language

    def __call__(self, path: str, **facts: object) -> str:
        """A text with its facts filled in."""
        return self._text(path).format_map(facts)

    def html(self, path: str, **facts: object) -> Markup:
        """A text as HTML; facts that are not markup are escaped."""
        return Markup(
            str(safe(self._text(path))).format_map({k: safe(v) for k, v in facts.items()})
        )

    def knows(self, path: str) -> bool:
        """Whether there is such a text."""
        group, _, name = path.partition(".")
        return name in words.room("card").get(group, {})

    def term(self, group: str, name: object, fallback: object = None) -> str:
        """The word for one of the field's terms, or the term itself where there is none."""
        path = f"{group}.{name}"
        return self._text(path) if self.knows(path) else str(name if fallback is None else fallback)

    def told(self, texts: Mapping[str, Any] | None) -> str:
        """What was seen and what would help, of a finding that carries both languages."""
        spoken = (texts or {}).get(self.lang) or {}
        parts = [one_line(spoken[part], 800) for part in ("seen", "remedy") if spoken.get(part)]
        return ("" if self.lang == "zh" else " ").join(parts)

    def _text(self, path: str) -> str:
        group, _, name = path.partition(".")
        return str(words.room("card")[group][name][self.lang])


@contextmanager
def readable() -> Iterator[None]:
    """Turn what a malformed card provokes into an error that says so.

    A card may come from a file that somebody else made, so its shape is not to be relied on.
    """
    try:
        yield
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
        raise LuodiError("card.unreadable", reason=repr(error)[:200]) from None
