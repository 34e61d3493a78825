"""Curves as plain points: precision-recall, ROC and the histogram of a class's probability."""

from __future__ import annotations

from typing import Any

import numpy as np

from luodi.core.confusion import from_confusion
from luodi.evaluate.answers import Answers, Array, Index, Mask

MOST_POINTS, MOST_CLASSES, SCORE_BINS = 200, 12, 20


def curves(answers: Answers) -> list[dict[str, Any]]:
    """The curves of each class, or of the positive one when there are two.

    Returns:
        The ``curves`` part of the verdict's details. A class that the holdout lacks, or that is
        all it holds, has no curve.
    """
    many = range(min(len(answers.classes), MOST_CLASSES))
    places = [answers.positive] if answers.binary else many
    return [
        _curves(answers, place)
        for place in places
        if 0 < np.count_nonzero(answers.truth == place) < len(answers)
    ]


def _curves(answers: Answers, place: int) -> dict[str, Any]:
    own, chance = answers.truth == place, answers.given[:, place]
    true, false = steps(own, chance)
    recall, alarm = true / true[-1], false / false[-1]
    precision = true / (true + false)
    dots = _thinned(recall, precision)
    bends = _thinned(alarm, recall)
    return {
        "of": answers.classes[place],
        "share": float(own.mean()),
        "precision_recall": {"recall": recall[dots], "precision": precision[dots]},
        "roc": {
            "false_alarm": np.append(0.0, alarm[bends]),
            "hit": np.append(0.0, recall[bends]),
        },
        "here": _here(answers, place),
        "scores": _histogram(own, chance),
    }


def steps(own: Mask, chance: Array) -> tuple[Array, Array]:
    """Hits and false alarms at each threshold, from the highest down."""
    order = np.argsort(-chance)
    ranked = chance[order]
    last = np.append(np.flatnonzero(ranked[1:] != ranked[:-1]), len(ranked) - 1)
    true = np.cumsum(own[order])[last].astype(np.float64)
    return true, last + 1.0 - true


def _thinned(across: Array, up: Array) -> Index:
    """At most so many points, evenly along the curve's length, both ends kept."""
    if len(across) <= MOST_POINTS:
        return np.arange(len(across))
    way = np.append(0.0, np.cumsum(np.abs(np.diff(across)) + np.abs(np.diff(up))))
    wanted = np.linspace(0.0, way[-1], MOST_POINTS)
    found = np.unique(np.searchsorted(way, wanted).clip(0, len(way) - 1))
    return np.unique(np.concatenate([[0], found, [len(way) - 1]]))[-MOST_POINTS:]


def _here(answers: Answers, place: int) -> dict[str, float | None]:
    """Where the graph's own decisions stand."""
    own, said = answers.truth == place, answers.decision == place
    table = np.bincount(own * 2 + said, minlength=4).reshape(2, 2).astype(np.float64)
    return {
        "recall": from_confusion("recall", table),
        "precision": from_confusion("precision", table) if said.any() else None,
        "false_alarm": float(table[0, 1] / table[0].sum()) if table[0].any() else None,
    }


def _histogram(own: Mask, chance: Array) -> dict[str, Any]:
    edges = np.linspace(0.0, 1.0, SCORE_BINS + 1)
    held = np.clip(chance, 0.0, 1.0)
    return {
        "edges": edges,
        "others": np.histogram(held[~own], edges)[0],
        "own": np.histogram(held[own], edges)[0],
    }
