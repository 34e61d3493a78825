"""``luodi init``: a home, where releases live and every answer is kept."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from typer import Argument, Option

from luodi.cli.options import Json, Language
from luodi.cli.outcome import verb
from luodi.cli.speech import answer_json, phrase, say


@verb
def init(
    folder: Annotated[Path, Argument(metavar="[FOLDER]", help="A new or empty folder.")] = Path(
        "."
    ),
    ledger: Annotated[
        str | None,
        Option("--ledger", metavar="URL", help="postgresql://… in place of a file in the home."),
    ] = None,
    as_json: Json = False,
    lang: Language = None,
) -> int:
    """Make a home: a folder for releases and the ledger of their answers."""
    from luodi.store.home import Home

    with Home.create(folder, ledger):
        say(phrase("init_done", folder=folder))
    if as_json:
        answer_json({"home": str(folder)})
    return 0
