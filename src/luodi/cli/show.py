"""``luodi show``: what a release is for, how good it is and where it ends."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from typer import Option

from luodi.cli.options import Json, Language, Release
from luodi.cli.outcome import verb
from luodi.cli.speech import SHARED, answer, answer_json, phrase, say


@verb
def show(
    release: Release,
    html: Annotated[
        Path | None, Option("--html", metavar="FILE", help="Write the card as one HTML file.")
    ] = None,
    as_json: Json = False,
    lang: Language = None,
) -> int:
    """Show a release's card: figures, gates, limits, digests."""
    from luodi import loop
    from luodi.core import words
    from luodi.release import card as pages
    from luodi.store import disk

    card = loop.show(release)
    if html:
        disk.put(html, loop.card_html(release, words.language()).encode(), mode=SHARED)
        say(phrase("card_done", path=html))
    if as_json:
        answer_json(card)
    elif not html:
        answer(pages.text(card, words.language()))
    return 0
