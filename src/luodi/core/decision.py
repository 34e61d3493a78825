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

    def margins(self, probabilities: np.ndarray) -> np.ndarray:
        """By how much each probability may change at least before decision or review may change.

        An expected cost is linear in the probabilities: when each of them moves by t, the
        difference of two costs moves by t times the sum of the differences at most.

        Args:
            probabilities: float64 (rows, classes).

        Returns:
            float64 (rows,), from 0 to 1.
        """
        costs = np.asarray(self.costs)
        decision = self.apply(probabilities)[0]
        own = costs.T[decision]
        gaps = [np.ones(len(probabilities))]
        if self.threshold is None:
            for other in costs.T:
                gaps.append(_moves(((other - own) * probabilities).sum(axis=1), other - own))
        else:
            gaps.append(np.abs(probabilities[:, 1] - self.threshold))
        if self.review is not None:
            gaps.append(_moves((own * probabilities).sum(axis=1) - self.review, own))
        least: np.ndarray = np.minimum.reduce(gaps)
        return least


def _moves(distance: np.ndarray, slopes: np.ndarray) -> np.ndarray:
    """How far all probabilities must move at least to bridge a distance of costs."""
    steep = np.abs(slopes).sum(axis=1)
    return np.where(steep > 0, np.abs(distance) / np.where(steep > 0, steep, 1.0), 1.0)
