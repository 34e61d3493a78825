"""What a running stage tells whoever listens: a terminal, a notebook, a test."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

EventKind = Literal["stage", "progress", "epoch", "candidate", "finding", "note"]


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened.

    Attributes:
        kind: ``stage`` (name; of training also budget and spent), ``progress`` (what, done,
            total), ``epoch`` (name, family, epoch, epochs, loss, metric, score, seconds),
            ``candidate`` (name, family, metric, score, seconds, best), ``finding`` (finding) or
            ``note`` (text, and the facts that it names).
        data: The facts, by the names above.
    """

    kind: EventKind
    data: Mapping[str, Any] = field(default_factory=dict)


Listener = Callable[[Event], None]


def silent(event: Event) -> None:
    """A listener that does nothing."""
