"""``luodi predict``: answers for the records of a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from typer import Argument, Option

from luodi.cli.options import (
    ColumnNames,
    Json,
    Key,
    Language,
    NoHeader,
    Query,
    Release,
    header_of,
)
from luodi.cli.outcome import verb
from luodi.cli.speech import answer, answer_json, phrase, say
from luodi.core.events import Event


@verb
def predict(
    release: Release,
    source: Annotated[str, Argument(metavar="DATA", help="The records to answer for.")],
    output: Annotated[
        Path | None,
        Option("--output", "-o", metavar="FILE", help="A .parquet, .csv, .jsonl or .xlsx file."),
    ] = None,
    query: Query = None,
    names: ColumnNames = None,
    no_header: NoHeader = False,
    key: Key = None,
    as_json: Json = False,
    lang: Language = None,
) -> int:
    """Answer for the records of a file."""
    from luodi import loop

    how = {"query": query, "header": header_of(names, no_header)}
    answers = loop.predict(release, source, key=key, **how, listener=_noticed)
    if output:
        loop.write_answers(answers, output)
        say(phrase("predict_done", rows=answers.height, path=output))
        if as_json:
            answer_json({"path": str(output), "rows": answers.height, "columns": answers.columns})
    elif as_json:
        answer_json({"rows": answers.height, "answers": _records(answers)})
    else:
        answer(answers.write_csv())
    return 0


def _noticed(event: Event) -> None:
    """What the reader has to say of the file, beside the answers."""
    finding = event.data.get("finding")
    if finding is not None and finding.severity != "note":
        say(f"{finding.code}: {finding.part('seen')} {finding.part('remedy')}")


def _records(answers: Any) -> list[dict[str, Any]]:
    return list(answers.iter_rows(named=True))
