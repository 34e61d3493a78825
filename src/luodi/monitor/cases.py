"""Answers and what came true of them, side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
NOT_YET = -1


@dataclass(frozen=True)
class Cases:
    """Answers of one release in order of time.

    Attributes:
        at: When each was given, in microseconds since 1970.
        received: When its truth came; -1 while it has not.
        answers: Probabilities (cases, classes), or values (cases,).
        decision: Index of the decided class; zeros for values.
        truth: Index of the true class, or the true value; -1 or NaN while unknown.
        review: Whether it went to a person.
    """

    at: Whole
    received: Whole
    answers: Floats
    decision: Whole
    truth: NDArray[Any]
    review: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.at)

    @property
    def known(self) -> NDArray[np.bool_]:
        """Which truths are there."""
        return np.asarray(self.received != NOT_YET)

    def take(self, rows: NDArray[Any]) -> Cases:
        """Some of the cases."""
        held = (getattr(self, name)[rows] for name in self.__dataclass_fields__)
        return Cases(*held)


def cases(
    classes: Sequence[str],
    at: Sequence[int],
    decisions: Sequence[str],
    probabilities: Sequence[float | None],
    details: Sequence[Mapping[str, Any]],
    actions: Sequence[str],
    truths: Sequence[str | None],
    received: Sequence[int | None],
) -> Cases:
    """Cases from what the ledger keeps; those that lack an answer or a readable truth are left out.

    Args:
        classes: The release's classes, the positive one last; none for values.
        at: When each answer was given, in microseconds.
        decisions: What was decided.
        probabilities: Of the positive class of two, else of the decision.
        details: ``probabilities`` by class, or ``value``; not needed for two classes.
        actions: ``accept`` or ``review``.
        truths: What came true, or None.
        received: When it came.
    """
    if classes:
        answers = _chances(classes, probabilities, details)
        place = {name: i for i, name in enumerate(classes)}
        decision = np.array([place.get(d, NOT_YET) for d in decisions], np.int64)
        truth: NDArray[Any] = np.array([place.get(t or "", NOT_YET) for t in truths], np.int64)
        readable = truth >= 0
        whole = np.isfinite(answers).all(axis=1) & (decision >= 0)
    else:
        answers = np.array([_number(one.get("value")) for one in details], float)
        decision = np.zeros(len(answers), np.int64)
        truth = np.array([_number(t) for t in truths], float)
        readable = np.isfinite(truth)
        whole = np.isfinite(answers)
    came = np.array([NOT_YET if r is None else r for r in received], np.int64)
    came[~readable] = NOT_YET
    review = np.array([action == "review" for action in actions], bool)
    found = Cases(np.array(at, np.int64), came, answers, decision, truth, review)
    kept = found.take(whole)
    return kept.take(np.argsort(kept.at, kind="stable"))


def _chances(
    classes: Sequence[str],
    probabilities: Sequence[float | None],
    details: Sequence[Mapping[str, Any]],
) -> Floats:
    if len(classes) == 2:
        second = np.array([_number(p) for p in probabilities], float)
        return np.column_stack([1 - second, second])
    rows = [
        [_number(one.get("probabilities", {}).get(name)) for name in classes] for one in details
    ]
    return np.array(rows, float).reshape(len(details), len(classes))


def _number(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        return float("nan")
