"""A PostgreSQL server of the tests' own, where the machine has the programs for one."""

from __future__ import annotations

import itertools
import os
import shutil
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


def programs() -> Path | None:
    """The folder with ``initdb`` and ``postgres``; Debian keeps them off the path."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).parent if on_path else None


@contextmanager
def server() -> Iterator[str]:
    """A fresh server on a free port, gone with the block; its address.

    Raises:
        RuntimeError: no programs are here, or this user may not run them.
    """
    folder = programs()
    if folder is None:
        raise RuntimeError("PostgreSQL is not installed; Debian's package is postgresql")
    prefix = []
    if os.geteuid() == 0:  # the server refuses to run as root
        runuser = shutil.which("runuser", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
        if runuser is None:
            raise RuntimeError("PostgreSQL does not run as root, and runuser is not here")
        prefix = [runuser, "-u", "postgres", "--"]
    with tempfile.TemporaryDirectory(prefix="luodi-pg-") as home:
        if prefix:
            shutil.chown(home, "postgres")
        data, port = f"{home}/data", _free_port()
        made = [folder / "initdb", "-D", data, "-A", "trust", "-U", USER, "--no-sync"]
        subprocess.run([*prefix, *map(str, made)], check=True, stdout=subprocess.DEVNULL, cwd=home)
        run = [folder / "postgres", "-D", data, "-p", port, "-k", home, "-c", "fsync=off"]
        running = subprocess.Popen(
            [*prefix, *map(str, run)], stderr=subprocess.DEVNULL, cwd=home, start_new_session=True
        )
        try:
            _wait_for(folder / "pg_isready", port, running)
            yield f"postgresql://{USER}@127.0.0.1:{port}/postgres"
        finally:
            stop = [folder / "pg_ctl", "-D", data, "-m", "immediate", "stop"]
            subprocess.run([*prefix, *map(str, stop)], check=False, stdout=subprocess.DEVNULL)
            running.wait(timeout=READY_S)


def made_on(server: str) -> str:
    """The address of a new database on a server of PostgreSQL."""
    from sqlalchemy import create_engine, text

    name = f"ledger_{next(NUMBERS)}"
    engine = create_engine(
        server.replace("postgresql:", "postgresql+pg8000:"), isolation_level="AUTOCOMMIT"
    )
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return server.removesuffix("/postgres") + f"/{name}"


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _wait_for(asking: Path, port: int, running: subprocess.Popen[bytes]) -> None:
    ask = [str(asking), "-q", "-h", "127.0.0.1", "-p", str(port)]
    end = time.monotonic() + READY_S
    while time.monotonic() < end and running.poll() is None:
        if subprocess.run(ask, check=False).returncode == 0:
            return
        time.sleep(0.05)
    raise RuntimeError("PostgreSQL did not start")
