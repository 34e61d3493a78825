"""The rows that went most wrong, by number only: records stay where they are."""

from __future__ import annotations

from typing import Any

import numpy as np

from luodi.evaluate.answers import Answers

MOST = 20


def top_errors(answers: Answers) -> list[dict[str, Any]]:
    """The worst rows: least probability for the truth, or largest error; worst first.

    Returns:
        The ``top_errors`` part of the verdict's details.
    """
    if answers.goal == "regress":
        loss = np.abs(answers.given - answers.truth)
        truth, said = answers.truth, answers.given
    else:
        chance = answers.given[np.arange(len(answers)), answers.truth]
        loss = -np.log(np.clip(chance, np.finfo(np.float64).eps, 1.0))
        names = np.array([*answers.classes, ""], object)
        truth, said = names[answers.truth], names[answers.decision]
    worst = np.argsort(-loss, kind="stable")[:MOST]
    return [
        {"row": int(answers.rows[at]), "truth": truth[at], "decided": said[at], "loss": loss[at]}
        for at in worst
        if loss[at] > 0
    ]
