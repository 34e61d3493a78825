"""One connection: HTTP/1.1 read by httptools under limits and deadlines, one answer at a time."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from httptools import HttpParserError, HttpParserUpgrade, HttpRequestParser

from luodi.serve.reply import Reply, problem
from luodi.serve.request import KNOWN, Request
from luodi.serve.wire import CONTINUE, written

if TYPE_CHECKING:
    from luodi.serve.app import App

CLEAR_AFTER_BYTES = 64 * 1024
"""How much of a refused body is read before the connection is cut."""
LINGER_S = 1.0
PIPELINED = 16
MOST_HEADERS = 100


class Connection(asyncio.Protocol):
    """What asyncio calls for one client. It is an object because it lives as long as the socket.

    Every moment of a connection has an end: ``deadline`` says when ``expire`` is due.

    Args:
        app: Who admits and answers.
    """

    def __init__(self, app: App) -> None:
        self._app, self._limits = app, app.limits
        self._transport: asyncio.Transport = cast(asyncio.Transport, None)
        self._parser = HttpRequestParser(self)
        self._ready: deque[Request] = deque()
        self._active: Request | None = None
        self._serial = 0
        self._closing = self._ended = self._in_headers = False
        self._lingered = 0
        self.deadline = time.monotonic() + app.limits.request_s
        self._begin()

    def _begin(self) -> None:
        """Forget the request before."""
        self._path = b""
        self._headers: dict[bytes, bytes] = {}
        self._header_bytes = self._header_count = self._unread_bytes = 0
        self._body = bytearray()
        self._fault: str | None = None
        self._request: Request | None = None
        self._arriving = False

    # What asyncio calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client is there; one too many is sent away."""
        self._transport = cast(asyncio.Transport, transport)
        self._app.connections.add(self)
        if len(self._app.connections) > self._limits.connections:
            self._end(problem("serve.busy", close=True))

    def connection_lost(self, exc: Exception | None) -> None:
        """The client is gone; an answer on its way is kept in the ledger all the same."""
        self._closing = True
        self._serial += 1
        self._app.connections.discard(self)
        if self._active is not None:
            self._app.left(self._active)
            self._active = None

    def data_received(self, data: bytes) -> None:
        """Bytes from the client."""
        if self._closing:
            self._lingered += len(data)
            if self._lingered > CLEAR_AFTER_BYTES:
                self._transport.abort()
            return
        if not self._arriving and self._active is None:
            self.deadline = time.monotonic() + self._limits.request_s
        try:
            self._parser.feed_data(data)
        except (HttpParserError, HttpParserUpgrade):
            if not self._closing:
                self._end(problem("serve.http", close=True))
            return
        if self._in_headers:
            # one long header is handed over only when it is whole, so its bytes are counted here
            self._unread_bytes += len(data)
            if self._unread_bytes > self._limits.header_kb * 1024 and not self._closing:
                self._end(problem("serve.headers", close=True))

    def eof_received(self) -> bool:
        """The client sends no more; an answer on its way still goes out."""
        self._ended = True
        return self._active is not None

    def pause_writing(self) -> None:
        """The client does not take its answer."""
        self.deadline = time.monotonic() + self._limits.request_s

    @property
    def held_bytes(self) -> int:
        """How much of a body is in memory that nobody answers yet."""
        return 0 if self._closing else len(self._body)

    # What the parser calls.

    def on_message_begin(self) -> None:
        """The first byte of a request."""
        self._arriving = self._in_headers = True

    def on_url(self, url: bytes) -> None:
        """A part of the request line's target."""
        self._path += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header."""
        self._header_count += 1
        self._header_bytes += len(name) + len(value)
        name = name.lower()
        if name in KNOWN:
            if name in self._headers:
                self._fault = "serve.http"  # two readings of one request are one too many
            self._headers[name] = value.strip()

    def on_headers_complete(self) -> None:
        """All headers are there: whether it is admitted is known before any body is read."""
        self._in_headers = False
        request = Request(
            self._parser.get_method().decode("ascii", "replace"),
            self._path.partition(b"?")[0],
            self._headers,
            self._parser.should_keep_alive(),
        )
        self._request = request
        if self._parser.get_http_version() == "1.1" and b"host" not in self._headers:
            self._fault = "serve.http"
        size = self._header_bytes + len(self._path)
        if self._header_count > MOST_HEADERS or size > self._limits.header_kb * 1024:
            self._fault = "serve.headers"
        fault = problem(self._fault, close=True) if self._fault else None
        request.refused = fault or self._app.admit(request)
        if self._parser.should_upgrade():
            self._end(problem("serve.http", close=True), request)
        elif self._comes_too_much(request):
            self._end(request.refused or problem("serve.body", close=True), request)
        elif b"expect" in self._headers:
            if request.refused is not None:
                self._end(request.refused, request)
            else:
                self._transport.write(CONTINUE)

    def _comes_too_much(self, request: Request) -> bool:
        size = request.headers.get(b"content-length", b"0")
        return len(size) > 12 or int(size) > self._limits.body_kb * 1024

    def on_body(self, data: bytes) -> None:
        """A part of the body; that of a refused request is dropped."""
        if self._closing or self._request is None:
            return
        if len(self._body) + len(data) > self._limits.body_kb * 1024:
            self._end(problem("serve.body", close=True), self._request)
        elif self._request.refused is None:
            self._body += data
            if len(self._body) > CLEAR_AFTER_BYTES and self._app.is_filled():
                self._end(problem("serve.busy", close=True), self._request)

    def on_message_complete(self) -> None:
        """A whole request is there."""
        request = self._request
        if self._closing or request is None:
            return
        request.body = bytes(self._body)
        self._begin()
        self._ready.append(request)
        if len(self._ready) > PIPELINED:
            self._end(problem("serve.http", close=True))
        elif self._active is None:
            self._next()
        else:
            self._transport.pause_reading()

    # Answers.

    def _next(self) -> None:
        self._active = request = self._ready.popleft()
        self.deadline = time.monotonic() + self._limits.request_s
        self._serial += 1
        respond = partial(self._respond, self._serial)
        if request.refused is not None:
            self._app.entered(request)
            respond(request.refused)
        else:
            self._app.answer(request, respond)

    def _respond(self, serial: int, reply: Reply) -> None:
        """Send the answer to the active request; one that comes too late is dropped."""
        request = self._active
        if serial != self._serial or request is None:
            return
        self._active = None
        self._serial += 1
        reply = self._app.finished(request, reply)
        goes_on = request.keep_alive and not (
            reply.close or self._app.health.draining or self._ended
        )
        self._transport.write(written(reply, goes_on, request.method == "HEAD"))
        if not goes_on:
            self._linger()
            return
        self.deadline = time.monotonic() + self._limits.idle_s
        if self._ready:
            asyncio.get_running_loop().call_soon(self._go_on)
        else:
            self._transport.resume_reading()

    def _go_on(self) -> None:
        if self._ready and self._active is None and not self._closing:
            self._next()

    def _end(self, reply: Reply, request: Request | None = None) -> None:
        """Send a last reply, whatever else was to come."""
        request = request or self._request or Request("-", b"", {})
        if self._active is not None:
            self._app.left(self._active)
            self._active = None
            self._serial += 1
        self._app.entered(request)
        reply = self._app.finished(request, reply)
        self._transport.write(written(reply, False, False))
        self._linger()

    def _linger(self) -> None:
        """Close when the client has had a moment to read; cutting at once could lose the reply."""
        self._closing = True
        self._body = bytearray()
        self._ready.clear()
        self.deadline = time.monotonic() + LINGER_S
        if self._ended or not self._transport.can_write_eof():
            self._transport.close()
            return
        self._transport.write_eof()
        self._transport.resume_reading()

    # Time.

    def expire(self) -> None:
        """The deadline has come."""
        if self._closing or self._transport.get_write_buffer_size():
            self._transport.abort()
        elif self._active is not None:
            self._respond(self._serial, problem("serve.slow", close=True))
        elif self._arriving:
            self._end(problem("serve.late", close=True))
        else:
            self._transport.close()
            self._closing = True

    def drain(self) -> None:
        """The server ends: a connection at rest is closed, another after its answer."""
        if self._active is None and not self._arriving and not self._closing:
            self._closing = True
            self._transport.close()


def serving(app: App) -> Any:
    """What asyncio makes connections with."""
    return partial(Connection, app)
