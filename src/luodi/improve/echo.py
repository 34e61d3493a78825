"""Truths that only repeat the answers: nobody looked, and nothing may be learned from them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from luodi.improve.returned import Returned

if TYPE_CHECKING:
    from luodi.runtime.load import Release

FEWEST = 100
IMPOSSIBLE = 1e-6


def echoed(champion: Release, cases: Returned) -> float | None:
    """How probable so many truths that repeat the answers are; None where they do not.

    By the champion's own probabilities of what it decided. A model that is always sure of itself
    and always right is no echo.

    Args:
        champion: The release in use.
        cases: What came back.
    """
    mine = np.array([release == champion.digest for release in cases.releases], bool)
    own = cases.take(mine)
    if len(own) < FEWEST or list(own.truths) != list(own.decisions):
        return None
    scores = champion.score(list(own.records))
    if scores.probabilities is None:
        return 0.0  # values that come true to the last digit
    place = {name: i for i, name in enumerate(champion.scorer.classes)}
    decided = np.array([place.get(name, 0) for name in own.decisions], np.int64)
    chances = scores.probabilities[np.arange(len(own)), decided]
    probable = float(np.exp(np.log(np.clip(chances, 1e-12, 1.0)).sum()))
    return probable if probable < IMPOSSIBLE else None
