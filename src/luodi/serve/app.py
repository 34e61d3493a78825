"""Admits, routes and answers requests; everything between the connection and the release."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING

from luodi.core.errors import LuodiError
from luodi.serve import inference, routes
from luodi.serve.actions import Actions, Respond
from luodi.serve.admission import Admission, Turn
from luodi.serve.cases import IMAGE
from luodi.serve.parts import Parts
from luodi.serve.reply import Reply, problem
from luodi.serve.request import Request
from luodi.serve.routes import Route

if TYPE_CHECKING:
    from luodi.serve.connection import Connection

LARGE = 16 * 1024
"""A request of many records may take its time; that is no sign of too many requests."""
# JSON by its names, nothing at all, what curl says by itself, and the inference protocol's binary.
_MEDIA = (
    b"",
    b"application/json",
    b"application/octet-stream",
    b"application/x-www-form-urlencoded",
    b"text/plain",
)


class App:
    """One server's state: models, doors, what is open and what is under way.

    Args:
        parts: What it is made of.
    """

    def __init__(self, parts: Parts) -> None:
        self.models, self.doors, self.metrics = parts.models, parts.doors, parts.metrics
        self.limits, self.health = parts.limits, parts.health
        self.connections: set[Connection] = set()
        self.in_flight = 0
        # some connections stay for those who look at the server's health
        rest = parts.limits.connections - parts.limits.in_flight
        self.admission = Admission(parts.limits.in_flight, max(1, rest * 9 // 10))
        self._access = parts.access
        self._routes = routes.table(parts.models, feedback=parts.ledger is not None)
        self._actions = Actions(parts, self._routes)

    # What a connection calls.

    def admit(self, request: Request) -> Reply | None:
        """Refuse a request by its headers alone; None when its body may come."""
        route, found = self._found(request.path)
        request.route = route.label if route else "none"
        model = self.models[route.model].current if route and route.model else None
        request.most_bytes = self.limits.body_bytes(model.largest_bytes if model else 0)
        if route is None or route.roles:
            code = self.doors.refuses(request, route.roles if route else routes.ANY)
            if code is not None:
                return problem(code)
        if route is None or not found:
            return problem("serve.no_route" if route is None else "serve.version")
        method = "GET" if request.method == "HEAD" else request.method
        if method != route.method:
            allow = "GET, HEAD" if route.method == "GET" else route.method
            return problem(LuodiError("serve.method", allow=allow))
        raw = model.media if model and route.action == "predict" else frozenset()
        if not _is_readable(request, raw):
            return problem("serve.media")
        size = int(request.headers.get(b"content-length", b"0")[:12])
        if route.heavy and self.admission.turns_away(size):
            return problem("serve.busy")
        return None

    def answer(self, request: Request, respond: Respond) -> None:
        """Answer a request that was admitted; ``respond`` is called exactly once."""
        self.entered(request)
        route, _ = self._found(request.path)
        assert route is not None
        if not route.heavy:
            self._actions.act(request, route, respond)
            return

        def ended(reply: Reply) -> None:
            # the place is free when the work has ended, also if its client went away before
            short = len(request.body) < LARGE
            self.admission.leave(request, answered=reply.status == 200 and short)
            respond(reply)

        start = partial(self._start, request, ended)
        self.admission.ask(Turn(request, start, partial(_refuse, respond)))

    def _start(self, request: Request, respond: Respond) -> None:
        """Begin the work; another release than the one asked for may be in use by now."""
        route, found = self._found(request.path)
        if route is None or not found:
            respond(problem("serve.version"))
        else:
            self._actions.act(request, route, respond)

    def is_filled(self) -> bool:
        """Whether all bodies, those that are read and those of requests that are under way, take
        the memory that they may."""
        held = sum(connection.held_bytes for connection in self.connections)
        largest = max(model.current.largest_bytes for model in self.models.values())
        return held + self.admission.held_bytes > self.limits.bodies_bytes(largest)

    def entered(self, request: Request) -> None:
        """A request is under way."""
        self.in_flight += 1

    def left(self, request: Request) -> None:
        """A request's client went away before its answer."""
        self.in_flight -= 1
        request.gone = True

    def finished(self, request: Request, answer: Reply) -> Reply:
        """A request was answered; the reply in the form that its protocol has for errors."""
        self.in_flight -= 1
        request.gone = True
        seconds = time.monotonic() - request.began
        self.metrics.request(request.route, answer.status, seconds)
        self._access.note(request, answer, seconds)
        if answer.code and request.path.startswith(b"/v2"):
            return inference.failed(answer)
        return answer

    def _found(self, path: bytes) -> tuple[Route | None, bool]:
        """The route of a path, and whether the version that it names is the one in use."""
        route = self._routes.get(path)
        if route is not None:
            return route, True
        if routes.case_of(path) is not None:
            return self._routes.get(IMAGE.encode()), True
        named = routes.versioned(path)
        route = self._routes.get(named[0]) if named else None
        if route is None or named is None:
            return None, False
        return route, self.models[route.model].current.version == named[1]


def _refuse(respond: Respond) -> None:
    respond(problem("serve.busy"))


def _is_readable(request: Request, raw: frozenset[bytes]) -> bool:
    """Whether the body is of a kind that is read here: JSON or a file, not packed."""
    kind = request.media
    coding = request.headers.get(b"content-encoding", b"identity").lower()
    return (kind in _MEDIA or kind in raw) and coding == b"identity"
