"""``luodi export``: what the ledger holds, as a file that other tools read."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from typer import Argument, Option

from luodi.cli.options import Home, Json, Language
from luodi.cli.outcome import verb
from luodi.cli.speech import answer_json, phrase, say
from luodi.core.errors import LuodiError


class Part(StrEnum):
    """The parts of a ledger."""

    predictions = "predictions"
    outcomes = "outcomes"
    set_aside = "set-aside"
    corrected = "corrected"
    reviews = "reviews"
    alarms = "alarms"
    audit = "audit"
    history = "history"


@verb
def export(
    what: Annotated[Part, Argument(metavar="|".join(Part), help="Which part of the ledger.")],
    output: Annotated[
        Path, Option("--output", "-o", metavar="FILE", help="A .parquet, .csv or .jsonl file.")
    ],
    name: Annotated[str | None, Option("--name", metavar="NAME", help="Only of this task.")] = None,
    since: Annotated[
        str | None, Option("--since", metavar="MOMENT", help="From this ISO 8601 moment on, UTC.")
    ] = None,
    until: Annotated[
        str | None, Option("--until", metavar="MOMENT", help="Before this moment.")
    ] = None,
    home: Home = Path("."),
    as_json: Json = False,
    lang: Language = None,
) -> int:
    """Write a part of the ledger into a file, piece by piece."""
    from luodi.store import table
    from luodi.store.home import Home as Opened
    from luodi.store.ledger.frames import Cut

    cut = Cut(name=name, since=moment(since), until=moment(until))
    with Opened.open(home) as opened:
        rows = table.put_batches(opened.ledger.batches(what.replace("-", " "), cut), output)  # type: ignore[arg-type]
    say(phrase("export_done", rows=rows, path=output))
    if as_json:
        answer_json({"path": str(output), "rows": rows})
    return 0


def moment(text: str | None) -> int | None:
    """Microseconds since 1970 of an ISO 8601 text; without a zone it is UTC.

    Raises:
        LuodiError: ``cli.moment``.

    Example:
        >>> moment("1970-01-02T00:00:00+08:00")
        57600000000
    """
    if text is None:
        return None
    try:
        read = datetime.fromisoformat(text)
        return int((read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp() * 1_000_000)
    except (ValueError, OverflowError):
        raise LuodiError("cli.moment", seen=ascii(text)[:40]) from None
