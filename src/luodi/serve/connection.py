"""One connection: HTTP/1.1 read by httptools under limits and deadlines, one answer at a time."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from dataclasses import replace
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
        self._stuck = self._last = False
        self._lingered = 0
        self.deadline = time.monotonic() + app.limits.request_s
        self._moved = False
        self._begin()

    def _begin(self) -> None:
        """Forget the request before."""
        self._path = b""
        self._headers: dict[bytes, bytes] = {}
        self._header_bytes = self._header_count = self._unread_bytes = 0
        self._since_body = 0
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
        if self._last:
            return
        self._moved = False
        try:
            self._parser.feed_data(data)
        except HttpParserUpgrade:  # what it asks for is not spoken here; its answer is the last one
            self._last = True
            self._transport.pause_reading()
            return
        except HttpParserError:
            self._refuse(problem("serve.http", close=True))
            return
        # one long header is handed over only when it is whole, so its bytes are counted here;
        # after the body only trailers can come, and the parser keeps those too
        if self._moved:
            pass  # a body, or the end of one, was among these bytes
        elif self._in_headers:
            self._unread_bytes += len(data)
        elif self._request is not None:
            self._since_body += len(data)
        if max(self._unread_bytes, self._since_body) > self._limits.header_kb * 1024:
            self._refuse(problem("serve.headers", close=True))

    def eof_received(self) -> bool:
        """The client sends no more; an answer on its way still goes out."""
        self._ended = True
        return self._active is not None

    def pause_writing(self) -> None:
        """The client does not take its answer: nothing more is read or answered until it does."""
        self._stuck = True
        self._transport.pause_reading()
        self.deadline = time.monotonic() + self._limits.request_s

    def resume_writing(self) -> None:
        """The client has taken its answer."""
        self._stuck = False
        if not self._closing:
            self._rest()

    @property
    def held_bytes(self) -> int:
        """How much of a body is in memory that nobody answers yet."""
        return 0 if self._closing else len(self._body)

    # What the parser calls.

    def on_message_begin(self) -> None:
        """The first byte of a request."""
        self._arriving = self._in_headers = True
        if self._active is None:
            self.deadline = time.monotonic() + self._limits.request_s

    def on_url(self, url: bytes) -> None:
        """A part of the request line's target."""
        self._path += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header; those after a body (trailers) say nothing here."""
        if not self._in_headers:
            return
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
        upgrade = self._parser.should_upgrade()
        request.keep_alive = request.keep_alive and not upgrade
        if upgrade and request.method not in ("GET", "HEAD"):  # the parser leaves its body alone
            self._refuse(problem("serve.http", close=True), request)
        elif self._comes_too_much(request):
            self._refuse(request.refused or problem("serve.body", close=True), request)
        elif b"expect" in self._headers:
            if request.refused is not None:
                self._refuse(request.refused, request)
            elif self._active is None and not self._ready:
                self._transport.write(CONTINUE)

    def _comes_too_much(self, request: Request) -> bool:
        size = request.headers.get(b"content-length", b"0")
        return len(size) > 12 or int(size) > request.most_bytes

    def on_body(self, data: bytes) -> None:
        """A part of the body; that of a refused request, or of one that needs none, is dropped."""
        self._moved, self._since_body = True, 0
        if self._closing or self._last or self._request is None:
            return
        if len(self._body) + len(data) > self._request.most_bytes:
            self._refuse(problem("serve.body", close=True), self._request)
        elif self._request.refused is None and self._request.method == "POST":
            self._body += data
            if len(self._body) > CLEAR_AFTER_BYTES and self._app.is_filled():
                self._refuse(problem("serve.busy", close=True), self._request)

    def on_message_complete(self) -> None:
        """A whole request is there."""
        self._moved = True
        request = self._request
        if self._closing or self._last or request is None:
            return
        request.body = bytes(self._body)
        self._begin()
        self._ready.append(request)
        if len(self._ready) > PIPELINED:
            self._refuse(problem("serve.http", close=True))
        elif self._active is None and not self._stuck:
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
        if not self._stuck:  # else the deadline is that of taking the answer
            self._rest()

    def _rest(self) -> None:
        """Between two requests: the next one that is there, or the wait for it."""
        limits = self._limits
        if self._active is None:
            wait_s = limits.request_s if self._arriving else limits.idle_s
            self.deadline = time.monotonic() + wait_s
        if self._ready:
            asyncio.get_running_loop().call_soon(self._go_on)
        elif not self._last:
            self._transport.resume_reading()

    def _go_on(self) -> None:
        if self._ready and self._active is None and not self._closing and not self._stuck:
            self._next()

    def _refuse(self, reply: Reply, request: Request | None = None) -> None:
        """A last reply, after those to the requests before it."""
        if self._closing or self._last:
            return
        if self._active is None and not self._ready:
            self._end(reply, request)
            return
        request = request or self._request or Request("-", b"", {})
        request.refused, request.keep_alive = replace(reply, close=True), False
        self._last = True
        self._body = bytearray()
        self._ready.append(request)
        self._transport.pause_reading()

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
