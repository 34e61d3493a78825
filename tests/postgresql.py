"""A PostgreSQL server of the tests' own, where the machine has the programs for one."""

from __future__ import annotations

import itertools
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

USER = "plant"
READY_S = 20.0
NUMBERS = itertools.count()
BACKENDS = (
    "SELECT pid FROM pg_stat_activity"
    " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
)


class Server:
    """A server with a folder of its own; it may be killed and started anew on what that holds.

    Its syncs are off: they are for a power cut, and what a process has written outlives it.

    Args:
        home: An empty folder.

    Raises:
        RuntimeError: no programs are here, or this user may not run them.
    """

    def __init__(self, home: str) -> None:
        self._programs, self._as_user = _installed(), _user()
        self._home, self._data, self._port = home, f"{home}/data", _free_port()
        if self._as_user:
            shutil.chown(home, "postgres")
        made = ("initdb", "-D", self._data, "-A", "trust", "-U", USER, "--no-sync")
        done = subprocess.DEVNULL
        subprocess.run(self._command(*made), check=True, stdout=done, cwd=home)
        self.start()

    @property
    def address(self) -> str:
        """Its own database."""
        return f"postgresql://{USER}@127.0.0.1:{self._port}/postgres"

    def start(self) -> None:
        """Start it, once what is left of the one before has ended."""
        run = ("postgres", "-D", self._data, "-p", str(self._port), "-k", self._home)
        end = time.monotonic() + READY_S
        while time.monotonic() < end:
            self._running = subprocess.Popen(
                self._command(*run, "-c", "fsync=off"),
                stderr=subprocess.DEVNULL,
                cwd=self._home,
                start_new_session=True,
            )
            if self._is_ready(end):
                return
        raise RuntimeError("PostgreSQL did not start")

    def stop(self) -> None:
        """Stop it for good, whether it runs or not."""
        stop = self._command("pg_ctl", "-D", self._data, "-m", "immediate", "stop")
        nothing = subprocess.DEVNULL
        subprocess.run(stop, check=False, stdout=nothing, stderr=nothing)
        self._running.wait(timeout=READY_S)

    def kill(self) -> None:
        """kill -9 of the process that all others belong to; these end by themselves."""
        noted = Path(self._data, "postmaster.pid").read_text(encoding="utf-8")
        os.kill(int(noted.split()[0]), signal.SIGKILL)
        self._running.wait(timeout=READY_S)

    def kill_backend(self) -> None:
        """kill -9 of a process that serves a client; the server then ends the others too."""
        first, *_ = told(self.address, BACKENDS)
        os.kill(first, signal.SIGKILL)

    def _command(self, program: str, *words: str) -> list[str]:
        return [*self._as_user, str(self._programs / program), *words]

    def _is_ready(self, end: float) -> bool:
        """Whether it takes connections before it ends or the time does."""
        ask = [str(self._programs / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self._port)]
        while time.monotonic() < end and self._running.poll() is None:
            if subprocess.run(ask, check=False).returncode == 0:
                return True
            time.sleep(0.05)
        return False


def programs() -> Path | None:
    """The folder with ``initdb`` and ``postgres``; Debian keeps them off the path."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).parent if on_path else None


@contextmanager
def running() -> Iterator[Server]:
    """A fresh server on a free port, gone with the block.

    Raises:
        RuntimeError: no programs are here, or this user may not run them.
    """
    with tempfile.TemporaryDirectory(prefix="luodi-pg-") as home:
        server = Server(home)
        try:
            yield server
        finally:
            server.stop()


def made_on(server: str) -> str:
    """The address of a new database on a server of PostgreSQL."""
    name = f"ledger_{next(NUMBERS)}"
    told(server, f"CREATE DATABASE {name}")
    return server.removesuffix("/postgres") + f"/{name}"


def told(address: str, statement: str) -> list[int]:
    """What a statement of who looks after the server gives: the first column, if there is one."""
    from sqlalchemy import create_engine, text

    driver = address.replace("postgresql:", "postgresql+pg8000:")
    engine = create_engine(driver, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        given = connection.execute(text(statement))
        found = list(given.scalars()) if given.returns_rows else []
    engine.dispose()
    return found


def _installed() -> Path:
    folder = programs()
    if folder is None:
        raise RuntimeError("PostgreSQL is not installed; Debian's package is postgresql")
    return folder


def _user() -> list[str]:
    """What runs a program as another user where this one is root: the server refuses to."""
    if os.geteuid() != 0:
        return []
    runuser = shutil.which("runuser", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if runuser is None:
        raise RuntimeError("PostgreSQL does not run as root, and runuser is not here")
    return [runuser, "-u", "postgres", "--"]


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
