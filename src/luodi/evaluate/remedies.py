"""What would help when a gate fails: more rows, another threshold, a smaller model."""

from __future__ import annotations

import math

import numpy as np

from luodi.core.task import Gate
from luodi.core.values import Finding
from luodi.evaluate.answers import Answers
from luodi.evaluate.curves import steps
from luodi.evaluate.figures import Sample

TRADED = {"precision": "recall", "recall": "precision"}
SPEED = ("one_row_ms", "bare_ms", "batch_rows", "load_ms", "size_mb")
FAIR = ("selection_ratio:", "hit_gap:", "false_alarm_gap:", "equalised_odds_gap:", "figure_gap:")


def remedy(
    sample: Sample, gate: Gate, wanted: str, seen: float | None, answers: Answers
) -> Finding:
    """Why a gate failed, by how much, and what would help.

    Args:
        sample: The figure with its resamples.
        gate: The failed gate.
        wanted: The condition in words.
        seen: The value or interval end that failed; None when there is no interval.
        answers: The judged rows.
    """
    figure = sample.figure
    bound = gate.at_least if gate.at_least is not None else gate.at_most or 0.0
    shown = figure.value if seen is None else seen
    facts = {
        "figure": figure.name,
        "value": f"{figure.value:.4g}",
        "wanted": wanted,
        "seen": f"{shown:.4g}",
        "gap": f"{abs(shown - bound):.2g}",
        "rows": len(answers),
    }
    if _reached(figure.value, gate) and gate.confidence is not None:
        enough = rows_enough(figure.value, bound, seen, len(answers))
        return Finding("gate.failed_interval", "error", None, facts | {"enough": enough})
    if figure.name.startswith(SPEED):
        return Finding("gate.failed_speed", "error", None, facts)
    if figure.name.startswith(FAIR):
        return Finding("gate.failed_fairness", "error", figure.name.partition(":")[2], facts)
    if figure.name in TRADED and answers.binary and gate.at_least is not None:
        trade = traded(figure.name, gate.at_least, answers)
        if trade:
            return Finding("gate.failed_decision", "error", None, facts | trade)
    return Finding("gate.failed", "error", None, facts)


def _reached(value: float, gate: Gate) -> bool:
    return value >= gate.at_least if gate.at_least is not None else value <= (gate.at_most or 0.0)


def rows_enough(value: float, bound: float, end: float | None, rows: int) -> str:
    """About how many holdout rows would put the interval's end on the bound.

    An interval narrows with the square root of the rows, so a distance to be halved takes four
    times as many.

    Example:
        >>> rows_enough(0.9, 0.85, 0.8, 100)
        '400'
    """
    room = abs(value - bound)
    if end is None or room <= 0:
        return "∞" if end is not None else f"{max(10 * rows, 100)}"
    return str(math.ceil(round(rows * ((value - end) / room) ** 2, 6)))


def traded(name: str, bound: float, answers: Answers) -> dict[str, str] | None:
    """The threshold that reaches a precision or recall, what the other becomes, and the costs.

    Args:
        name: ``precision`` or ``recall``.
        bound: The value to reach.
        answers: Answers of a binary classifier.

    Returns:
        Facts for the finding, or None when no threshold reaches it.
    """
    own = answers.truth == answers.positive
    if not own.any():
        return None
    chance = answers.given[:, answers.positive]
    true, false = steps(own, chance)
    figures = {"recall": true / true[-1], "precision": true / (true + false)}
    reaching = np.flatnonzero(figures[name] >= bound)
    if not len(reaching):
        return None
    other = figures[TRADED[name]]
    best = reaching[np.argmax(other[reaching])]
    threshold = float(np.clip(np.unique(chance)[::-1][best], 1e-6, 1 - 1e-6))
    return {
        "threshold": f"{threshold:.3g}",
        "reached": f"{figures[name][best]:.3g}",
        "other": TRADED[name],
        "becomes": f"{other[best]:.3g}",
        # Costs that make this threshold the cheapest: t = false_alarm / (false_alarm + miss).
        "miss": f"{(1 - threshold) / threshold:.3g}",
    }
