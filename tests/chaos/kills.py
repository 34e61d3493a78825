"""Victims that are killed, and what a home must hold after each, wherever its ledger lives."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import text

from chaos.victim import FIRST, SECOND
from luodi.store.home import Home
from luodi.store.ledger import audit, frames, moves
from luodi.store.ledger.rows import Reason, Release

LONGEST_S = 0.3
VICTIM = Path(__file__).with_name("victim.py")


def made(folder: Path, address: str | None = None) -> Path:
    """A home with two releases of a press, of which the first is in use."""
    with Home.create(folder, address) as home:
        for digest in (FIRST, SECOND):
            home.ledger.add_release(Release(digest, "press", blob=digest))
        home.ledger.promote("press", FIRST, Reason("a test", "0"))
    return folder


def killed(folder: Path, work: str, seed: int) -> list[list[str]]:
    """What a victim said before it was killed."""
    command = [sys.executable, str(VICTIM), str(folder), work]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as victim:
        assert victim.stdout.readline() == "ready\n"
        # every other one dies at any moment, the others once they have said something
        said = victim.stdout.readline() if seed % 2 else ""
        time.sleep(random.Random(seed).uniform(0.0, LONGEST_S))
        victim.kill()
        said += victim.stdout.read()
    lines = said.split("\n")[:-1]  # the last line may be cut: then it was not said
    return [line.split() for line in lines]


def kept_by(home: Home) -> dict[str, set[str]]:
    """Ids of the answers and of the outcomes that a home holds."""
    with home.ledger.reading() as connection:
        answers = connection.execute(text("SELECT id FROM predictions")).scalars()
        kept = {"answer": set(answers)}
        outcomes = connection.execute(text("SELECT id FROM outcomes")).scalars()
        return kept | {"outcome": set(outcomes)}


def last_move(home: Home) -> int:
    """The number of the last move, once audit, history and aliases are found to agree.

    All of one moment: a server may still end what a killed process has asked for.
    """
    with home.ledger.reading() as connection:
        audit.verify(connection)
        told = frames.frame(connection, "audit").to_dicts()
        history = frames.frame(connection, "history").to_dicts()
        aliases = moves.held(connection, "press")
    last = json.loads(told[-1]["details"])
    assert aliases == last["after"] == replayed(history)
    assert {row["reason"] for row in history[-2:]} == {last["reason"]} or len(history) < 3
    return int(last["reason"])


def replayed(history: list[dict]) -> Mapping[str, str]:
    """What the aliases must be, by their history."""
    aliases: dict[str, str] = {}
    for row in history:
        assert aliases.get(row["alias"]) == row["before"]
        aliases[row["alias"]] = row["after"]
    return {alias: digest for alias, digest in aliases.items() if digest}
