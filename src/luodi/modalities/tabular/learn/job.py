"""One fit: the arrays, the settings and when to stop. The same for every learner."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

import numpy as np

from luodi.core.workshop import Stop, never

Shape = Literal["binary", "multiclass", "regress"]


@dataclass(frozen=True)
class Job:
    """What a learner is asked to do.

    Attributes:
        features: float32 (rows, features), the values that the graph will see.
        truth: Class index (int64) or standardised value (float64), (rows,).
        valid_features: Rows to stop early on; None when ``rounds`` is given.
        valid_truth: Their truth.
        shape: ``binary``, ``multiclass`` or ``regress``.
        classes: Number of classes.
        params: The learner's settings.
        seed: Seed of its random choices.
        threads: Threads to use.
        rounds: Boosting rounds; None to stop early on the validation rows.
        stop: Asked between rounds; true ends the fit with the rounds so far.
    """

    features: np.ndarray
    truth: np.ndarray
    valid_features: np.ndarray | None
    valid_truth: np.ndarray | None
    shape: Shape
    classes: int
    params: Mapping[str, Any] = field(default_factory=dict)
    seed: int = 0
    threads: int = 1
    rounds: int | None = None
    stop: Stop = never

    @property
    def outputs(self) -> int:
        """Margins a row: one, or one a class."""
        return self.classes if self.shape == "multiclass" else 1

    @cached_property
    def least_loss(self) -> float:
        """The log loss at which a fit ends, for it would fall for thousands of rounds more.

        It is a thousandth of what the shares of the classes alone give, so that a rare class
        is not taken for one that is known.
        """
        if self.shape == "regress":
            return 0.0
        shares = np.bincount(self.truth) / len(self.truth)
        shares = shares[shares > 0]
        return -1e-3 * float(shares @ np.log(shares))

    def most_rounds(self, leaves: int) -> int:
        """Rounds to try at most with trees of so many leaves, so that a model stays a few MB.

        Several classes share what they learn less than one tree could, and get more leaves.
        """
        return max(50, min(MAX_ROUNDS, MOST_LEAVES // (leaves * max(1, self.outputs // 3))))


MAX_ROUNDS = 3000
MOST_LEAVES = 60_000
PATIENCE = 60
