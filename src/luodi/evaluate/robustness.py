"""What small troubles in the records do to the answers: a little noise, a column that is gone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl

from luodi.core import metrics
from luodi.core.modality import Modality
from luodi.core.values import Dataset
from luodi.evaluate.answers import Answers, Scoring

MOVED_SHARE = 0.1
MOST_COLUMNS, MOST_CELLS = 30, 5_000
FEWEST_COLUMNS, MOST_LAID = 5, 50_000
"""A copy of the records takes time by its columns, so a wide table gets fewer copies."""


def robustness(
    scorer: Scoring,
    answers: Answers,
    holdout: Dataset,
    kind: Modality,
    columns: Sequence[str],
    seed: int,
) -> dict[str, Any] | None:
    """Score disturbed copies of some rows and count the decisions that change.

    Args:
        scorer: The opened graph.
        answers: The judged rows.
        holdout: The raw records.
        kind: What knows this kind of data, and its troubles.
        columns: Feature columns, most important first; each in turn is taken away.
        seed: Seed of the rows and of the noise.

    Returns:
        The ``robustness`` part of the verdict's details; None without rows.
    """
    if not len(answers):
        return None
    random = np.random.default_rng([seed, 5])
    tried = list(columns)[
        : max(FEWEST_COLUMNS, min(MOST_COLUMNS, MOST_LAID // len(holdout.columns)))
    ]
    count = min(kind.MOST_DISTURBED, max(200, MOST_CELLS // max(1, len(tried))))
    part = answers.take(np.sort(random.permutation(len(answers))[:count]))
    own = holdout.table.select([column.name for column in holdout.columns])[part.rows]
    before = _again(scorer, part, own)
    found = [
        (one, _change(before, _again(scorer, part, one.table)))
        for one in kind.disturbed(replace(holdout, table=own), tried, random)
    ]
    missing = [{"column": o.column, **seen} for o, seen in found if o.trouble == "missing"]
    others = [
        {"trouble": o.trouble, "share": o.share, **seen} for o, seen in found if o.column is None
    ]
    noise = next({k: v for k, v in one.items() if k != "trouble"} for one in others)
    return {
        "rows": len(part),
        "metric": answers.metric,
        "before": before.score(answers.metric),
        "noise": noise,
        "troubles": sorted(others[1:], key=lambda one: -one["changed"]),
        "missing": sorted(missing, key=lambda one: -one["changed"]),
    }


def _again(scorer: Scoring, part: Answers, table: pl.DataFrame) -> Answers:
    scores = scorer.score(table)
    if part.goal == "regress":
        return replace(part, given=np.asarray(scores.value, np.float64))
    return replace(
        part,
        given=np.asarray(scores.probabilities, np.float64),
        decision=np.asarray(scores.decision, np.int64),
        review=np.asarray(scores.review, bool),
    )


def _change(before: Answers, after: Answers) -> dict[str, Any]:
    """Share of changed answers, the figure, and its drop (positive is worse)."""
    if before.goal == "classify":
        changed = before.decision != after.decision
    else:
        far = MOVED_SHARE * float(np.std(before.given))
        changed = np.abs(after.given - before.given) > far
    old, new = before.score(before.metric), after.score(before.metric)
    sign = 1.0 if metrics.higher_is_better(before.metric) else -1.0
    return {"changed": float(np.mean(changed)), "figure": new, "drop": sign * (old - new)}
