"""Keys to a server: only their digests are kept, so that a stolen file opens nothing."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Literal, Protocol, get_args

from luodi.core.errors import LuodiError
from luodi.core.manifest import canonical_json, sha256
from luodi.store import disk, lock
from luodi.store.ledger.rows import now_us

Role = Literal["predict", "feedback", "admin"]
ROLES: tuple[Role, ...] = get_args(Role)
FILE = "tokens.json"
SCHEMA = 1
PREFIX = "luodi_"


@dataclass(frozen=True, slots=True)
class Token:
    """What is kept of a token.

    Attributes:
        id: Its name, which may be shown.
        role: What it opens.
        digest: SHA-256 of the token, 64 hexadecimal digits.
        made_at: When, in microseconds since 1970 in UTC.
        note: What it is for, in its maker's words.
    """

    id: str
    role: Role
    digest: str
    made_at: int
    note: str = ""


class Tokens(Protocol):
    """Where tokens are kept."""

    def all(self) -> Sequence[Token]:
        """Every token that opens something, oldest first."""
        ...

    def add(self, role: Role, note: str = "") -> tuple[Token, str]:
        """Make a token; the text is given this once and never kept."""
        ...

    def revoke(self, id: str) -> Token:
        """Take a token away."""
        ...

    def version(self) -> object:
        """Something that differs after every change, and is cheap to ask for."""
        ...


class TokenFile:
    """Tokens in a private file of a home.

    Args:
        folder: The home's folder.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE
        self._lock = folder / f"{FILE}.lock"

    def version(self) -> object:
        """The file's identity and time, which change with every ``put``."""
        try:
            seen = os.stat(self._path)
        except FileNotFoundError:
            return None
        return seen.st_ino, seen.st_mtime_ns

    def all(self) -> list[Token]:
        """Every token, oldest first.

        Raises:
            LuodiError: ``home.broken`` when the file is not what luodi wrote.
        """
        try:
            data = json.loads(disk.read(self._path))
            if data["schema"] != SCHEMA:
                raise ValueError
            return [_sound(Token(**one)) for one in data["tokens"]]
        except FileNotFoundError:
            return []
        except (OSError, ValueError, TypeError, KeyError, RecursionError):
            raise LuodiError("home.broken", file=FILE) from None

    def add(self, role: Role, note: str = "") -> tuple[Token, str]:
        """Make a token.

        Returns:
            What is kept, and the token itself, which nobody can read again.

        Raises:
            LuodiError: ``environment.disk``, ``home.broken``.
        """
        text = PREFIX + secrets.token_urlsafe(32)
        token = Token(secrets.token_hex(4), role, sha256(text.encode()), now_us(), note)
        with lock.alone(self._lock):
            self._write([*self.all(), token])
        return token, text

    def revoke(self, id: str) -> Token:
        """Take a token away.

        Raises:
            LuodiError: ``token.unknown``, and as ``add``.
        """
        with lock.alone(self._lock):
            kept = self.all()
            gone = [token for token in kept if token.id == id]
            if not gone:
                raise LuodiError("token.unknown", id=id[:40])
            self._write([token for token in kept if token.id != id])
        return replace(gone[0])

    def _write(self, tokens: Sequence[Token]) -> None:
        listed = [asdict(token) for token in tokens]
        disk.put(self._path, canonical_json({"schema": SCHEMA, "tokens": listed}))


def _sound(token: Token) -> Token:
    right = token.role in ROLES and len(token.digest) == 64 and isinstance(token.made_at, int)
    if not right or not all(isinstance(text, str) for text in (token.id, token.digest, token.note)):
        raise ValueError
    return token
