"""Who may come in: tokens, and for a server without tokens only this machine's own callers."""

from __future__ import annotations

import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from luodi.serve.request import Request
from luodi.store.ledger.rows import NAME_LENGTH
from luodi.store.ledger.tokens import SHOWN, Token

_LOCAL = rb"(?:localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?"
_HOST = re.compile(_LOCAL, re.IGNORECASE)
_ORIGIN = re.compile(rb"https?://" + _LOCAL, re.IGNORECASE)
_LONGEST = 256


@dataclass(frozen=True, slots=True)
class _Key:
    """A token that opens something: its digest, its role, and how the ledger names its holder."""

    digest: bytes
    role: str
    who: str


class Doors:
    """Decides who comes in. It is an object because tokens come and go while it stands.

    Args:
        tokens: The tokens that open something; None to ask nobody, for loopback alone.
    """

    def __init__(self, tokens: Sequence[Token] | None) -> None:
        self._keys: list[_Key] | None = None
        if tokens is not None:
            self.change(tokens)

    def change(self, tokens: Sequence[Token]) -> None:
        """Other tokens open from now on."""
        valid = (token for token in tokens if token.revoked_at is None)
        self._keys = [_Key(bytes.fromhex(one.digest), one.role, _who(one)) for one in valid]

    def refuses(self, request: Request, roles: frozenset[str]) -> str | None:
        """Why a request may not come in, as a code; None when it may, and who asks is noted in it.

        Args:
            request: The request.
            roles: The roles that its route is open to.
        """
        if self._keys is None:
            return _foreign(request)
        key = self._key(request.headers.get(b"authorization", b""))
        if key is None:
            return "serve.no_token"
        request.who = key.who
        return None if key.role in roles else "serve.wrong_role"

    def _key(self, header: bytes) -> _Key | None:
        """The token that was sent: every digest is compared, each in constant time."""
        kind, _, token = header.partition(b" ")
        if kind.lower() != b"bearer" or len(token) > _LONGEST:
            return None
        digest = sha256(token.strip()).digest()
        found: _Key | None = None
        for key in self._keys or ():
            if hmac.compare_digest(key.digest, digest):
                found = key
        return found


def _who(token: Token) -> str:
    """The first digits of a token's digest, which name it for sure, and what it was made for."""
    return f"{token.digest[:SHOWN]} {token.label}".strip()[:NAME_LENGTH]


def _foreign(request: Request) -> str | None:
    """Refuse what a web page elsewhere could send to a server on this machine.

    A name that somebody lets point here (DNS rebinding) stands in the Host header; the page that
    asks stands in Origin.
    """
    if not _HOST.fullmatch(request.headers.get(b"host", b"")):
        return "serve.host"
    origin = request.headers.get(b"origin")
    return "serve.host" if origin is not None and not _ORIGIN.fullmatch(origin) else None
