"""What a release promised: its figure on the holdout, its rule, and what mistakes cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Promise:
    """What a release promised.

    Attributes:
        goal: ``classify`` or ``regress``.
        metric: The figure that it was built for.
        value: What the judge measured on the holdout; None where it was not measured.
        low: Lower end of its 95 % interval.
        high: Upper end.
        classes: Canonical class labels; the positive one stands last.
        costs: Cost by actual and decided class, shape (classes, classes).
        review: What a look by a person costs; None where that has no price.
        cost: Mean cost of a case on the holdout; None where it was not measured.
        without: Mean cost of a case under the cheapest rule that asks no model; None likewise.
        priced: Whether the task gave costs; if not, every mistake counts 1.
    """

    goal: str
    metric: str
    value: float | None
    low: float | None
    high: float | None
    classes: tuple[str, ...]
    costs: Floats
    review: float | None
    cost: float | None
    without: float | None
    priced: bool

    @property
    def error(self) -> float:
        """Standard error of the promised figure, from the width of its interval."""
        if self.low is None or self.high is None:
            return 0.0
        return (self.high - self.low) / 3.92


def promised(
    goal: str, codec: Mapping[str, Any], plan: Mapping[str, Any], card: Mapping[str, Any]
) -> Promise:
    """The promise of a release, from what stands in its file.

    Args:
        goal: The task's goal.
        codec: Its codec.
        plan: Its plan, with metric and decision rule.
        card: Its card, with the judge's figures.
    """
    figures = {one["name"]: one for one in card.get("figures") or ()}
    metric = plan.get("metric") or card.get("metric") or ("rmse" if goal == "regress" else "brier")
    figure = figures.get(metric) or {}
    rule = plan.get("decision") or {}
    classes = tuple(codec.get("classes") or ())
    given = rule.get("costs")
    table = 1.0 - np.eye(len(classes)) if given is None else np.asarray(given, float)
    judged = (card.get("judged") or {}).get("cost") or {}
    accuracy = (figures.get("accuracy") or {}).get("value")
    cost = judged.get("per_row", None if accuracy is None or judged else 1 - accuracy)
    priced = bool(judged)
    return Promise(
        goal,
        metric,
        figure.get("value"),
        figure.get("low"),
        figure.get("high"),
        classes,
        table,
        rule.get("review"),
        cost,
        min((one["per_row"] for one in judged.get("policies") or ()), default=None),
        priced,
    )
