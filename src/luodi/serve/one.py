"""One serving process: its own ledger handle, releases, event loop and watcher."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Mapping
from contextlib import ExitStack
from typing import TYPE_CHECKING

from luodi.core.errors import Exit, LuodiError
from luodi.runtime.container import read_bytes
from luodi.runtime.load import load
from luodi.serve import server
from luodi.serve.access import Access
from luodi.serve.app import App
from luodi.serve.batcher import Batcher
from luodi.serve.codecs import Codecs
from luodi.serve.doors import Doors
from luodi.serve.health import Health
from luodi.serve.metrics import Metrics
from luodi.serve.models import DAY_S, Model, Served
from luodi.serve.parts import Parts
from luodi.serve.settings import Settings
from luodi.serve.watcher import Watcher, champion, fetch
from luodi.store import lookup
from luodi.store.home import Home
from luodi.store.ledger import tokens

if TYPE_CHECKING:
    from luodi.serve.start import Plan, Say


def guarded(plan: Plan, metrics: Metrics, number: int, say: Say, parent: int) -> int:
    """``run`` for a process of several: an error is told here, for nobody stands above."""
    try:
        return run(plan, metrics, number, say, parent)
    except LuodiError as error:
        print(error, file=sys.stderr, flush=True)
        return int(error.exit)


def run(plan: Plan, metrics: Metrics, number: int, say: Say, parent: int | None = None) -> int:
    """Serve until a signal says to end.

    Args:
        plan: What all processes share.
        metrics: What they count together.
        number: The number of this process.
        say: Tells a person what is going on.
        parent: The process that started this one, if it is one of several.

    Raises:
        LuodiError: as ``start.serve``.
    """
    settings = plan.settings
    metrics.started(number)
    access = Access(settings.access_log)
    with ExitStack() as stack:
        home = stack.enter_context(Home.open(settings.home)) if settings.home else None
        models = {name: _model(settings, home, name, number) for name in settings.names}
        app = _app(settings, models, home, metrics, access, stack)

        def started(loop: asyncio.AbstractEventLoop) -> None:
            for name in models:
                metrics.since(name)
            if home is not None:
                follows = settings.file is None
                watcher = Watcher(home, settings.auth, app, follows, access, loop)
                stack.callback(watcher.stop)
            if number == 0:
                _announce(plan, models, say)

        asyncio.run(server.serve(app, plan.listener, access, started, parent))
    return int(Exit.DONE)


def _app(
    settings: Settings,
    models: Mapping[str, Model],
    home: Home | None,
    metrics: Metrics,
    access: Access,
    stack: ExitStack,
) -> App:
    """What answers, put together; what has to be ended goes onto the stack."""
    ledger, health = home.ledger if home else None, Health()
    share = {"all": 1.0, "sample": settings.share, "none": 0.0}[settings.log]
    batcher = Batcher(ledger, share, settings.durability == "strict", metrics, health, access)
    stack.callback(batcher.close)
    doors = Doors(tokens.held(home.ledger) if settings.auth and home else None)
    codecs = Codecs(home) if home else None
    limits, version = settings.limits, settings.version
    return App(
        Parts(models, doors, batcher, metrics, health, ledger, codecs, limits, access, version)
    )


def _model(settings: Settings, home: Home | None, name: str, number: int) -> Model:
    """A task with the release that is in use."""
    served = _first(settings, home, name)
    if home is None:
        return Model(name, served, settings.workers, number)
    day = int((time.time() - DAY_S) * 1e6)
    reviews = [at / 1e6 for at in lookup.reviews_since(home.ledger, name, day)]
    return Model(name, served, settings.workers, number, reviews)


def _first(settings: Settings, home: Home | None, name: str) -> Served:
    if settings.file is None:
        assert home is not None
        return fetch(home, name, champion(home, name))
    data = read_bytes(settings.file)
    served = Served(load(data))
    if home is not None:
        home.add(data, served.digest, name, {"goal": served.release.goal})
    return served


def _announce(plan: Plan, models: Mapping[str, Model], say: Say) -> None:
    for name, model in models.items():
        say("serve_ready", {"task": name, "digest": model.current.digest, "where": plan.where})
