"""``luodi token``: who may ask a server for what."""

from __future__ import annotations

import getpass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Argument, Option

from luodi.cli.options import Json, Language
from luodi.cli.outcome import verb
from luodi.cli.speech import answer, answer_json, phrase, say
from luodi.core.errors import LuodiError

if TYPE_CHECKING:
    from luodi.store.home import Home
    from luodi.store.tokens import Token, TokenFile


class Step(StrEnum):
    """What is done with tokens."""

    new = "new"
    list = "list"
    revoke = "revoke"


class Role(StrEnum):
    """What a token opens."""

    predict = "predict"
    feedback = "feedback"
    admin = "admin"


@verb
def token(
    step: Annotated[Step, Argument(metavar="new|list|revoke", help="What to do.")],
    id: Annotated[
        str | None, Argument(metavar="[ID]", help="The token to revoke, by its id.")
    ] = None,
    role: Annotated[Role | None, Option("--role", help="What a new token opens.")] = None,
    note: Annotated[str, Option("--note", metavar="TEXT", help="What a new token is for.")] = "",
    home: Annotated[Path, Option("--home", metavar="FOLDER", help="The home.")] = Path("."),
    as_json: Json = False,
    lang: Language = None,
) -> int:
    """Make, list or revoke the tokens that a server asks for."""
    from luodi.store.home import Home
    from luodi.store.tokens import TokenFile

    with Home.open(home) as opened:
        tokens = TokenFile(home)
        if step is Step.new:
            _new(opened, tokens, role, note, as_json)
        elif step is Step.revoke:
            _revoke(opened, tokens, id, as_json)
        else:
            _list(tokens, as_json)
    return 0


def _new(home: Home, tokens: TokenFile, role: Role | None, note: str, as_json: bool) -> None:
    if role is None:
        raise LuodiError("token.role")
    made, text = tokens.add(role.value, note[:200])
    _noted(home, "token new", made)
    say(phrase("token_once", id=made.id, role=made.role))
    if as_json:
        answer_json({"id": made.id, "role": made.role, "token": text})
    else:
        answer(text)


def _revoke(home: Home, tokens: TokenFile, id: str | None, as_json: bool) -> None:
    gone = tokens.revoke(id or "")
    _noted(home, "token revoke", gone)
    say(phrase("token_revoked", id=gone.id))
    if as_json:
        answer_json({"id": gone.id, "role": gone.role})


def _list(tokens: TokenFile, as_json: bool) -> None:
    known = tokens.all()
    if as_json:
        listed = [{"id": t.id, "role": t.role, "made_at": _day(t), "note": t.note} for t in known]
        answer_json({"tokens": listed})
        return
    for one in known:
        answer(f"{one.id}  {one.role:<8}  {_day(one)}  {one.note}".rstrip())


def _noted(home: Home, action: str, about: Token) -> None:
    """Leave a trace in the audit; it names the token's id, never the token."""
    from luodi.store.ledger.audit import Event

    home.ledger.note(Event(_actor(), action, about.id, {"role": about.role, "note": about.note}))


def _actor() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container may have a user without a name
        return "unknown"


def _day(token: Token) -> str:
    return datetime.fromtimestamp(token.made_at / 1e6, UTC).strftime("%Y-%m-%d %H:%M")
