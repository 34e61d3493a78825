"""What was decided against what was true, and what that costs."""

from __future__ import annotations

from typing import Any

import numpy as np

from luodi.core import metrics
from luodi.evaluate.answers import Answers


def confusion(answers: Answers) -> dict[str, Any]:
    """Counts by actual and decided class, and how many of each class went to a human."""
    count = len(answers.classes)
    table = np.bincount(answers.truth * count + answers.decision, minlength=count * count)
    return {
        "counts": table.reshape(count, count),
        "reviewed": np.bincount(answers.truth[answers.review], minlength=count),
    }


def cost(answers: Answers) -> dict[str, Any] | None:
    """Cost of the decisions beside that of deciding always the same.

    Returns:
        The ``cost`` part of the verdict's details; None without costs or rows.
    """
    if answers.costs is None or not len(answers):
        return None
    per_row = answers.score("cost")
    return {
        "per_row": per_row,
        "total": per_row * len(answers),
        "table": answers.costs,
        "reviewed_share": float(answers.review.mean()),
        "policies": policies(answers),
    }


def policies(answers: Answers) -> list[dict[str, Any]]:
    """Cost a row of always one class, and of handing everything to a human; cheapest first."""
    costs = answers.costs
    if costs is None:
        costs = metrics.cost_table(None, answers.classes)
    means = costs[answers.truth].mean(axis=0)
    count = len(answers.classes)
    named = [
        {"name": "always", "decided": answers.classes[at], "per_row": float(means[at])}
        for at in range(count)
    ]
    if costs.shape[1] > count:
        named.append({"name": "review_all", "decided": None, "per_row": float(means[count])})
    return sorted(named, key=lambda policy: policy["per_row"])
