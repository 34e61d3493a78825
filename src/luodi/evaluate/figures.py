"""All figures of a verdict over the holdout, with their intervals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from luodi.core import metrics
from luodi.core.confusion import from_confusion
from luodi.core.values import Figure
from luodi.evaluate.answers import Answers, Array
from luodi.evaluate.calibration import binned
from luodi.evaluate.intervals import interval
from luodi.evaluate.resample import Panel, Plan

RANKS = ("roc_auc", "average_precision")
DECISIONS = frozenset(
    {"accuracy", "balanced_accuracy", "f1", "f1_macro", "precision", "recall", "mcc"}
)
GAPS = ("hit_gap", "false_alarm_gap", "equalised_odds_gap", "figure_gap")
LOWER = ("ece", *GAPS, "changed_by", "one_row_ms", "bare_ms", "load_ms", "size_mb")
FEWEST_ROWS = 10


@dataclass(frozen=True)
class Sample:
    """A figure with its resamples: gates ask it for an interval at their own confidence.

    Attributes:
        figure: The figure with its 95 % interval.
        resamples: Its value over each resample.
        evidence: How many independent cases it rests on.
    """

    figure: Figure
    resamples: Array
    evidence: int

    def ends(self, confidence: float) -> tuple[float, float] | None:
        """The interval at another confidence."""
        name, value = self.figure.name, self.figure.value
        return interval(name, value, self.resamples, self.evidence, confidence)


def panels_of(answers: Answers, others: Mapping[str, Answers]) -> list[Panel]:
    """The figures to compute for each resample.

    Args:
        answers: What is judged.
        others: Baselines on the same rows, by name.
    """
    panels = [_main(answers, others)]
    for name in answers.names[1:]:
        if name not in DECISIONS:
            panels.append(_single(answers, name))
    if answers.goal == "classify":
        review, bins = answers.review.astype(np.float64), binned(answers)
        panels += [
            _decisions(answers),
            Panel(("ece",), lambda weight: [bins.error(weight)]),
            Panel(
                ("review_share",), lambda weight: [float((review * weight).sum() / weight.sum())]
            ),
        ]
    return panels


def _single(answers: Answers, name: str) -> Panel:
    weigh = answers.measure(name)
    return Panel((name,), lambda weight: [weigh(weight)], _cost(answers, name))


def _main(answers: Answers, others: Mapping[str, Answers]) -> Panel:
    """The main metric and by how much it is better than each baseline on the same rows."""
    name = answers.metric
    mine = answers.measure(name)
    theirs = [other.measure(name) for other in others.values()]
    sign = 1.0 if metrics.higher_is_better(name) else -1.0

    def weigh(weight: Array) -> list[float]:
        value = mine(weight)
        return [value, *(sign * (value - other(weight)) for other in theirs)]

    gains = tuple(f"gain_over_{other}" for other in others)
    return Panel((name, *gains), weigh, _cost(answers, name) * (1 + len(others)))


def _decisions(answers: Answers) -> Panel:
    """All figures of decisions from one table of counts."""
    names = tuple(name for name in answers.names[1:] if name in DECISIONS)
    count = len(answers.classes)
    cell = answers.truth * count + answers.decision

    def weigh(weight: Array) -> list[float]:
        table = np.bincount(cell, weight, count * count).astype(np.float64)
        table = table.reshape(count, count)
        return [from_confusion(name, table, answers.positive) for name in names]

    return Panel(names, weigh)


def _cost(answers: Answers, name: str) -> float:
    """Nanoseconds a row and resample, measured; only ranks are dear."""
    if name not in RANKS:
        return 4.0 if name not in DECISIONS else 6.0
    return 40.0 * (1 if answers.binary else len(answers.classes))


def sampled(
    values: Mapping[str, float], resamples: Mapping[str, Array], answers: Answers, plan: Plan
) -> dict[str, Sample]:
    """Figures with intervals; those that are undefined on this holdout are left out."""
    found = {}
    for name, value in values.items():
        if not np.isfinite(value):
            continue
        evidence = _evidence(name, answers, plan)
        ends = interval(name, value, resamples[name], evidence)
        if len(answers) < FEWEST_ROWS:
            ends = None
        low, high = ends or (None, None)
        figure = Figure(name, float(value), low, high, better(name))
        found[name] = Sample(figure, resamples[name], evidence)
    return found


def _evidence(name: str, answers: Answers, plan: Plan) -> int:
    """Independent cases behind a figure: groups or blocks, rows, or rows of the rarest class."""
    if plan.units is not None:
        return plan.units
    if answers.goal == "regress" or name in ("accuracy", "review_share"):
        return len(answers)
    counts = answers.counts
    if name in ("recall", "precision", "f1", "average_precision") and answers.binary:
        return int(counts[answers.positive])
    return int(counts[counts > 0].min())


def better(name: str) -> Literal["higher", "lower"] | None:
    """Which direction of a figure is the better one."""
    if name == "review_share":
        return None
    if name.startswith(LOWER) or not metrics.higher_is_better(name):
        return "lower"
    return "higher"
