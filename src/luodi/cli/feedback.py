"""``luodi feedback``: truths that come back in a file."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Argument, Option

from luodi.cli.options import Home, Json, Language
from luodi.cli.outcome import verb
from luodi.cli.speech import answer_json, phrase, say
from luodi.core.errors import Exit, LuodiError

if TYPE_CHECKING:
    from luodi.improve.truths import Report


class Step(StrEnum):
    """What is done with feedback."""

    take = "import"


@verb
def feedback(
    step: Annotated[Step, Argument(metavar="import", help="What to do.")],
    file: Annotated[Path, Argument(metavar="FILE", help="A CSV, Parquet, Excel or JSON file.")],
    id_column: Annotated[
        str, Option("--id", metavar="COLUMN", help="The column with the ids of answers.")
    ] = "id",
    truth_column: Annotated[
        str, Option("--truth", metavar="COLUMN", help="The column with what came true.")
    ] = "truth",
    at_column: Annotated[
        str | None, Option("--at", metavar="COLUMN", help="The column that says when, ISO 8601.")
    ] = None,
    home: Home = Path("."),
    as_json: Json = False,
    lang: Language = None,
) -> int:
    """Join the truths of a file with the answers they are about; it may be repeated."""
    from luodi.improve.truths import Columns, taken
    from luodi.store.home import Home as Opened

    with Opened.open(home) as opened:
        report = taken(opened, file, Columns(id_column, truth_column, at_column))
    _tell(report)
    if as_json:
        answer_json(vars(report))
    return int(Exit.DATA if report.impossible_count else Exit.DONE)


def _tell(report: Report) -> None:
    counts = {"rows": report.rows, "counted": report.counted, "same": report.same}
    say(phrase("feedback_done", **counts, empty=report.empty))
    for code, cases in sorted(report.set_aside.items()):
        reason = LuodiError(code, id="…").record()["seen"]
        say(phrase("feedback_aside", code=code, cases=cases, reason=reason))
    if report.impossible_count:
        rows = ", ".join(map(str, report.impossible[:10]))
        say(phrase("feedback_impossible", cases=report.impossible_count, rows=rows))
