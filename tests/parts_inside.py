"""A server's parts in the process of a test, where it can reach what they hold."""

from __future__ import annotations

import asyncio
import http.client
import json
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

from luodi.runtime.load import load
from luodi.serve.access import Access
from luodi.serve.app import App
from luodi.serve.batcher import Batcher
from luodi.serve.codecs import Codecs
from luodi.serve.connection import serving
from luodi.serve.doors import Doors
from luodi.serve.health import Health
from luodi.serve.metrics import Metrics
from luodi.serve.models import Model, Served
from luodi.serve.parts import Parts
from luodi.serve.routes import labels, table
from luodi.serve.settings import Limits
from luodi.store.home import Home
from serving import NAME, release


@contextmanager
def inside(home: Home, data: bytes | None = None, limits: Limits | None = None) -> Iterator[App]:
    """A server's parts in this process, where a test can reach the ledger's own connection."""
    metrics = Metrics([NAME], labels(table([NAME], True).values()))
    health = Health()
    silent = Access(False, lambda text: None)
    batcher = Batcher(home.ledger, 1.0, False, metrics, health, silent)
    models = {NAME: Model(NAME, Served(load(data or release())))}
    with home:
        ledger, codecs = home.ledger, Codecs(home)
        doors = Doors(None)
        yield App(
            Parts(
                models, doors, batcher, metrics, health, ledger, codecs, limits or Limits(), silent
            )
        )
    batcher.close()


async def listening(app: App) -> Callable[..., Awaitable[tuple[int, dict]]]:
    """What asks the parts over a socket."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(serving(app), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]

    def ask(path: str, value: object = None) -> tuple[int, dict]:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        body = None if value is None else json.dumps(value).encode()
        connection.request("GET" if body is None else "POST", path, body)
        answer = connection.getresponse()
        content = json.loads(answer.read())
        connection.close()
        return answer.status, content

    return lambda *asked: loop.run_in_executor(None, ask, *asked)
