"""Figures between the groups of a sensitive column.

Selection ratio: the smallest share of positive decisions in any group over the largest (the
four-fifths rule of the US Uniform Guidelines 1978 asks for 0.8). Equalised odds gap (Hardt,
Price and Srebro 2016): the larger of the gaps in hit rate and in false alarm rate.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from luodi.core.values import Dataset, Finding
from luodi.evaluate.answers import Answers, Array, Index
from luodi.evaluate.effects import around, deviation
from luodi.evaluate.estimates import estimator
from luodi.evaluate.resample import Panel
from luodi.evaluate.segments import segments

FEWEST_ROWS, FEWEST_CASES = 20, 10
FOUR_FIFTHS = 0.8
GAPS = ("selection_ratio", "hit_gap", "false_alarm_gap", "equalised_odds_gap")


@dataclass(frozen=True)
class Grouping:
    """The groups of one sensitive column.

    Attributes:
        column: The column.
        names: Name of each group.
        place: Group of each row of the holdout table; -1 for rows of small groups.
    """

    column: str
    names: tuple[str, ...]
    place: Index


def groupings(holdout: Dataset, columns: Sequence[str], answers: Answers) -> list[Grouping]:
    """The groups of each sensitive column that the table holds, with at least 20 rows each."""
    found = []
    for column in columns:
        if column not in holdout.table.columns:
            continue
        parts = list(segments(holdout.table[column], answers.rows, FEWEST_ROWS))
        place = np.full(len(holdout), -1, np.int64)
        for at, part in enumerate(parts):
            place[answers.rows[part.mask]] = at
        if len(parts) > 1:
            found.append(Grouping(column, tuple(part.value for part in parts), place))
    return found


def gap_panel(answers: Answers, grouping: Grouping) -> Panel:
    """The gaps between groups as a function of row weights, for two classes."""
    place = grouping.place[answers.rows]
    inside, count = place >= 0, len(grouping.names)
    actual, said = answers.truth == answers.positive, answers.decision == answers.positive
    cell = (place * 4 + actual * 2 + said)[inside]
    enough = _counts(cell, np.ones(len(cell)), count).sum(axis=2) >= FEWEST_CASES

    def weigh(weight: Array) -> list[float]:
        selected, hit, alarm = _rates(_counts(cell, weight[inside], count), enough)
        ratio = _least(selected) / _most(selected) if _most(selected) > 0 else float("nan")
        gaps = _most(hit) - _least(hit), _most(alarm) - _least(alarm)
        known = [gap for gap in gaps if gap == gap]
        return [ratio, *gaps, max(known) if known else float("nan")]

    return Panel(tuple(f"{name}:{grouping.column}" for name in GAPS), weigh, 8.0)


def _counts(cell: Index, weight: Array, count: int) -> Array:
    """Shape (groups, actual, decided)."""
    return np.bincount(cell, weight, count * 4).reshape(count, 2, 2).astype(np.float64)


def _rates(counts: Array, enough: Any) -> tuple[Array, Array, Array]:
    """Selection, hit and false alarm rate of each group; NaN where cases are too few."""
    cases = counts.sum(axis=2)
    with np.errstate(all="ignore"):
        selected = counts[:, :, 1].sum(axis=1) / cases.sum(axis=1)
        hit = np.where(enough[:, 1], counts[:, 1, 1] / cases[:, 1], np.nan)
        alarm = np.where(enough[:, 0], counts[:, 0, 1] / cases[:, 0], np.nan)
    return selected, hit, alarm


def _most(rates: Array) -> float:
    known = rates[np.isfinite(rates)]
    return float(known.max()) if len(known) > 1 else float("nan")


def _least(rates: Array) -> float:
    known = rates[np.isfinite(rates)]
    return float(known.min()) if len(known) > 1 else float("nan")


def fairness(answers: Answers, grouping: Grouping, gaps: dict[str, float]) -> dict[str, Any]:
    """Every group's figures, and the gaps between them.

    Args:
        answers: The judged rows.
        grouping: The groups.
        gaps: Figures of ``gap_panel``, by full name.

    Returns:
        One entry of the ``fairness`` part of the verdict's details.
    """
    place = grouping.place[answers.rows]
    named = [_group(answers, place == at, name) for at, name in enumerate(grouping.names)]
    figures = [one["figure"] for one in named if one["figure"] is not None]
    return {
        "column": grouping.column,
        "of": answers.classes[answers.positive] if answers.binary else "",
        "groups": named,
        **{name: gaps.get(f"{name}:{grouping.column}") for name in GAPS},
        "figure_gap": max(figures) - min(figures) if len(figures) > 1 else None,
    }


def _group(answers: Answers, mask: Any, name: str) -> dict[str, Any]:
    part = answers.take(mask)
    value = part.score(answers.metric)
    found = {"group": name, "rows": len(part), "figure": value if value == value else None}
    area = part.score("roc_auc") if answers.goal == "classify" else float("nan")
    found |= {"roc_auc": area if area == area else None, **_interval(part)}
    if answers.goal == "regress":
        shares = {"share": float(part.truth.mean()), "selected": float(part.given.mean())}
        return found | shares | {"hit_rate": None, "false_alarm_rate": None}
    if not answers.binary:
        return found | dict.fromkeys(("share", "selected", "hit_rate", "false_alarm_rate"))
    actual, said = part.truth == part.positive, part.decision == part.positive
    return found | {
        "share": float(actual.mean()),
        "selected": float(said.mean()),
        "hit_rate": float(said[actual].mean()) if actual.any() else None,
        "false_alarm_rate": float(said[~actual].mean()) if (~actual).any() else None,
    }


def _interval(part: Answers) -> dict[str, float | None]:
    """95 % interval of the figure, where it has a simple standard error."""
    figure = estimator(part)
    found = figure.seen(np.ones(len(part), bool)) if figure.name == part.metric else None
    if found is None:
        return {"low": None, "high": None}
    low, high = around(figure.name, found[0], deviation(found[1], None))
    return {"low": low, "high": high}


def notes(found: Sequence[dict[str, Any]]) -> tuple[Finding, ...]:
    """A warning for each column whose selection ratio is below four fifths."""
    return tuple(
        Finding(
            "judge.selection_ratio",
            "warning",
            one["column"],
            {"ratio": round(one["selection_ratio"], 3), "wanted": FOUR_FIFTHS},
        )
        for one in found
        if one["selection_ratio"] is not None and one["selection_ratio"] < FOUR_FIFTHS
    )
