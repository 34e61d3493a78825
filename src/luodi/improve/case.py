"""A task in a home, as a round of improving finds it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from luodi.core.errors import LuodiError
from luodi.improve.past import known_release
from luodi.improve.returned import Returned, returned
from luodi.runtime.load import Release, load
from luodi.store.lookup import known_outcomes

if TYPE_CHECKING:
    from luodi.core.task import Improve
    from luodi.store.home import Home
    from luodi.store.ledger.rows import Alias


@dataclass(frozen=True)
class Watch:
    """What watching has to say before a round.

    Attributes:
        now: This moment, in microseconds.
        until: Up to this moment the truths of answers have come.
        broken: Whether the champion's live figure is worse than it promised, beyond chance.
        alarm: Code of the alarm that is open; None when none is.
        alarm_since: When it was raised.
        faults: Spans of time in which inputs were broken, from a moment to before another; what
            was asked then teaches the fault.
    """

    now: int
    until: int
    broken: bool = False
    alarm: str | None = None
    alarm_since: int | None = None
    faults: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class Case:
    """A task in a home, as a round finds it.

    Attributes:
        home: The home.
        name: The task.
        rules: Its ``improve`` part.
        watch: What watching says.
        champion: The release in use.
        aliases: What each alias stands for.
        known: How many truths came back that are old enough.
    """

    home: Home
    name: str
    rules: Improve
    watch: Watch
    champion: Release
    aliases: Mapping[Alias, str]
    known: int

    def cases(self, since: int | None = None) -> Returned:
        """What came back and is old enough, asked about since a moment."""
        return returned(self.home, self.name, self.watch.until, since=since)

    def whole(self, cases: Returned) -> Returned:
        """Those that were asked about while inputs were whole, to be learned from."""
        kept = np.ones(len(cases), bool)
        for start, end in self.watch.faults:
            kept &= (cases.at < start) | (cases.at >= end)
        return cases.take(kept)


def found(home: Home, name: str, rules: Improve, watch: Watch) -> Case:
    """A task as it stands.

    Raises:
        LuodiError: ``improve.no_champion``; ``release.*`` when the champion's file is not whole.
    """
    aliases = home.ledger.aliases(name)
    if "champion" not in aliases:
        raise LuodiError("improve.no_champion", name=name)
    champion = loaded(home, name, aliases["champion"])
    known = known_outcomes(home.ledger, name, watch.until)
    return Case(home, name, rules, watch, champion, aliases, known)


def loaded(home: Home, name: str, digest: str) -> Release:
    """A release of a home, ready to answer.

    Raises:
        LuodiError: ``release.*``.
    """
    return load(home.blobs.get(known_release(home, name, digest).blob))
