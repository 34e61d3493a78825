"""``luodi restore``: a home again, from its backup."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from typer import Argument, Option

from luodi.cli.options import Json, Language
from luodi.cli.outcome import verb
from luodi.cli.speech import answer_json, phrase, say


@verb
def restore(
    file: Annotated[Path, Argument(metavar="FILE", help="What luodi backup has written.")],
    folder: Annotated[Path, Argument(metavar="FOLDER", help="A new or empty folder.")],
    ledger: Annotated[
        str | None,
        Option("--ledger", metavar="URL", help="postgresql://… in place of a file in the home."),
    ] = None,
    as_json: Json = False,
    lang: Language = None,
) -> int:
    """Make a home from a backup, with every digest checked."""
    from luodi.store import backup as backups

    with backups.restore(file, folder, ledger) as home:
        releases = len(home.ledger.releases())
    say(phrase("restore_done", folder=folder, releases=releases))
    if as_json:
        answer_json({"home": str(folder), "releases": releases})
    return 0
