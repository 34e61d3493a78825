"""``luodi new``: a commented task file, written from a look at the data."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Annotated

from typer import Argument, Option

from luodi.cli.options import Json, Language
from luodi.cli.outcome import verb
from luodi.cli.speech import SHARED, answer_json, phrase, say
from luodi.core.errors import LuodiError

TASK = Path("task.yaml")
SCHEMA = Path("luodi-task.schema.json")


@verb
def new(
    name: Annotated[str, Argument(help="Name of the task: lower-case letters, digits, hyphens.")],
    source: Annotated[
        str, Option("--from", metavar="DATA", help="A data file, or a database address.")
    ],
    target: Annotated[str, Option("--target", metavar="COLUMN", help="The column to predict.")],
    query: Annotated[
        str | None, Option("--query", metavar="SQL", help="The query, for a database address.")
    ] = None,
    names: Annotated[
        str | None,
        Option("--names", metavar="A,B,…", help="Column names, for a file without a header line."),
    ] = None,
    no_header: Annotated[
        bool, Option("--no-header", help="The first line is a record; columns get numbers.")
    ] = False,
    force: Annotated[bool, Option("--force", help="Replace a task.yaml that is there.")] = False,
    as_json: Json = False,
    lang: Language = None,
) -> int:
    """Write a commented task.yaml from a look at the data."""
    from luodi import loop
    from luodi.cli.leaderboard import watching
    from luodi.cli.schema import schema_bytes
    from luodi.store import disk

    if TASK.exists() and not force:
        raise LuodiError("cli.exists", path=str(TASK))
    with watching() as listener:
        header = next(csv.reader([names])) if names else not no_header
        text = loop.new(name, source, target, query=query, header=header, listener=listener)
    disk.put(TASK, text.encode(), mode=SHARED)
    disk.put(SCHEMA, schema_bytes(), mode=SHARED)
    if as_json:
        answer_json({"path": str(TASK), "schema": str(SCHEMA), "task": text})
    say(phrase("new_done", path=TASK))
    return 0
