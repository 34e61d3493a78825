"""``luodi promote``: a release becomes the champion of its task."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from typer import Argument, Option

from luodi.cli.options import Home, Json, Key, Language, Why
from luodi.cli.outcome import verb
from luodi.cli.person import actor
from luodi.cli.speech import answer, answer_json, phrase


@verb
def promote(
    what: Annotated[
        str, Argument(metavar="RELEASE|NAME", help="A .luodi file, or the name of a task.")
    ],
    digest: Annotated[
        str | None,
        Option("--digest", metavar="DIGEST", help="Which of them; else its challenger."),
    ] = None,
    reason: Why = "",
    key: Key = None,
    home: Home = Path("."),
    as_json: Json = False,
    lang: Language = None,
) -> int:
    """Make a release the champion; the old champion can be had back at once."""
    from luodi.release import promote as promoting
    from luodi.store.home import Home as Opened
    from luodi.store.ledger.rows import Reason

    with Opened.open(home) as opened:
        if what.endswith(".luodi") or Path(what).name != what:
            release = promoting.added(opened, Path(what), key)
        else:
            release = promoting.found(opened, what, digest, key)
        held = promoting.promoted(opened, release, Reason(actor(), reason))
    told(held, as_json)
    return 0


def told(held: dict[str, str | None], as_json: bool) -> None:
    """Say which release each alias of a task stands for now."""
    if as_json:
        answer_json(held)
        return
    for alias, title in titles().items():
        if held[alias]:
            answer(f"{title}  {held[alias]}")


def titles() -> dict[str, str]:
    """What each alias is called in the language spoken now."""
    return {
        "champion": phrase("champion"),
        "previous": phrase("previous"),
        "challenger": phrase("challenger"),
    }
