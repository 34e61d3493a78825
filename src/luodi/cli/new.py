"""``luodi new``: a commented task file, written from a look at the data."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

from typer import Argument, Option

from luodi.cli.options import ColumnNames, Json, Language, NoHeader, Query, header_of
from luodi.cli.outcome import verb
from luodi.cli.speech import SHARED, answer_json, phrase, say
from luodi.core.errors import LuodiError


class Kind(StrEnum):
    """The kinds of data."""

    image = "image"
    tabular = "tabular"


TASK = Path("task.yaml")
SCHEMA = Path("luodi-task.schema.json")


@verb
def new(
    name: Annotated[str, Argument(help="Name of the task: lower-case letters, digits, hyphens.")],
    source: Annotated[
        str,
        Option("--from", metavar="DATA", help="A data file, a folder of images, or a database."),
    ],
    target: Annotated[
        str | None,
        Option("--target", metavar="COLUMN", help="The column to predict; not for folders."),
    ] = None,
    kind: Annotated[
        Kind | None, Option("--modality", help="The kind of data; found by a look when not given.")
    ] = None,
    query: Query = None,
    names: ColumnNames = None,
    no_header: NoHeader = False,
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
        header = header_of(names, no_header)
        text = loop.new(
            name, source, target, kind=kind, query=query, header=header, listener=listener
        )
    disk.put(TASK, text.encode(), mode=SHARED)
    disk.put(SCHEMA, schema_bytes(), mode=SHARED)
    if as_json:
        answer_json({"path": str(TASK), "schema": str(SCHEMA), "task": text})
    say(phrase("new_done", path=TASK))
    return 0
