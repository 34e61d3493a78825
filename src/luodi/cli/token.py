"""``luodi token``: who may ask a server for what."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Argument, Option

from luodi.cli.options import Home, Json, Language
from luodi.cli.outcome import verb
from luodi.cli.person import actor
from luodi.cli.speech import answer, answer_json, phrase, say
from luodi.core.errors import LuodiError

if TYPE_CHECKING:
    from luodi.store.ledger.ledger import Ledger
    from luodi.store.ledger.tokens import Token


class Step(StrEnum):
    """What is done with tokens."""

    new = "new"
    list = "list"
    revoke = "revoke"


class Role(StrEnum):
    """What a token opens."""

    predict = "predict"
    feedback = "feedback"
    review = "review"
    admin = "admin"


@verb
def token(
    step: Annotated[Step, Argument(metavar="new|list|revoke", help="What to do.")],
    id: Annotated[
        str | None, Argument(metavar="[ID]", help="The token to revoke, by its id.")
    ] = None,
    role: Annotated[Role | None, Option("--role", help="What a new token opens.")] = None,
    note: Annotated[str, Option("--note", metavar="TEXT", help="What a new token is for.")] = "",
    home: Home = Path("."),
    as_json: Json = False,
    lang: Language = None,
) -> int:
    """Make, list or revoke the tokens that a server asks for."""
    from luodi.store.home import Home as Opened

    with Opened.open(home) as opened:
        if step is Step.new:
            _new(opened.ledger, role, note, as_json)
        elif step is Step.revoke:
            _revoke(opened.ledger, id, as_json)
        else:
            _list(opened.ledger, as_json)
    return 0


def _new(ledger: Ledger, role: Role | None, note: str, as_json: bool) -> None:
    from luodi.store.ledger import tokens

    if role is None:
        raise LuodiError("token.role")
    text = tokens.new(ledger, role.value, actor(), note)
    name = tokens.digest(text)[: tokens.SHOWN]
    say(phrase("token_once", id=name, role=role.value))
    if as_json:
        answer_json({"id": name, "role": role.value, "token": text})
    else:
        answer(text)


def _revoke(ledger: Ledger, id: str | None, as_json: bool) -> None:
    from luodi.store.ledger import tokens

    gone = tokens.revoke(ledger, id or "", actor())
    name = gone.digest[: tokens.SHOWN]
    say(phrase("token_revoked", id=name))
    if as_json:
        answer_json({"id": name, "role": gone.role})


def _list(ledger: Ledger, as_json: bool) -> None:
    from luodi.store.ledger import tokens

    known = [token for token in tokens.held(ledger) if token.revoked_at is None]
    if as_json:
        answer_json({"tokens": [_told(token, tokens.SHOWN) for token in known]})
        return
    for one in known:
        told = _told(one, tokens.SHOWN)
        answer(f"{told['id']}  {told['role']:<8}  {told['made_at']}  {told['note']}".rstrip())


def _told(token: Token, digits: int) -> dict[str, str]:
    made = datetime.fromtimestamp(token.created_at / 1e6, UTC).strftime("%Y-%m-%d %H:%M")
    return {
        "id": token.digest[:digits],
        "role": token.role,
        "made_at": made,
        "note": token.label,
    }
