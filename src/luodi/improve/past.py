"""What was tried before, read back from the audit and from the releases themselves."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from luodi.store.ledger.audit import Event
from luodi.store.ledger.rows import Alias, Reason, Release

if TYPE_CHECKING:
    from luodi.store.home import Home

ACTOR = "luodi improve"
PAYS = "it pays"
TRAINED, ASKED = "train again", "ask a person"


@dataclass(frozen=True)
class Training:
    """The last time that a task was trained again.

    Attributes:
        at: When, in microseconds.
        known: How many truths were known.
    """

    at: int
    known: int


def noted(home: Home, name: str, subject: str, known: int, facts: Mapping[str, Any]) -> None:
    """Note in the audit that a task was trained again, and how that went."""
    details = {"name": name, "known": known, **facts}
    home.ledger.note(Event(ACTOR, TRAINED, subject, details))


def last_training(home: Home, name: str) -> Training | None:
    """The last time that a task was trained again; None before the first."""
    audit = home.ledger.frame("audit")
    mine = audit.filter(audit["action"] == TRAINED)
    for at, text in zip(reversed(mine["at"]), reversed(mine["details"]), strict=True):
        details = json.loads(text)
        if details.get("name") == name:
            return Training(int(at.timestamp() * 1e6), int(details["known"]))
    return None


def noted_once(home: Home, action: str, subject: str, facts: Mapping[str, Any]) -> None:
    """Note in the audit that a person is asked, once for each release."""
    audit = home.ledger.frame("audit")
    known = audit.filter((audit["action"] == action) & (audit["subject"] == subject))
    if not len(known):
        home.ledger.note(Event(ACTOR, action, subject, facts))


def known_release(home: Home, name: str, digest: str) -> Release:
    """What the ledger knows of a release."""
    (known,) = [one for one in home.ledger.releases(name) if one.digest == digest]
    return known


def cut_of(release: Release, since: int) -> int:
    """From which moment on a challenger has not seen what was asked, in microseconds.

    Args:
        release: The challenger.
        since: When it was named; for one that was not made by ``luodi improve``.
    """
    made = release.about.get("improve") or {}
    return int(made.get("cut", since))


def alias_since(home: Home, name: str, alias: Alias) -> int:
    """When an alias last began to stand for what it stands for."""
    moves = home.ledger.frame("history", name=name)
    mine = moves.filter(moves["alias"] == alias)
    return int(mine["at"][-1].timestamp() * 1e6) if len(mine) else 0


def because(reason: str, facts: Mapping[str, Any]) -> Reason:
    """A reason of ``luodi improve`` for the audit."""
    return Reason(ACTOR, reason, facts)
