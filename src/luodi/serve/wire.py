"""A reply as the bytes that go over the wire."""

from __future__ import annotations

import time
from email.utils import formatdate
from http import HTTPStatus

from luodi.serve.reply import Reply

CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
_LINES = {s.value: f"HTTP/1.1 {s.value} {s.phrase}\r\n".encode() for s in HTTPStatus}
_ALWAYS = b"\r\ncache-control: no-store\r\nx-content-type-options: nosniff"
_date: tuple[int, bytes] = (0, b"")


def written(reply: Reply, goes_on: bool, without_body: bool) -> bytes:
    """A reply with its headers.

    Args:
        reply: The reply.
        goes_on: Whether the connection stays open.
        without_body: Whether to leave the body out, for HEAD.
    """
    parts = [
        _LINES[reply.status],
        b"content-type: ",
        reply.kind,
        b"\r\ncontent-length: %d\r\ndate: " % len(reply.body),
        _now(),
        _ALWAYS,
    ]
    for name, value in reply.headers:
        parts += (b"\r\n", name, b": ", value)
    if not goes_on:
        parts.append(b"\r\nconnection: close")
    parts.append(b"\r\n\r\n")
    if not without_body:
        parts.append(reply.body)
    return b"".join(parts)


def _now() -> bytes:
    """The date header's value, made once a second."""
    global _date
    second = int(time.time())
    if _date[0] != second:
        _date = (second, formatdate(second, usegmt=True).encode())
    return _date[1]
