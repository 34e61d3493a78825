"""``luodi serve``: answers over HTTP until told to stop."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

from typer import Argument, Option

from luodi.cli.options import Language
from luodi.cli.outcome import verb
from luodi.cli.speech import phrase, say
from luodi.core.errors import LuodiError


class Log(StrEnum):
    """Which answers are kept."""

    all = "all"
    sample = "sample"
    none = "none"


class Durability(StrEnum):
    """What an answer that is kept outlives."""

    normal = "normal"
    strict = "strict"


@verb
def serve(
    what: Annotated[
        list[str] | None,
        Argument(metavar="[RELEASE | NAME…]", help="A .luodi file, or tasks of the home."),
    ] = None,
    home: Annotated[
        Path | None, Option("--home", metavar="FOLDER", help="The home with ledger and tokens.")
    ] = None,
    host: Annotated[str, Option("--host", help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, Option("--port", min=0, max=65535, help="Port; 0 for a free one.")] = 8700,
    workers: Annotated[int, Option("--workers", min=1, max=256, help="Processes.")] = 1,
    log: Annotated[Log, Option("--log", help="Which answers are kept.")] = Log.all,
    share: Annotated[
        float, Option("--share", min=0.0, max=1.0, help="The share that --log sample keeps.")
    ] = 0.1,
    durability: Annotated[
        Durability, Option("--durability", help="strict: every answer waits for the disk.")
    ] = Durability.normal,
    no_auth: Annotated[
        bool, Option("--no-auth", help="Ask nobody for a token; this machine only.")
    ] = False,
    access_log: Annotated[
        bool, Option("--access-log", help="Note every request on stderr, without its content.")
    ] = False,
    limits: Annotated[
        str, Option("--limits", metavar="NAME=NUMBER,…", help="What a client may ask.")
    ] = "",
    lang: Language = None,
) -> int:
    """Answer over HTTP, and keep what was answered."""
    from luodi import __version__
    from luodi.serve import start
    from luodi.serve.settings import Limits, Settings

    names, file = _asked(what or [], home)
    settings = Settings(
        names=names,
        file=file,
        home=home,
        host=host,
        port=port,
        workers=workers,
        log=log.value,
        share=share,
        durability=durability.value,
        auth=not no_auth,
        access_log=access_log,
        limits=Limits.parse(limits),
        version=__version__,
    )
    return start.serve(settings, lambda name, facts: say(phrase(name, **facts)))


def _asked(what: list[str], home: Path | None) -> tuple[tuple[str, ...], Path | None]:
    """Names of tasks, or the one file; without a home there is only a file.

    Raises:
        LuodiError: ``serve.what``.
    """
    files = [Path(word) for word in what if word.endswith(".luodi")]
    if len(files) == len(what) == 1:
        return (), files[0]
    if files or home is None:
        raise LuodiError("serve.what", seen=" ".join(what)[:80] or "-")
    return tuple(dict.fromkeys(what)), None
