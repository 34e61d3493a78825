"""Servers to time, each in a process of its own on a core of its own, and the client on another."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from bench.options import ROOT

READY_S, END_S = 60.0, 10.0
# The fastest plain servers that are here; at least one stands beside every figure.
RIVALS = ("granian", "uvicorn")
# How many times the requests a second of a framework luodi is to answer.
TIMES = {"MLflow": 30.0, "BentoML": 8.0}


def cores() -> tuple[set[int], set[int]]:
    """A core for the server and one for the client; with one core both share it."""
    if not hasattr(os, "sched_getaffinity"):
        return set(), set()
    known = sorted(os.sched_getaffinity(0))
    return {known[0]}, {known[-1]}


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def started(command: Sequence[str], port: int, folder: Path) -> Iterator[float]:
    """A server that runs, and the seconds until it took a connection."""
    server, _ = cores()
    began = time.perf_counter()
    process = subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=folder,
        env=_environment(),
        preexec_fn=(lambda: os.sched_setaffinity(0, server)) if server else None,
        start_new_session=True,
    )
    try:
        while not _takes(port):
            if process.poll() is not None or time.perf_counter() - began > READY_S:
                raise RuntimeError(f"{command[2]} did not start")
            time.sleep(0.002)
        yield time.perf_counter() - began
    finally:
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a server; some have processes of their own, which only they themselves end."""
    process.terminate()
    try:
        process.wait(END_S)
    except subprocess.TimeoutExpired:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _environment() -> dict[str, str]:
    """What servers find: this tree, and the programs beside this Python."""
    found = os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", "")))
    return os.environ | {
        "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "src"))),
        "PATH": found,
    }


def _takes(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def luodi(release: Path, port: int, *options: str) -> list[str]:
    """The command that serves a release, with everything on."""
    program = [sys.executable, "-m", "luodi.cli", "serve", str(release), "--port", str(port)]
    return [*program, "--home", "home", *options]


def bare(server: str, release: Path, port: int) -> list[str]:
    """The command of the plain server."""
    return [sys.executable, "-m", "bench.bare", server, str(port), str(release)]


def rivals() -> list[str]:
    """The plain servers that are installed here."""
    return [name for name in RIVALS if find_spec(name)]


@dataclass(frozen=True)
class Framework:
    """A framework that serves the same graph.

    Attributes:
        path: Where it answers.
        command: The command that serves, less the port.
        body: A record in its form.
    """

    path: str
    command: Sequence[str]
    body: Callable[[Mapping[str, Any]], Mapping[str, Any]]


def frameworks(release: Path) -> dict[str, Framework]:
    """The frameworks that are installed here, each with the release as its model."""
    found = {}
    if find_spec("mlflow"):
        model = release.parent / "mlflow-model"
        if model.exists():
            shutil.rmtree(model)
        subprocess.run(
            [sys.executable, "-c", _MLFLOW, str(model), str(release)],
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=release.parent,
            env=_environment(),
        )
        command = [sys.executable, "-m", "mlflow", "models", "serve", "-m", str(model)]
        found["MLflow"] = Framework(
            "/invocations",
            [*command, "--env-manager", "local", "--workers", "1", "--port"],
            lambda record: {"dataframe_records": [record]},
        )
    if find_spec("bentoml"):
        os.environ |= {"BENCH_RELEASE": str(release), "BENTOML_DO_NOT_TRACK": "1"}
        found["BentoML"] = Framework(
            "/predict",
            [sys.executable, "-m", "bentoml", "serve", "bench.in_bentoml:Plain", "--port"],
            lambda record: {"record": record},
        )
    return found


_MLFLOW = """
import sys
import mlflow
from bench import in_mlflow
mlflow.pyfunc.save_model(
    sys.argv[1], python_model=in_mlflow.__file__, artifacts={"release": sys.argv[2]}
)
"""


def token(folder: Path) -> str:
    """A home in a folder, and a token that asks it for answers."""
    from luodi.store.home import Home
    from luodi.store.ledger import tokens

    if not (folder / "home").exists():
        Home.create(folder / "home").close()
    with Home.open(folder / "home") as home:
        return tokens.new(home.ledger, "predict", "bench")


def load(port: int, record: Mapping[str, Any], **told: Any) -> dict[str, Any]:
    """Put a load on a server from a process of its own; see ``bench.traffic``."""
    _, client = cores()
    asked = {"port": port, "path": "/predict", "record": record, **told}
    done = subprocess.run(
        [sys.executable, "-m", "bench.traffic", json.dumps(asked)],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        cwd=ROOT,
        preexec_fn=(lambda: os.sched_setaffinity(0, client)) if client else None,
    )
    seen: dict[str, Any] = json.loads(done.stdout)
    return seen
