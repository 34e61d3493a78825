"""Where words go: data to stdout, talk to stderr, both in the language that was asked for."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from luodi.core import words

# Permissions of a file that a person asked for; the umask narrows them.
SHARED = 0o666


@contextmanager
def speaking(lang: str | None) -> Iterator[None]:
    """Speak a language while a verb runs, also where a room below asks for it."""
    before = os.environ.get("LUODI_LANG")
    if lang:
        os.environ["LUODI_LANG"] = str(lang)
    try:
        yield
    finally:
        if before is None:
            os.environ.pop("LUODI_LANG", None)
        else:
            os.environ["LUODI_LANG"] = before


def phrase(name: str, **facts: Any) -> str:
    """A phrase of the command line in the language spoken now."""
    texts = words.room("cli")["phrases"][name]
    return str(texts[words.language()]).format_map(facts)


def say(text: str = "") -> None:
    """Tell a person something: one line on stderr."""
    print(text, file=sys.stderr, flush=True)


def answer(text: str) -> None:
    """Give data: text on stdout, with one line break at its end."""
    sys.stdout.write(text if text.endswith("\n") else text + "\n")
    sys.stdout.flush()


def answer_json(data: Any) -> None:
    """Give data as JSON on stdout; a number that JSON cannot hold becomes null."""
    answer(json.dumps(_plain(data), ensure_ascii=False, indent=2, allow_nan=False))


def _plain(data: Any) -> Any:
    """Only what JSON holds: mappings, lists, text, finite numbers."""
    if isinstance(data, dict) or hasattr(data, "items"):
        return {str(key): _plain(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [_plain(value) for value in data]
    if isinstance(data, float):
        return data if data == data and abs(data) != float("inf") else None
    if data is None or isinstance(data, str | int | bool):
        return data
    return _plain(data.item()) if hasattr(data, "item") else str(data)
