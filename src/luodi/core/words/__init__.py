"""Texts of errors, warnings and findings, in English and Chinese, one TOML file a room.

A code such as ``read.empty`` lives in ``read.toml`` under ``[empty]``. Each entry gives
``seen``, ``wanted`` and ``remedy`` in both languages; ``{fields}`` are filled with the facts
of the case. Files are read when a text is needed, never at import.
"""

from __future__ import annotations

import os
from functools import cache
from typing import Any, Literal

Language = Literal["en", "zh"]
PARTS = ("seen", "wanted", "remedy")


@cache
def room(name: str) -> dict[str, dict[str, Any]]:
    """All texts of one room, by code without the room's prefix."""
    # only a process that has something to say pays for these
    import tomllib
    from importlib.resources import files

    return tomllib.loads(files(__name__).joinpath(f"{name}.toml").read_text(encoding="utf-8"))


def entry(code: str) -> dict[str, Any]:
    """The entry of one code.

    Raises:
        KeyError: the code has no text; a programming error, caught by the tests.
    """
    prefix, _, rest = code.partition(".")
    return room(prefix)[rest]


def language(wanted: str | None = None) -> Language:
    """The language to speak: as asked, else ``LUODI_LANG``, else English."""
    return "zh" if (wanted or os.environ.get("LUODI_LANG", "en")).lower().startswith("zh") else "en"


def part(code: str, name: str, lang: Language, facts: dict[str, Any]) -> str:
    """One part (``seen``, ``wanted`` or ``remedy``) of a code's text with its facts filled in."""
    texts = entry(code).get(name)
    return str(texts[lang]).format_map(facts) if texts else ""
