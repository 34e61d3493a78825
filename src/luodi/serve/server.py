"""The event loop of one process: listens, looks at deadlines, and ends without losing a request."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from typing import Any

from luodi.serve.access import FLUSH_S, Access
from luodi.serve.app import App
from luodi.serve.connection import serving

LOOK_S = 0.25
BACKLOG = 1024
# The ledger's thread asks for the interpreter several times in a commit; with the usual 5 ms a
# busy loop would let it wait longer than the disk does.
SWITCH_S = 0.0005
Started = Callable[[asyncio.AbstractEventLoop], None]


async def serve(
    app: App, listener: socket.socket, access: Access, started: Started, parent: int | None
) -> None:
    """Serve until a signal says to end, then let what is under way end.

    Args:
        app: What answers.
        listener: A socket that listens.
        access: The log.
        started: Called in the loop once connections are taken.
        parent: Process without which this one has nothing to do.
    """
    loop = asyncio.get_running_loop()
    stopped = asyncio.Event()
    for name in ("SIGTERM", "SIGINT"):
        loop.add_signal_handler(getattr(signal, name), stopped.set)
    # asyncio's own handler would print what it was called with, and so a client's record
    loop.set_exception_handler(lambda _, seen: access.fault(_error(seen)))
    sys.setswitchinterval(SWITCH_S)
    gc.collect()
    gc.freeze()  # what was loaded stays; looking through it again and again only costs time
    server = await loop.create_server(serving(app), sock=listener, backlog=BACKLOG)
    started(loop)
    watch = loop.create_task(_look(app, access, stopped, parent))
    await stopped.wait()
    app.health.draining = True
    server.close()
    await _drained(app)
    watch.cancel()
    access.flush()


async def _look(app: App, access: Access, stopped: asyncio.Event, parent: int | None) -> None:
    """End what is due, write the log, and notice when the parent is gone."""
    flushed = 0.0
    while True:
        now = time.monotonic()
        try:
            _end_what_is_due(app, now)
            if now - flushed >= FLUSH_S:
                flushed = now
                app.metrics.open(app.in_flight, len(app.connections))
                access.flush()
        except Exception as error:  # deadlines must go on, whatever happens to one of them
            access.fault(error)
        if parent is not None and os.getppid() != parent:
            stopped.set()
        await asyncio.sleep(LOOK_S)


def _end_what_is_due(app: App, now: float) -> None:
    # the next look would come too late for what is due before it
    for connection in [c for c in app.connections if c.deadline <= now + LOOK_S]:
        connection.expire()
    app.admission.choose(looking=True)


def _error(seen: dict[str, Any]) -> BaseException:
    return seen.get("exception") or RuntimeError()


async def _drained(app: App) -> None:
    """Wait until every connection has ended, as long as that may take."""
    end = time.monotonic() + app.limits.drain_s
    for connection in list(app.connections):
        connection.drain()
    while app.connections and time.monotonic() < end:
        await asyncio.sleep(0.01)
