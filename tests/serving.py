"""A server as a user starts it, in a process of its own, and a client that hides nothing."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from onnx import numpy_helper

from fuzz import release_maker
from luodi.core.manifest import canonical_json
from luodi.runtime.load import load
from luodi.runtime.score import Scorer
from luodi.store.home import Home
from luodi.store.ledger import tokens as ledger_tokens
from luodi.store.ledger.rows import Reason

NAME = "t"
RECORD = {"torque": 40.0, "speed": 1500, "type": "L"}
ROLES = ("predict", "feedback", "review", "admin")
START_S = 60.0
ADDRESS = re.compile(r"http://[^ ]*?:(\d+)")


@cache
def release(leaf: float = 0.5, per_day: int | None = None) -> bytes:
    """A small release; another number gives one that answers differently.

    Args:
        leaf: A number in a tree.
        per_day: How many answers a day people can look at.
    """
    leaves = numpy_helper.from_array(np.array([leaf, leaf - 1.75, 0.75, -0.5, 2.0]))
    steps = release_maker.nodes(release_maker.trees(leaf_weights=leaves))
    graph = release_maker.model(steps).SerializeToString()
    rows = [*release_maker.ROWS, RECORD]
    scores = Scorer(graph, release_maker.codec()).score(rows)
    answers = {
        name: getattr(scores, name).tolist() for name in ("probabilities", "decision", "review")
    }
    golden = canonical_json({"rows": rows, "answers": answers})
    review = {} if per_day is None else {"review": {"per_day": per_day}}
    plan = canonical_json({"seed": 0, **review})
    return release_maker.release(model=graph, golden=golden, plan=plan)


def filled(folder: Path, *leaves: float) -> Home:
    """A new home that knows releases; the first one is the champion."""
    home = Home.create(folder)
    for leaf in leaves or (0.5,):
        data = release(leaf)
        loaded = load(data)
        home.add(data, loaded.digest, NAME, {})
        if leaf == (leaves or (0.5,))[0]:
            home.ledger.promote(NAME, loaded.digest, Reason("a test", "0"))
    return home


@dataclass
class Answered:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Running:
    """A server that is ready."""

    process: subprocess.Popen[str]
    port: int
    home: Path
    tokens: dict[str, str]
    said: list[str] = field(default_factory=list)

    def ask(
        self,
        path: str,
        body: Any = None,
        role: str | None = "predict",
        method: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> Answered:
        """One request on a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        raw = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        given = {"Authorization": f"Bearer {self.tokens[role]}"} if role in self.tokens else {}
        try:
            connection.request(
                method or ("GET" if raw is None else "POST"), path, raw, given | (headers or {})
            )
            answer = connection.getresponse()
            return Answered(
                answer.status,
                {name.lower(): value for name, value in answer.getheaders()},
                answer.read(),
            )
        finally:
            connection.close()

    def socket(self) -> socket.socket:
        """A bare connection."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=30)

    def raw(self, data: bytes, wait_s: float = 5.0) -> bytes:
        """Send bytes and read until the server closes, or for as long as told."""
        with self.socket() as client:
            client.settimeout(wait_s)
            client.sendall(data)
            return read_all(client)

    def head(self, path: str, size: int = 0, role: str = "predict", more: str = "") -> bytes:
        """A request's headers as bytes."""
        method = "POST" if size else "GET"
        token = f"Authorization: Bearer {self.tokens[role]}\r\n" if role in self.tokens else ""
        length = f"Content-Length: {size}\r\n" if size else ""
        return f"{method} {path} HTTP/1.1\r\nHost: localhost\r\n{token}{length}{more}\r\n".encode()

    def stop(self, wait_s: float = 20.0) -> int:
        """End it as an operator would."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(wait_s)


def read_all(client: socket.socket) -> bytes:
    """What comes until the end, or until nothing comes any more."""
    parts = []
    try:
        while part := client.recv(65536):
            parts.append(part)
    except (TimeoutError, ConnectionError):
        pass
    return b"".join(parts)


@contextmanager
def running(
    folder: Path,
    *options: str,
    what: str | Path = NAME,
    auth: bool = True,
    program: Path | None = None,
) -> Iterator[Running]:
    """A server on a free port, for a home that is there or a small one that is made."""
    home = folder / "home"
    if not home.exists():
        filled(home).close()
    tokens = _tokens(home) if auth else {}
    started = ["-m", "luodi.cli"] if program is None else [str(program)]
    command = [sys.executable, *started, "serve", str(what), "--home", str(home)]
    command += ["--port", "0", *options, *([] if auth else ["--no-auth"])]
    environment = os.environ | {"LUODI_LANG": "en", "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    )
    server = Running(process, 0, home, tokens)
    reader = threading.Thread(target=_listen, args=(server,), daemon=True)
    reader.start()
    try:
        end = time.monotonic() + START_S
        while not server.port:
            assert process.poll() is None and time.monotonic() < end, "".join(server.said)
            time.sleep(0.01)
        yield server
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        reader.join(5)


def _tokens(home: Path) -> dict[str, str]:
    """A token of each role."""
    with Home.open(home) as opened:
        return {role: ledger_tokens.new(opened.ledger, role, "a test") for role in ROLES}


def _listen(server: Running) -> None:
    """Keep what the server says, and its port when it says it."""
    assert server.process.stderr is not None
    for line in server.process.stderr:
        server.said.append(line)
        found = ADDRESS.search(line)
        if found and " answers at " in line:
            server.port = int(found[1])
