"""What a policy cost, seen from the end of a stream."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Change:
    """One release that took over from another.

    Attributes:
        at: When, in microseconds.
        by: ``promoted``, ``replaced`` (without a test) or ``rolled_back``.
        saved: What it saved until the next change or the end; less than 0 where it cost.
    """

    at: int
    by: str
    saved: float

    @property
    def false(self) -> bool:
        """Whether the release before would have cost less."""
        return self.saved < 0


@dataclass(frozen=True)
class Run:
    """What one policy came to.

    Attributes:
        policy: Its name.
        losses: Loss of each record of the stream.
        correct: For classes, whether each decision was right; None for values.
        at: When each record came, in microseconds.
        trainings: How often it trained.
        changes: What took over, oldest first.
        alarms: How many alarms began.
        questions: How many releases a person would have been asked about.
        seconds: How long the policy's own work took.
    """

    policy: str
    losses: Array
    correct: NDArray[np.bool_] | None
    at: NDArray[np.int64]
    trainings: int
    changes: Sequence[Change]
    alarms: int
    questions: int
    seconds: float

    @property
    def total(self) -> float:
        """What all records cost together."""
        return float(self.losses.sum())

    @property
    def false(self) -> int:
        """How many changes would better not have been made."""
        return sum(change.false for change in self.changes)

    def over_time(self, points: int = 60) -> list[tuple[int, float]]:
        """Mean loss over equal parts of the stream: the moment of the last record, and the mean."""
        parts = np.array_split(np.arange(len(self.losses)), min(points, len(self.losses)))
        return [(int(self.at[part[-1]]), float(self.losses[part].mean())) for part in parts]

    def record(self) -> dict[str, Any]:
        """The run as JSON data."""
        return {
            "policy": self.policy,
            "total": self.total,
            "mean": self.total / len(self.losses),
            "accuracy": None if self.correct is None else float(self.correct.mean()),
            "trainings": self.trainings,
            "changes": [
                {"at": one.at, "by": one.by, "saved": one.saved, "false": one.false}
                for one in self.changes
            ],
            "false": self.false,
            "alarms": self.alarms,
            "questions": self.questions,
            "seconds": self.seconds,
            "over_time": [list(pair) for pair in self.over_time()],
        }
