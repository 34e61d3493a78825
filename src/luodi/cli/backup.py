"""``luodi backup``: all of a home in one file, while it is in use."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from typer import Argument

from luodi.cli.options import Home, Json, Language
from luodi.cli.outcome import verb
from luodi.cli.speech import answer_json, phrase, say


@verb
def backup(
    file: Annotated[Path, Argument(metavar="FILE", help="The file to write.")],
    home: Home = Path("."),
    as_json: Json = False,
    lang: Language = None,
) -> int:
    """Write all of a home into one checked file; it may be in use."""
    from luodi.store.backup import keep
    from luodi.store.home import Home as Opened

    with Opened.open(home) as opened:
        keep(opened, file)
    size = file.stat().st_size
    say(phrase("backup_done", path=file, megabytes=f"{size / 1e6:.1f}"))
    if as_json:
        answer_json({"path": str(file), "bytes": size})
    return 0
