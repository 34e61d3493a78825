"""From probabilities to a decision, and when to leave it to a human."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Rule:
    """How a decision is taken.

    With a ``threshold`` (two classes) the second class is decided when its probability reaches
    it. Otherwise the class of lowest expected cost ``probabilities @ costs`` is decided; with
    costs of 0 and 1 that is the most probable one. A case goes to ``review`` when even the
    cheapest decision is expected to cost more than a human's look.

    Attributes:
        costs: Cost by actual class (row) and decided class (column).
        threshold: The threshold; None to decide by cost.
        review: Cost of a human's look; None when nobody is asked.
    """

    costs: tuple[tuple[float, ...], ...]
    threshold: float | None = None
    review: float | None = None

    def to_json(self) -> dict[str, Any]:
        """The rule as JSON data."""
        return {"costs": self.costs, "threshold": self.threshold, "review": self.review}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Rule:
        """The rule from JSON data."""
        costs = tuple(tuple(float(x) for x in row) for row in data["costs"])
        return cls(costs, data["threshold"], data["review"])

    def apply(self, probabilities: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Decisions int64 (rows,) and whether to review, bool (rows,).

        Args:
            probabilities: float64 (rows, classes).
        """
        expected = probabilities @ np.asarray(self.costs)
        if self.threshold is None:
            decision = expected.argmin(axis=1)
        else:
            decision = (probabilities[:, 1] >= self.threshold).astype(np.int64)
        cost = np.take_along_axis(expected, decision[:, None], axis=1)[:, 0]
        limit = np.inf if self.review is None else self.review
        return decision, cost > limit
