"""What small troubles in the records do to the answers: a little noise, a column that is gone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl

from luodi.core import metrics
from luodi.core.values import Column, Dataset
from luodi.evaluate.answers import Answers, Array, Scoring

NOISE_SHARE, MOVED_SHARE = 0.01, 0.1
MOST_ROWS, MOST_COLUMNS, MOST_CELLS = 1000, 30, 5_000
FEWEST_COLUMNS, MOST_LAID = 5, 50_000
"""A copy of the records takes time by its columns, so a wide table gets fewer copies."""


def robustness(
    scorer: Scoring, answers: Answers, holdout: Dataset, columns: Sequence[str], seed: int
) -> dict[str, Any] | None:
    """Score disturbed copies of some rows and count the decisions that change.

    Args:
        scorer: The opened graph.
        answers: The judged rows.
        holdout: The raw records.
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
    count = min(MOST_ROWS, max(200, MOST_CELLS // max(1, len(tried))))
    part = answers.take(np.sort(random.permutation(len(answers))[:count]))
    table = holdout.table.select([column.name for column in holdout.columns])[part.rows]
    before = _again(scorer, part, table)
    noisy = _again(scorer, part, _noisy(table, holdout.columns, random))
    missing = [
        {"column": name, **_change(before, _again(scorer, part, _without(table, name)))}
        for name in tried
    ]
    return {
        "rows": len(part),
        "metric": answers.metric,
        "before": before.score(answers.metric),
        "noise": {"share": NOISE_SHARE, **_change(before, noisy)},
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


def _noisy(
    table: pl.DataFrame, columns: Sequence[Column], random: np.random.Generator
) -> pl.DataFrame:
    """Every number moved by about 1 % of its column's spread, inside its possible range."""
    series = {column.name: column for column in table.get_columns()}
    moved = {c.name: _shaken(series[c.name], c, random) for c in columns if c.kind == "number"}
    return table.with_columns(**moved)


def _shaken(series: pl.Series, column: Column, random: np.random.Generator) -> pl.Series:
    values = series.cast(pl.Float64).fill_null(float("nan")).to_numpy()
    spread = float(np.nanstd(values)) if np.isfinite(values).any() else 0.0
    shaken: Array = values + NOISE_SHARE * spread * random.standard_normal(len(values))
    known = values[np.isfinite(values)]
    # Counts and codes stay whole: half a child is no small trouble but another kind of record.
    shaken = np.round(shaken) if (known == np.round(known)).all() else shaken
    shaken = np.clip(shaken, column.low, column.high) if _bounded(column) else shaken
    return pl.Series(column.name, shaken).fill_nan(None)


def _bounded(column: Column) -> bool:
    return column.low is not None or column.high is not None


def _without(table: pl.DataFrame, name: str) -> pl.DataFrame:
    return table.with_columns(pl.lit(None, dtype=table.schema[name]).alias(name))


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
