"""The slices of the holdout where the release does worse than elsewhere, by name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import polars as pl

from luodi.core.values import Finding
from luodi.evaluate.answers import Answers, Array, Index
from luodi.evaluate.effects import Effect, effect
from luodi.evaluate.estimates import estimator
from luodi.evaluate.segments import Segment, segments

FEWEST_ROWS, MOST_ROWS, MOST_COLUMNS = 30, 50_000, 50
MOST_NAMED, MOST_FINDINGS = 20, 3
FALSE_SHARE = 0.05


def slices(
    answers: Answers, told: pl.DataFrame, columns: Sequence[str], groups: Index | None, seed: int
) -> tuple[dict[str, Any], tuple[Finding, ...]]:
    """Look at every value of every category and every quarter of every number.

    Args:
        answers: The judged rows.
        told: What tells the records of the holdout apart.
        columns: Columns to look at, most important first.
        groups: Group or block of each judged row, when rows belong together.
        seed: Seed of the choice of rows, when there are more than 50,000.

    Returns:
        The ``slices`` part of the verdict's details, and a note for the worst of them.
    """
    if len(answers) > MOST_ROWS:
        chosen = np.random.default_rng([seed, 4]).permutation(len(answers))[:MOST_ROWS]
        answers = answers.take(chosen)
        groups = None if groups is None else groups[chosen]
    figure = estimator(answers)
    looked = list(columns)[:MOST_COLUMNS]
    found: list[tuple[Segment, Effect]] = []
    for name in looked:
        for part in segments(told[name], answers.rows, FEWEST_ROWS):
            seen = effect(figure, part.mask, groups)
            if seen is not None:
                found.append((part, seen))
    named = _named(found)
    whole = figure.seen(np.ones(len(answers), bool)) if len(answers) else None
    details = {
        "metric": figure.name,
        "overall": whole[0] if whole else None,
        "looked_at": len(found),
        "columns": len(looked),
        "worst": [one for one in named if one["difference"] < 0][:MOST_NAMED],
    }
    return details, _notes(figure.name, [one for one in named if one["surprising"]])


def _named(found: Sequence[tuple[Segment, Effect]]) -> list[dict[str, Any]]:
    """Records of the slices: those worse than the release itself expects first, then the worst."""
    plain = benjamini_hochberg(np.array([seen.p for _, seen in found]))
    odd = benjamini_hochberg(np.array([seen.p_surprise for _, seen in found]))
    named = [_record(*pair, p, q) for pair, p, q in zip(found, plain, odd, strict=True)]
    return sorted(named, key=lambda o: (not o["surprising"], not o["worse"], o["difference"]))


def _record(part: Segment, seen: Effect, corrected: float, odd: float) -> dict[str, Any]:
    worse = corrected < FALSE_SHARE and seen.difference < 0
    return {
        "column": part.column,
        "value": part.value,
        "range": part.range,
        "rows": int(part.mask.sum()),
        **asdict(seen),
        "p_corrected": corrected,
        "p_surprise": odd,
        "worse": bool(worse),
        "surprising": bool(worse and odd < FALSE_SHARE and seen.surprise < 0),
    }


def benjamini_hochberg(p: Array) -> Array:
    """p-values corrected so that at most 5 % of what is below 0.05 is chance (1995).

    Example:
        >>> benjamini_hochberg(np.array([0.01, 0.04, 0.03])).tolist()
        [0.03, 0.04, 0.04]
    """
    if not len(p):
        return p
    order = np.argsort(p)[::-1]
    raised = p[order] * len(p) / np.arange(len(p), 0, -1)
    corrected = np.empty(len(p))
    corrected[order] = np.minimum.accumulate(np.minimum(raised, 1.0))
    return corrected


def _notes(metric: str, worse: Sequence[dict[str, Any]]) -> tuple[Finding, ...]:
    return tuple(
        Finding(
            "judge.weak_slice",
            "note",
            one["column"],
            {
                "metric": metric,
                "value": one["value"] or "—",
                "rows": one["rows"],
                "figure": round(one["figure"], 4),
                "rest": round(one["rest"], 4),
            },
        )
        for one in worse[:MOST_FINDINGS]
    )
