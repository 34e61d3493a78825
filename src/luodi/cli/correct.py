"""``luodi correct``: another truth counts in place of the one that is known."""

from __future__ import annotations

from dataclasses import replace
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
    truth: Annotated[str, Option("--truth", metavar="TRUTH", help="What is true of it.")],
    reason: Annotated[str, Option("--reason", metavar="TEXT", help="Why; kept in the audit.")],
    home: Home = Path("."),
    as_json: Json = False,
    lang: Language = None,
) -> int:
    """Let another truth count in place of the one that is known."""
    if not reason.strip():
        raise LuodiError("cli.usage", reason="--reason is empty", command="luodi correct")
    from luodi.cli.truth import said
    from luodi.store import lookup
    from luodi.store.home import Home as Opened
    from luodi.store.ledger.rows import Outcome, Reason

    with Opened.open(home) as opened:
        text, before = said(opened, id, truth), lookup.outcome_of(opened.ledger, id)
        outcome = Outcome(id, text, source=actor())
        if before is not None:  # what is true changes, not when it came true
            outcome = replace(outcome, at=before.at)
        receipt = opened.ledger.correct_outcome(outcome, Reason(actor(), reason))
    if not receipt.counts:
        raise LuodiError(str(receipt.code), id=id)
    if as_json:
        answer_json({"id": id, "counts": True, "code": receipt.code})
    kept = phrase("corrected", truth=text) if before else phrase("review_kept", truth=text)
    say(receipt.text() or kept)
    return 0
