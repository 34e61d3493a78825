"""``luodi correct``: another truth counts in place of the one that is known."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from typer import Argument, Option

from luodi.cli.options import Home, Json, Language
from luodi.cli.outcome import verb
from luodi.cli.person import actor
from luodi.cli.speech import answer_json, phrase, say
from luodi.core.errors import LuodiError


@verb
def correct(
    id: Annotated[str, Argument(metavar="ID", help="The id that the answer came with.")],
    truth: Annotated[str, Argument(metavar="TRUTH", help="What is true of it.")],
    reason: Annotated[str, Option("--reason", metavar="TEXT", help="Why; kept in the audit.")],
    home: Home = Path("."),
    as_json: Json = False,
    lang: Language = None,
) -> int:
    """Let another truth count in place of the one that is known."""
    from luodi.cli.truth import said
    from luodi.store.home import Home as Opened
    from luodi.store.ledger.rows import Outcome, Reason

    with Opened.open(home) as opened:
        text = said(opened, id, truth)
        outcome = Outcome(id, text, source=actor())
        receipt = opened.ledger.correct_outcome(outcome, Reason(actor(), reason))
    if not receipt.counts:
        raise LuodiError(str(receipt.code), id=id)
    if as_json:
        answer_json({"id": id, "counts": True, "code": receipt.code})
    say(receipt.text() or phrase("corrected", truth=text))
    return 0
