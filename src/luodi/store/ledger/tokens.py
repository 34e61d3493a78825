"""Tokens: shown once, kept as digests, one role each."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

from sqlalchemy import Connection, insert, select, update

from luodi.core.errors import LuodiError
from luodi.core.manifest import sha256
from luodi.store.ledger import audit
from luodi.store.ledger.clock import now_us
from luodi.store.ledger.rows import plain_text
from luodi.store.ledger.schema import tokens

if TYPE_CHECKING:
    from luodi.store.ledger.ledger import Ledger

Role = Literal["predict", "feedback", "review", "admin"]
ROLES: tuple[Role, ...] = get_args(Role)
SHOWN = 12
"""How many digits of a digest name a token where people read it."""


@dataclass(frozen=True, slots=True)
class Token:
    """What is kept of a token.

    Attributes:
        digest: SHA-256 of the token, 64 hexadecimal digits.
        role: What it lets its holder do.
        label: For whom or what it was made.
        created_at: When, in microseconds since 1970 in UTC.
        revoked_at: Since when it holds no more; None while it does.
    """

    digest: str
    role: str
    label: str
    created_at: int
    revoked_at: int | None = None


def new(ledger: Ledger, role: str, actor: str, label: str = "") -> str:
    """Make a token.

    Args:
        ledger: Where its digest is kept.
        role: ``predict``, ``feedback``, ``review`` or ``admin``.
        actor: Who makes it, for the audit.
        label: For whom or what.

    Returns:
        The token; nothing keeps it, so it can be shown now and never again.

    Raises:
        LuodiError: ``ledger.role``; as ``Ledger.write``.
    """
    if role not in ROLES:
        raise LuodiError("ledger.role", seen=ascii(role)[:40], known=", ".join(ROLES))
    token = f"luodi-{role}-{secrets.token_urlsafe(32)}"
    made = Token(digest(token), role, plain_text(label, "label"), now_us())
    ledger.write(_add, [(made, actor)]).result()
    return token


def digest(token: str) -> str:
    """The digest of a token as somebody presents it; any text has one."""
    return sha256(token.encode(errors="surrogatepass"))


def held(ledger: Ledger) -> list[Token]:
    """All tokens, oldest first; revoked ones too."""
    asked = select(tokens).order_by(tokens.c.created_at, tokens.c.digest)
    with ledger.reading() as connection:
        return [Token(*row) for row in connection.execute(asked)]


def match(known: Iterable[Token], presented: str) -> Token | None:
    """The token that somebody presents; None when there is none, or it was revoked.

    It compares with every one of them in constant time, so the time tells nothing about them.

    Example:
        >>> made = Token(digest("secret"), "predict", "", created_at=0)
        >>> match([made], "secret").role, match([made], "guess")
        ('predict', None)
    """
    seen, found = digest(presented), None
    for token in known:
        if hmac.compare_digest(token.digest, seen) and token.revoked_at is None:
            found = token
    return found


def revoke(ledger: Ledger, start: str, actor: str) -> Token:
    """Let a token hold no more; one that was revoked already stays as it is.

    Args:
        ledger: Where it is kept.
        start: The first digits of its digest, at least eight.
        actor: Who revokes it, for the audit.

    Raises:
        LuodiError: ``ledger.token_unknown`` when none or more than one digest starts so.
    """
    found = [token for token in held(ledger) if token.digest.startswith(start)]
    if len(start) < 8 or len(found) != 1:
        raise LuodiError("ledger.token_unknown", seen=ascii(start)[:40])
    revoked: Token = ledger.write(_revoke, [(found[0], actor)]).result()[0]
    return revoked


def _add(connection: Connection, made: Sequence[tuple[Token, str]]) -> list[None]:
    for token, actor in made:
        row = {"digest": token.digest, "role": token.role, "label": token.label}
        connection.execute(insert(tokens).values(**row, created_at=token.created_at))
        details = {"role": token.role, "label": token.label}
        event = audit.Event(actor, "new token", token.digest[:SHOWN], details)
        audit.append(connection, [event])
    return [None for _ in made]


def _revoke(connection: Connection, asked: Sequence[tuple[Token, str]]) -> list[Token]:
    audit.hold(connection)
    revoked = []
    for token, actor in asked:
        here = tokens.c.digest == token.digest
        if connection.scalar(select(tokens.c.revoked_at).where(here)) is None:
            connection.execute(update(tokens).where(here).values(revoked_at=now_us()))
            event = audit.Event(actor, "revoke token", token.digest[:SHOWN], {"role": token.role})
            audit.append(connection, [event])
        revoked.append(Token(*connection.execute(select(tokens).where(here)).one()))
    return revoked
