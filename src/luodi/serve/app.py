"""Admits, routes and answers requests; everything between the connection and the release."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from luodi.core.errors import LuodiError
from luodi.serve import feedback, inference, invocations, openapi, reply, routes, strict
from luodi.serve.access import Access
from luodi.serve.admission import Admission, Turn
from luodi.serve.answers import Question, Record
from luodi.serve.batcher import DEAD, Batcher
from luodi.serve.doors import Doors
from luodi.serve.metrics import Metrics
from luodi.serve.models import Model
from luodi.serve.reply import Reply, problem
from luodi.serve.request import Request
from luodi.serve.routes import Route
from luodi.serve.settings import Limits

if TYPE_CHECKING:
    from luodi.serve.connection import Connection
    from luodi.store.ledger.ledger import Ledger

LARGE = 16 * 1024
"""A request of many records may take its time; that is no sign of too many requests."""
Respond = Callable[[Reply], None]
Written = Callable[[Question], Reply]
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

    ``ledger_answers`` is what the watcher saw last of the ledger's database.

    Args:
        models: The tasks in service by name; the first one answers where none is named.
        doors: Who may come in.
        batcher: What answers.
        metrics: What counts.
        ledger: Where outcomes are kept; None for nowhere.
        limits: What a client may ask.
        access: The log.
        version: The version of luodi, to be shown.
    """

    def __init__(
        self,
        models: Mapping[str, Model],
        doors: Doors,
        batcher: Batcher,
        metrics: Metrics,
        ledger: Ledger | None,
        limits: Limits,
        access: Access,
        version: str = "",
    ) -> None:
        self.models, self.doors, self.metrics, self.limits = models, doors, metrics, limits
        self.ledger = ledger
        self.connections: set[Connection] = set()
        self.in_flight = 0
        self.ledger_answers = True
        self.admission = Admission(limits.in_flight)
        self.draining = False
        self._batcher, self._access, self._version = batcher, access, version
        self._routes = routes.table(models, feedback=ledger is not None)
        self._tasks: set[asyncio.Task[None]] = set()

    # What a connection calls.

    def admit(self, request: Request) -> Reply | None:
        """Refuse a request by its headers alone; None when its body may come."""
        route, found = self._found(request.path)
        request.route = route.label if route else "none"
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
        if not _is_readable(request.headers):
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
        if route.heavy:
            start = partial(self._act, request, route, respond)
            self.admission.ask(Turn(request, start, partial(_refuse, respond)))
        else:
            self._act(request, route, respond)

    def _act(self, request: Request, route: Route, respond: Respond) -> None:
        try:
            getattr(self, f"_{route.action}")(request, route, respond)
        except LuodiError as error:
            respond(problem(error))
        except Exception as error:  # the last net: one request fails, the server goes on
            self._access.fault(error)
            respond(problem("serve.unexpected"))

    def is_filled(self) -> bool:
        """Whether the bodies that are being read take all the memory that they may."""
        held = sum(connection.held_bytes for connection in self.connections)
        return held > self.limits.bodies_mb * 2**20

    def entered(self, request: Request) -> None:
        """A request is under way."""
        self.in_flight += 1

    def left(self, request: Request) -> None:
        """A request's client went away before its answer."""
        self.in_flight -= 1
        self.admission.leave(request, answered=False)

    def finished(self, request: Request, answer: Reply) -> Reply:
        """A request was answered; the reply in the form that its protocol has for errors."""
        self.in_flight -= 1
        self.admission.leave(request, answered=answer.status == 200 and len(request.body) < LARGE)
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
        named = routes.versioned(path)
        route = self._routes.get(named[0]) if named else None
        if route is None or named is None:
            return None, False
        return route, self.models[route.model].current.version == named[1]

    @property
    def is_ready(self) -> bool:
        """Whether requests would be answered."""
        return not self.draining and self.ledger_answers and not self._batcher.ledger_dead

    # What the routes do.

    def _live(self, request: Request, route: Route, respond: Respond) -> None:
        respond(reply.json({"live": True}))

    def _ready(self, request: Request, route: Route, respond: Respond) -> None:
        respond(reply.json({"ready": True}) if self.is_ready else problem("serve.not_ready"))

    def _model_ready(self, request: Request, route: Route, respond: Respond) -> None:
        self._ready(request, route, respond)

    def _metrics(self, request: Request, route: Route, respond: Respond) -> None:
        self.metrics.open(self.in_flight, len(self.connections))
        used = [(name, model.current.digest) for name, model in self.models.items()]
        text = self.metrics.text(used).encode()
        respond(Reply(200, text, b"text/plain; version=0.0.4; charset=utf-8"))

    def _openapi(self, request: Request, route: Route, respond: Respond) -> None:
        respond(reply.json(self._document()))

    def _document(self) -> dict[str, Any]:
        models = list(self.models.values())
        return openapi.document(models, self._routes, self.limits, self._version)

    def _server(self, request: Request, route: Route, respond: Respond) -> None:
        respond(reply.json(inference.server(self._version)))

    def _about(self, request: Request, route: Route, respond: Respond) -> None:
        respond(reply.json(inference.about(self.models[route.model])))

    def _predict(self, request: Request, route: Route, respond: Respond) -> None:
        value = strict.decode(request.body, self.limits.depth)
        records = value if type(value) is list else [value]
        many = type(value) is list

        def written(question: Question) -> Reply:
            assert question.answers is not None
            return reply.json(question.answers if many else question.answers[0])

        self._ask(route, self._records(records), written, respond)

    def _invocations(self, request: Request, route: Route, respond: Respond) -> None:
        value = strict.decode(request.body, self.limits.depth)
        records = invocations.records(value, self.limits.rows)
        self._ask(route, self._records(records), invocations.written, respond)

    def _infer(self, request: Request, route: Route, respond: Respond) -> None:
        asked = inference.read(request, self.limits)
        written = partial(inference.written, asked)
        self._ask(route, self._records(asked.records), written, respond)

    def _feedback(self, request: Request, route: Route, respond: Respond) -> None:
        assert self.ledger is not None
        value = strict.decode(request.body, self.limits.depth)
        given = value if type(value) is list else [value]
        if len(given) > self.limits.rows:
            raise LuodiError("serve.rows", limit=self.limits.rows)
        items = [feedback.read(one, row) for row, one in enumerate(given)]
        work = feedback.keep(items, self.models, self.ledger, self.metrics)
        task = asyncio.get_running_loop().create_task(
            self._acknowledge(work, type(value) is list, respond)
        )
        self._tasks.add(task)  # the loop itself would forget it
        task.add_done_callback(self._tasks.discard)

    async def _acknowledge(self, work: feedback.Work, many: bool, respond: Respond) -> None:
        try:
            respond(feedback.written(await work, many))
        except LuodiError as error:
            self._batcher.ledger_dead = self._batcher.ledger_dead or error.code == DEAD
            respond(problem(error))
        except Exception as error:
            self._access.fault(error)
            respond(problem("serve.unexpected"))

    def _records(self, records: list[Record]) -> list[Record]:
        if len(records) > self.limits.rows:
            raise LuodiError("serve.rows", limit=self.limits.rows)
        if not all(type(record) is dict for record in records):
            raise LuodiError("serve.not_records")
        return records

    def _ask(
        self,
        route: Route,
        records: list[Record],
        written: Written,
        respond: Respond,
    ) -> None:
        model = self.models[route.model]
        question = Question(model, model.current, records)

        def done(question: Question) -> None:
            if question.error is not None:
                respond(problem(question.error))
                return
            for answer in question.answers or ():
                self.metrics.answer(model.name, answer["action"], bool(answer["warnings"]))
            respond(self._guarded(written, question))

        self._batcher.ask(question, done)

    def _guarded(self, written: Written, question: Question) -> Reply:
        """A reply; a fault in writing one must not keep others from theirs."""
        try:
            return written(question)
        except LuodiError as error:
            return problem(error)
        except Exception as error:
            self._access.fault(error)
            return problem("serve.unexpected")


def _refuse(respond: Respond) -> None:
    respond(problem("serve.busy"))


def _is_readable(headers: Mapping[bytes, bytes]) -> bool:
    """Whether the body is of a kind that is read here: JSON, not packed."""
    kind = headers.get(b"content-type", b"").partition(b";")[0].strip().lower()
    coding = headers.get(b"content-encoding", b"identity").lower()
    return kind in _MEDIA and coding == b"identity"
