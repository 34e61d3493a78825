"""What goes with every graph: how it was made, and what people can look at, as JSON data."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from luodi.core.task import Task
from luodi.core.values import Candidate, Dataset, Member


def plain(data: Any) -> Any:
    """Data as JSON reads it back: lists for tuples, so that a release equals what was packed."""
    return json.loads(json.dumps(data))


def spread(dataset: Dataset, most: int) -> Dataset:
    """At most so many records, taken evenly from first to last."""
    step = -(-len(dataset) // most)
    return dataset if step <= 1 else replace(dataset, table=dataset.table.gather_every(step))


def plan(candidate: Candidate, task: Task, metric: str, **own: Any) -> dict[str, Any]:
    """What was built, in enough detail to build it again.

    Args:
        candidate: What was built.
        task: The task.
        metric: The metric that it was built for.
        own: What this kind of data adds, ``format`` among it.
    """
    members = [
        {**_recipe(member), "weight": weight}
        for member, weight in zip(candidate.members, candidate.weights, strict=True)
    ]
    whole = {
        "name": candidate.name,
        "metric": metric,
        "members": members,
        "calibration": dict(candidate.calibration),
        "decision": dict(candidate.decision),
        **own,
        **_review(task),
    }
    return dict(plain(whole))


def _recipe(member: Member) -> dict[str, Any]:
    recipe = member.recipe
    return {
        "family": recipe.family,
        "params": dict(recipe.params),
        "features": recipe.features,
        "seed": recipe.seed,
        "rounds": list(recipe.rounds),
        "models": len(member.models),
    }


def _review(task: Task) -> dict[str, Any]:
    """How many answers a day people can look at, for whoever serves the release."""
    per_day = task.review.per_day
    return {} if per_day is None else {"review": {"per_day": per_day}}
