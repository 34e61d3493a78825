"""Whether it is time to train again, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from luodi.core.task import Improve

Why = Literal["asked", "alarm", "outcomes", "schedule"]
FEWEST = 50
"""Fewer truths teach nothing and judge nothing."""
GOT_WORSE = "alarm.worse"


@dataclass(frozen=True)
class Standing:
    """What is known at the moment of the question.

    Attributes:
        now: This moment, in microseconds.
        known: Truths that have come back and are old enough to be used.
        used: How many of them the last training knew; 0 before the first.
        since: When the last training was, or when the champion was put into use.
        alarm: Code of the alarm that is open; None when none is.
        alarm_since: When it was raised, in microseconds.
    """

    now: int
    known: int
    used: int
    since: int
    alarm: str | None = None
    alarm_since: int | None = None

    @property
    def fresh(self) -> int:
        """Truths that the last training did not know."""
        return max(0, self.known - self.used)


def due(rules: Improve, standing: Standing, *, asked: bool = False) -> Why | None:
    """Why to train again now; None when there is no reason, or too little to learn from.

    Args:
        rules: The task's ``improve`` part.
        standing: What is known.
        asked: Whether a person asks for it.
    """
    if standing.fresh < FEWEST:
        return None
    if asked:
        return "asked"
    unanswered = standing.alarm_since is not None and standing.alarm_since >= standing.since
    if rules.on_alarm and standing.alarm == GOT_WORSE and unanswered:
        return "alarm"
    if standing.fresh >= rules.outcomes:
        return "outcomes"
    if rules.every is not None and standing.now - standing.since >= rules.every * 1e6:
        return "schedule"
    return None


def waiting(rules: Improve, standing: Standing) -> Mapping[str, Any]:
    """What is waited for, with its numbers."""
    every = None if rules.every is None else standing.since + int(rules.every * 1e6)
    return {"fresh": standing.fresh, "wanted": rules.outcomes, "next_at": every}
