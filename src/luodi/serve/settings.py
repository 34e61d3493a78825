"""What a server is told when it starts: one typed, frozen value."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal

from luodi.core.errors import LuodiError

Log = Literal["all", "sample", "none"]
Durability = Literal["normal", "strict"]
BODY_KB, BODIES_MB = 2048, 128
"""What suits records without files. The largest that a release takes always fit."""
TOGETHER = 3
"""How many of the longest bodies may be in memory at a time."""
LOOPBACK_NAMES = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Limits:
    """What one client may ask of a server.

    Attributes:
        body_kb: Largest body; None for what suits the release that is asked.
        bodies_mb: Most of all bodies together that are being read or answered; None likewise.
        header_kb: Largest request line with all headers.
        depth: Deepest nesting of JSON.
        rows: Most records in one request.
        in_flight: Most requests that are being answered at one time; fewer while answers are slow.
        connections: Most open connections.
        request_s: Time from the first byte of a request to its last, and for its answer.
        idle_s: How long an open connection may rest between two requests.
        drain_s: How long requests may take to end after SIGTERM.
    """

    body_kb: int | None = None
    bodies_mb: int | None = None
    header_kb: int = 16
    depth: int = 16
    rows: int = 5000
    in_flight: int = 128
    connections: int = 1000
    request_s: float = 10.0
    idle_s: float = 60.0
    drain_s: float = 10.0

    @classmethod
    def parse(cls, text: str) -> Limits:
        """Limits from ``name=number`` parts with commas between them.

        Raises:
            LuodiError: ``serve.limits`` with the nearest known name.

        Example:
            >>> Limits.parse("rows=100, request_s=2.5").rows
            100
        """
        kinds = {one.name: float if one.type == "float" else int for one in fields(cls)}
        given: dict[str, Any] = {}
        for part in filter(None, (part.strip() for part in text.split(","))):
            name, _, value = (piece.strip() for piece in part.partition("="))
            try:
                given[name] = kinds[name](value)
                if not 0 < given[name] < 1e9:
                    raise ValueError
            except (KeyError, ValueError):
                nearest = get_close_matches(name, kinds, 1, 0.0)[0]
                known = ", ".join(kinds)
                raise LuodiError(
                    "serve.limits", seen=part[:40], nearest=nearest, known=known
                ) from None
        return cls(**given)

    def body_bytes(self, largest: int = 0) -> int:
        """How long a body may be.

        Args:
            largest: How long that of one record may have to be.
        """
        return max(BODY_KB * 1024, largest) if self.body_kb is None else self.body_kb * 1024

    def bodies_bytes(self, largest: int = 0) -> int:
        """How long all bodies together may be, with ``largest`` as for one."""
        if self.bodies_mb is not None:
            return self.bodies_mb * 2**20
        return max(BODIES_MB * 2**20, TOGETHER * largest)


@dataclass(frozen=True, slots=True)
class Settings:
    """How to serve, and what.

    Attributes:
        names: Tasks of the home whose champions are served; the first one answers ``/predict``.
        file: A release file to serve instead.
        home: The home with ledger and tokens; None where nothing is kept and nobody is asked.
        host: Address to listen on.
        port: Port; 0 for any that is free.
        workers: Number of processes.
        log: Which answers are kept: all, a random share, or none.
        share: The share for ``sample``.
        durability: ``normal`` answers outlive the process, ``strict`` ones a power cut as well.
        auth: Whether a token is asked for.
        access_log: Whether every request is noted on stderr.
        limits: What a client may ask.
        version: The version of luodi, to be shown.
    """

    names: tuple[str, ...] = ()
    file: Path | None = None
    home: Path | None = None
    host: str = "127.0.0.1"
    port: int = 8700
    workers: int = 1
    log: Log = "all"
    share: float = 0.1
    durability: Durability = "normal"
    auth: bool = True
    access_log: bool = False
    limits: Limits = field(default_factory=Limits)
    version: str = ""

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach the server."""
        if self.host in LOOPBACK_NAMES:
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    @property
    def needs_home(self) -> bool:
        """Whether there is anything to keep or to look up."""
        return bool(self.names) or self.auth or self.log != "none"
