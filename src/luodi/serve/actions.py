"""What each route does with a request that was let in."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from functools import partial
from typing import Any

from luodi.core.errors import LuodiError
from luodi.serve import feedback, inference, openapi, readings, reply, reviewing, strict
from luodi.serve.answers import Question
from luodi.serve.parts import Parts
from luodi.serve.reply import Reply, problem
from luodi.serve.request import Request
from luodi.serve.routes import Route, case_of

Respond = Callable[[Reply], None]
Work = Coroutine[Any, Any, Reply]
"""What ends in a reply when the ledger has acknowledged."""


class Actions:
    """The actions by the names that routes have for them. It is an object because all of them
    work on the same parts.

    Args:
        parts: What the server is made of.
        routes: All routes by path, for the published document.
    """

    def __init__(self, parts: Parts, routes: Mapping[bytes, Route]) -> None:
        self._parts, self._routes = parts, routes
        self._tasks: set[asyncio.Task[None]] = set()

    def act(self, request: Request, route: Route, respond: Respond) -> None:
        """Do what a route is for; ``respond`` is called exactly once, perhaps later."""
        try:
            getattr(self, route.action)(request, route, respond)
        except LuodiError as error:
            respond(problem(error))
        except Exception as error:  # the last net: one request fails, the server goes on
            self._parts.access.fault(error)
            respond(problem("serve.unexpected"))

    def live(self, request: Request, route: Route, respond: Respond) -> None:
        """Whether the process lives."""
        respond(reply.json({"live": True}))

    def ready(self, request: Request, route: Route, respond: Respond) -> None:
        """Whether requests would be answered."""
        respond(
            reply.json({"ready": True})
            if self._parts.health.is_ready
            else problem("serve.not_ready")
        )

    def model_ready(self, request: Request, route: Route, respond: Respond) -> None:
        """Whether a model would answer: all do when the server does."""
        self.ready(request, route, respond)

    def metrics(self, request: Request, route: Route, respond: Respond) -> None:
        """Counts for Prometheus."""
        used = [(name, model.current.digest) for name, model in self._parts.models.items()]
        text = self._parts.metrics.text(used).encode()
        respond(Reply(200, text, b"text/plain; version=0.0.4; charset=utf-8"))

    def openapi(self, request: Request, route: Route, respond: Respond) -> None:
        """The document of everything here."""
        respond(reply.json(self._document()))

    def _document(self) -> dict[str, Any]:
        models = list(self._parts.models.values())
        return openapi.document(models, self._routes, self._parts.limits, self._parts.version)

    def server(self, request: Request, route: Route, respond: Respond) -> None:
        """Open Inference Protocol: the server."""
        respond(reply.json(inference.server(self._parts.version)))

    def about(self, request: Request, route: Route, respond: Respond) -> None:
        """Open Inference Protocol: a model."""
        respond(reply.json(inference.about(self._parts.models[route.model])))

    def predict(self, request: Request, route: Route, respond: Respond) -> None:
        """Answers for one record or many."""
        self._ask(request, route, respond)

    def invocations(self, request: Request, route: Route, respond: Respond) -> None:
        """Answers in MLflow's form."""
        self._ask(request, route, respond)

    def infer(self, request: Request, route: Route, respond: Respond) -> None:
        """Answers for tensors."""
        self._ask(request, route, respond)

    def feedback(self, request: Request, route: Route, respond: Respond) -> None:
        """Keep what came true."""
        parts = self._parts
        assert parts.ledger is not None and parts.codecs is not None
        value = strict.decode(request.body, parts.limits.depth)
        many = type(value) is list
        given = value if many else [value]
        if len(given) > parts.limits.rows:
            raise LuodiError("serve.rows", limit=parts.limits.rows)
        items = [feedback.read(one, row) for row, one in enumerate(given)]
        work = feedback.keep(items, many, parts.codecs, parts.ledger, parts.metrics)
        self._later(work, respond)

    def review_next(self, request: Request, route: Route, respond: Respond) -> None:
        """Lend the next cases to a person."""
        parts = self._parts
        assert parts.ledger is not None and parts.codecs is not None
        value = strict.decode(request.body, parts.limits.depth)
        asked = reviewing.asking(value, parts.models)
        self._later(reviewing.give(asked, request.who, parts.codecs, parts.ledger), respond)

    def review_answer(self, request: Request, route: Route, respond: Respond) -> None:
        """Keep what a person saw."""
        parts = self._parts
        assert parts.ledger is not None and parts.codecs is not None
        item = feedback.read(strict.decode(request.body, parts.limits.depth), 0)
        work = reviewing.answer(item, request.who, parts.codecs, parts.ledger, parts.metrics)
        self._later(work, respond)

    def review_skip(self, request: Request, route: Route, respond: Respond) -> None:
        """Let a case wait no more."""
        assert self._parts.ledger is not None
        name = reviewing.skipped(strict.decode(request.body, self._parts.limits.depth))
        self._later(reviewing.skip(name, request.who, self._parts.ledger), respond)

    def review_image(self, request: Request, route: Route, respond: Respond) -> None:
        """The image of a case, for a person to look at."""
        parts = self._parts
        assert parts.ledger is not None and parts.codecs is not None
        name = case_of(request.path)
        if name is None:
            raise LuodiError("ledger.review_unknown", id="")
        self._later(reviewing.image(name, parts.codecs, parts.ledger), respond)

    def _later(self, work: Work, respond: Respond) -> None:
        """Respond once the ledger has acknowledged."""
        task = asyncio.get_running_loop().create_task(self._acknowledge(work, respond))
        self._tasks.add(task)  # the loop itself would forget it
        task.add_done_callback(self._tasks.discard)

    async def _acknowledge(self, work: Work, respond: Respond) -> None:
        try:
            respond(await work)
        except LuodiError as error:
            self._parts.health.heard(error.code)
            respond(problem(error))
        except Exception as error:
            self._parts.access.fault(error)
            respond(problem("serve.unexpected"))

    def _ask(self, request: Request, route: Route, respond: Respond) -> None:
        model = self._parts.models[route.model]
        served = model.current
        read = readings.BY_ACTION[route.action]
        question = Question(model, served, (), request)
        question.reading = partial(read, request, served, self._parts.limits)
        if not served.is_slow:
            question.read()

        def done(question: Question) -> None:
            if question.error is not None:
                respond(problem(question.error))
                return
            for answer in question.answers or ():
                self._parts.metrics.answer(model.name, answer["action"], answer["warnings"])
            respond(self._guarded(question))

        self._parts.batcher.ask(question, done)

    def _guarded(self, question: Question) -> Reply:
        """A reply; a fault in writing one must not keep others from theirs."""
        try:
            assert question.written is not None
            return question.written(question)
        except LuodiError as error:
            return problem(error)
        except Exception as error:
            self._parts.access.fault(error)
            return problem("serve.unexpected")
