"""Options that several verbs share, said once."""

from __future__ import annotations

import csv
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from typer import Argument, Option

from luodi.core.errors import LuodiError


class Lang(StrEnum):
    """The languages that luodi speaks."""

    en = "en"
    zh = "zh"


Json = Annotated[bool, Option("--json", help="Data as JSON on stdout; talk stays on stderr.")]
Language = Annotated[
    Lang | None, Option("--lang", help="Language of messages; LUODI_LANG when not given.")
]
TaskFile = Annotated[Path, Argument(metavar="TASK", help="The task file, YAML or JSON.")]
Release = Annotated[Path, Argument(metavar="RELEASE", help="A .luodi file.")]
Key = Annotated[
    Path | None,
    Option("--key", metavar="FILE", help="The public key that must have signed it."),
]
Home = Annotated[
    Path, Option("--home", metavar="FOLDER", help="The home that luodi init has made.")
]
Why = Annotated[str, Option("--reason", metavar="TEXT", help="Why; it is kept in the audit.")]
Query = Annotated[
    str | None, Option("--query", metavar="SQL", help="The query, for a database address.")
]
ColumnNames = Annotated[
    str | None,
    Option("--names", metavar="A,B,…", help="Column names, for a file without a header line."),
]
NoHeader = Annotated[
    bool, Option("--no-header", help="The first line is a record; columns get numbers.")
]


Window = Annotated[str, Option("--window", metavar="TIME", help="Length of a window, such as 1h.")]
LabelDelay = Annotated[
    str | None,
    Option("--label-delay", metavar="TIME", help="How long truths take; estimated by itself."),
]
_UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0}


def duration(text: str, option: str) -> float:
    """A duration such as ``90s``, ``15m``, ``1h`` or ``7d`` in seconds.

    Raises:
        LuodiError: ``alarm.every``.

    Example:
        >>> duration("7d", "--label-delay")
        604800.0
    """
    number, unit = text[:-1], text[-1:]
    try:
        seconds = float(number) * _UNITS[unit]
    except (ValueError, KeyError):
        seconds = 0.0
    if not 1.0 <= seconds <= 3650 * _UNITS["d"]:
        raise LuodiError("alarm.every", option=option, value=text[:40])
    return seconds


def header_of(names: str | None, no_header: bool) -> bool | list[str]:
    """What ``data.header`` would be: whether the first line holds names, or the names.

    Raises:
        LuodiError: ``cli.names`` when the names cannot be read, or both are given.
    """
    if names is None:
        return not no_header
    try:
        listed = [name.strip() for name in next(csv.reader([names]), [])]
    except csv.Error:
        listed = []
    if no_header or not listed or not all(listed) or len(set(listed)) < len(listed):
        raise LuodiError("cli.names", names=names[:80])
    return listed
