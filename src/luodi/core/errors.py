"""Errors as part of the interface: a stable code, what was seen, what was wanted, what to do."""

from __future__ import annotations

from enum import IntEnum
from typing import Any

from luodi.core import words


class Exit(IntEnum):
    """Exit status of the command line, the same for every verb."""

    DONE = 0
    GATE_FAILED = 1
    USAGE = 2
    DATA = 3
    ENVIRONMENT = 4


class LuodiError(Exception):
    """Any failure that a user can do something about.

    Args:
        code: A stable code such as ``read.empty``; its text stands in ``core/words/``.
        facts: What was seen, by the names that the text uses.

    Example:
        >>> error = LuodiError("read.empty", source="a.csv")
        >>> error.code, error.exit.name
        ('read.empty', 'DATA')
    """

    def __init__(self, code: str, **facts: Any) -> None:
        super().__init__(code, facts)
        self.code = code
        self.facts = facts

    @property
    def exit(self) -> Exit:
        """The exit status that belongs to this code."""
        return Exit(words.entry(self.code)["exit"])

    def text(self, lang: str | None = None) -> str:
        """Seen, wanted and remedy in one paragraph, in English or Chinese."""
        spoken = words.language(lang)
        said = (words.part(self.code, name, spoken, self.facts) for name in words.PARTS)
        return ("" if spoken == "zh" else " ").join(part for part in said if part)

    def record(self, lang: str | None = None) -> dict[str, Any]:
        """The error as JSON data: code, exit status and the three parts."""
        spoken = words.language(lang)
        parts = {name: words.part(self.code, name, spoken, self.facts) for name in words.PARTS}
        return {"code": self.code, "exit": int(self.exit), **parts}

    def __str__(self) -> str:
        return f"{self.code}: {self.text()}"


def needs(package: str, extra: str) -> LuodiError:
    """The error for an optional package that is not installed."""
    return LuodiError("environment.missing_package", package=package, extra=extra)
