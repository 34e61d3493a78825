"""Follows the ledger: another champion is loaded and checked beside the traffic, then answers.

The thread only reads. What it has made ready is handed to the event loop as one reference, so
that every request meets either the old release or the new one, whole.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from functools import partial

from luodi.core.errors import LuodiError
from luodi.runtime.load import load
from luodi.serve.access import Access
from luodi.serve.app import App
from luodi.serve.models import Model, Served
from luodi.store.home import Home
from luodi.store.ledger import tokens

EVERY_S = 0.25
AGAIN_S = 30.0
KEPT = 3
"""Releases that stay in memory, so that a roll back needs no loading."""


def champion(home: Home, name: str) -> str:
    """Digest of the release that a task has in use.

    Raises:
        LuodiError: ``serve.no_champion``; ``ledger.unreachable``.
    """
    digest = home.ledger.aliases(name).get("champion")
    if digest is None:
        raise LuodiError("serve.no_champion", name=name)
    return digest


def fetch(home: Home, name: str, digest: str) -> Served:
    """Load a release of a home, with every check.

    Raises:
        LuodiError: ``release.*``, ``store.*``, ``ledger.release_unknown``.
    """
    for known in home.ledger.releases(name):
        if known.digest == digest:
            served = Served(load(home.blobs.get(known.blob)))
            if served.digest != digest:
                raise LuodiError("release.digest", member=name)
            return served
    raise LuodiError("ledger.release_unknown", digest=digest)


class Watcher:
    """The thread. It is an object because it can be ended.

    Args:
        home: Where aliases and releases are.
        asks: Whether clients are asked for a token.
        app: What serves.
        follows: Whether aliases are followed; a server of one file keeps to it.
        access: The log.
        loop: The event loop that everything is handed to.
    """

    def __init__(
        self,
        home: Home,
        asks: bool,
        app: App,
        follows: bool,
        access: Access,
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        self._home, self._asks, self._app = home, asks, app
        self._follows, self._access, self._loop = follows, access, loop
        self._kept: OrderedDict[str, Served] = OrderedDict(
            (model.current.digest, model.current) for model in app.models.values()
        )
        self._failed: dict[str, float] = {}
        self._tokens: list[tokens.Token] | None = None
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="luodi-watch", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread."""
        self._stopped.set()
        self._thread.join()

    def _run(self) -> None:
        models: Mapping[str, Model] = self._app.models if self._follows else {}
        while not self._stopped.wait(EVERY_S):
            for model in models.values():
                self._guarded(model.name, partial(self._follow, model))
            self._guarded("tokens", self._look_at_tokens)
            self._guarded("ledger", self._look_at_ledger)

    def _guarded(self, what: str, step: Callable[[], None]) -> None:
        """One look; what goes wrong is noted, and what is in use stays in use."""
        try:
            step()
        except LuodiError as error:
            self._note(what, error.code)
        except Exception as error:  # a fault here must not end the thread
            self._note(what, type(error).__name__)

    def _note(self, what: str, code: str) -> None:
        key = f"{what} {code}"
        if time.monotonic() - self._failed.get(key, -AGAIN_S) >= AGAIN_S:
            self._failed[key] = time.monotonic()
            self._hand(self._access.say, f"{what}: {code}")

    def _follow(self, model: Model) -> None:
        digest = champion(self._home, model.name)
        if digest == model.current.digest:
            return
        if time.monotonic() - self._failed.get(digest, -AGAIN_S) < AGAIN_S:
            return
        try:
            served = self._kept.get(digest) or fetch(self._home, model.name, digest)
        except LuodiError:
            self._failed[digest] = time.monotonic()
            self._hand(self._app.metrics.swap, model.name, False)
            raise
        self._kept[digest] = served
        self._kept.move_to_end(digest)
        while len(self._kept) > KEPT * len(self._app.models):
            self._kept.popitem(last=False)
        done = threading.Event()
        self._hand(self._swap, model, served, done)
        done.wait(EVERY_S)

    def _swap(self, model: Model, served: Served, done: threading.Event) -> None:
        model.swap(served)
        self._app.metrics.swap(model.name, True)
        self._app.metrics.since(model.name)
        self._access.say(f"{model.name}: {served.digest}")
        done.set()

    def _look_at_tokens(self) -> None:
        if not self._asks:
            return
        held = tokens.held(self._home.ledger)
        if held != self._tokens:
            self._hand(self._app.doors.change, held)
            self._tokens = held

    def _look_at_ledger(self) -> None:
        """A server whose ledger does not answer is not ready; it is again when the ledger is."""
        try:
            with self._home.ledger.reading():
                self._app.health.ledger_answers = True
        except LuodiError:
            self._app.health.ledger_answers = False
            raise

    def _hand(self, what: Callable[..., object], *given: object) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(what, *given)
