"""What goes back to a client: a status, a few headers, a body; errors as RFC 9457 has them."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import msgspec

from luodi.core.errors import LuodiError

JSON = b"application/json"
PROBLEM = b"application/problem+json"
STATUS = {
    "serve.http": 400,
    "serve.not_json": 400,
    "serve.depth": 400,
    "serve.duplicate_key": 400,
    "serve.tensors": 400,
    "serve.no_token": 401,
    "serve.wrong_role": 403,
    "serve.host": 403,
    "serve.no_route": 404,
    "serve.no_model": 404,
    "serve.no_image": 404,
    "serve.version": 404,
    "serve.method": 405,
    "serve.late": 408,
    "serve.body": 413,
    "serve.rows": 413,
    "serve.media": 415,
    "serve.not_records": 422,
    "serve.feedback": 422,
    "serve.review": 422,
    "serve.truth": 422,
    "serve.headers": 431,
    "serve.unexpected": 500,
    "serve.not_ready": 503,
    "serve.busy": 503,
    "serve.slow": 503,
    "ledger.outcome_unknown": 404,
    "ledger.review_unknown": 404,
    "ledger.outcome_contradicts": 409,
    "ledger.full": 507,
    "environment.disk": 507,
}
_TITLES = {status.value: status.phrase for status in HTTPStatus}
UNAVAILABLE = ("ledger.busy", "ledger.dead", "ledger.closed", "ledger.unreachable")
PLACES = ("column", "row")
"""The only facts of an error that go out: where in the request, by the release's own names."""


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer to one request.

    Attributes:
        status: The HTTP status.
        body: The content.
        kind: Its media type.
        headers: More headers.
        close: Whether the connection ends with it.
        code: The stable code of an error, for the log.
        request_id: The name of an error, for the log.
    """

    status: int
    body: bytes = b""
    kind: bytes = JSON
    headers: tuple[tuple[bytes, bytes], ...] = ()
    close: bool = False
    code: str = ""
    request_id: str = ""


def json(value: Any, status: int = 200) -> Reply:
    """A value as JSON."""
    return Reply(status, msgspec.json.encode(value))


def problem(error: LuodiError | str, *, close: bool = False) -> Reply:
    """An error, with its code, a request id and where in the request it is; nothing else.

    Args:
        error: The error, or its code.
        close: Whether to end the connection.
    """
    code = error if isinstance(error, str) else error.code
    facts = {} if isinstance(error, str) else error.facts
    status = status_of(code)
    request_id = secrets.token_hex(8)
    content: dict[str, Any] = {
        "type": "about:blank",
        "title": _TITLES[status],
        "status": status,
        "code": code,
        "request_id": request_id,
        **{place: facts[place] for place in PLACES if place in facts},
    }
    headers: tuple[tuple[bytes, bytes], ...] = ()
    if status == 401:
        headers = ((b"www-authenticate", b'Bearer realm="luodi"'),)
    elif status == 503:
        headers = ((b"retry-after", b"1"),)
    elif status == 405:
        headers = ((b"allow", str(facts.get("allow", "")).encode()),)
    body = msgspec.json.encode(content)
    return Reply(status, body, PROBLEM, headers, close, code, request_id)


def status_of(code: str) -> int:
    """The HTTP status of a code; what a client can mend in its records is 422."""
    if code in STATUS:
        return STATUS[code]
    if code in UNAVAILABLE:
        return 503
    return 422 if code.startswith(("rows.", "ledger.")) else 500
