"""One request as the connection has read it."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from luodi.serve.reply import Reply

# Of all headers these are looked at; of these each may come only once.
KNOWN = frozenset(
    (
        b"authorization",
        b"content-encoding",
        b"content-length",
        b"content-type",
        b"expect",
        b"host",
        b"inference-header-content-length",
        b"origin",
        b"transfer-encoding",
    )
)


@dataclass(slots=True, eq=False)
class Request:
    """A request, complete once its body is there.

    Attributes:
        method: ``GET``, ``POST`` and so on.
        path: The path as it was sent, without the query; nothing in it is decoded.
        headers: Those of ``KNOWN`` that came, by lower-case name.
        keep_alive: Whether the client wants to go on afterwards.
        body: The content.
        began: When its headers were complete, on the monotonic clock.
        refused: What it is answered with, whatever its body says.
        route: Label of its route, for metrics and the log.
        who: Who asks, as the ledger notes it.
        most_bytes: How long its body may be; nothing is known before it is admitted.
        gone: Whether nobody waits for its answer any more.
    """

    method: str
    path: bytes
    headers: dict[bytes, bytes]
    keep_alive: bool = True
    body: bytes = b""
    began: float = field(default_factory=time.monotonic)
    refused: Reply | None = None
    route: str = "none"
    who: str = "http"
    most_bytes: int = 0
    gone: bool = False

    @property
    def media(self) -> bytes:
        """The media type that its body claims, without parameters."""
        return self.headers.get(b"content-type", b"").partition(b";")[0].strip().lower()
