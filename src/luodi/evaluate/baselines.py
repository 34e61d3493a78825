"""The release against simpler answers on the same rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from luodi.evaluate.answers import Answers
from luodi.evaluate.figures import Sample
from luodi.evaluate.intervals import chance


def aligned(answers: Answers, other: Answers) -> Answers | None:
    """A baseline's answers with the classes in our order; None when it knows other classes."""
    if other.classes == answers.classes:
        return other if np.array_equal(other.rows, answers.rows) else None
    if sorted(other.classes) != sorted(answers.classes):
        return None
    place = np.array([answers.classes.index(name) for name in other.classes])
    given = np.empty_like(other.given)
    given[:, place] = other.given
    truth, decision = place[other.truth], place[other.decision]
    return Answers(
        goal=answers.goal,
        metric=answers.metric,
        truth=truth,
        given=given,
        decision=decision,
        review=other.review,
        rows=other.rows,
        classes=answers.classes,
        positive=answers.positive,
        costs=answers.costs,
    )


def compared(
    answers: Answers, others: Mapping[str, Answers], samples: Mapping[str, Sample]
) -> list[dict[str, Any]]:
    """Difference to each baseline by a paired bootstrap: both see the same resamples.

    Returns:
        The ``baselines`` part of the verdict's details; a positive difference is in our favour.
    """
    return [_compared(name, answers, other, samples) for name, other in others.items()]


def _by_class(answers: Answers, other: Answers) -> dict[str, Any]:
    """How often each class is found, here and there, and what that does to accuracy."""
    mine, theirs = answers.decision == answers.truth, other.decision == answers.truth
    found = [
        {
            "name": name,
            "rows": int(own.sum()),
            "mine": float(mine[own].mean()),
            "theirs": float(theirs[own].mean()),
        }
        for place, name in enumerate(answers.classes)
        if (own := answers.truth == place).any()
    ]
    apart = float(mine.mean() - theirs.mean()) if len(answers) else None
    return {"by_class": found, "accuracy_difference": apart}


def _compared(
    name: str, answers: Answers, other: Answers, samples: Mapping[str, Sample]
) -> dict[str, Any]:
    gain = samples.get(f"gain_over_{name}")
    mine = samples.get(answers.metric)
    found = {
        "name": name,
        "figure": other.score(answers.metric),
        "mine": mine.figure.value if mine else None,
        **(_by_class(answers, other) if answers.goal == "classify" else {}),
    }
    if gain is None or gain.figure.low is None or gain.figure.high is None:
        difference = gain.figure.value if gain else None
        empty = {"low": None, "high": None, "p": None, "answer": "unknown"}
        return {**found, "difference": difference, **empty}
    low, high = gain.figure.low, gain.figure.high
    answer = "better" if low > 0 else "worse" if high < 0 else "no_difference"
    p = 1.0 if low == high == 0 else chance(gain.resamples)
    measured = {"difference": gain.figure.value, "low": low, "high": high, "p": p}
    return {**found, **measured, "answer": answer}
