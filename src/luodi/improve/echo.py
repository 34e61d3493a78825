"""Truths that only repeat the answers: nobody looked, and nothing may be learned from them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from luodi.improve.returned import Returned

if TYPE_CHECKING:
    from luodi.runtime.load import Release

FEWEST = 100
IMPOSSIBLE = 1e-6
LATEST = 1000


def echoed(champion: Release, cases: Returned) -> float | None:
    """How probable so few contradictions are; None where there are enough of them.

    By the champion's own probabilities of what it decided, over all it answered and over the
    latest. A few honest truths among many that were sent back do not hide these. A model that is
    always sure of itself and always right is no echo.

    Args:
        champion: The release in use.
        cases: What came back.
    """
    mine = np.array([release == champion.digest for release in cases.releases], bool)
    own = cases.take(mine)
    if len(own) < FEWEST:
        return None
    scores = champion.score(list(own.records))
    wrong = np.array([t != d for t, d in zip(own.truths, own.decisions, strict=True)], bool)
    if scores.probabilities is None:
        # values that come true to the last digit
        return 0.0 if (~wrong).mean() > 0.5 else None
    place = {name: i for i, name in enumerate(champion.scorer.classes)}
    decided = np.array([place.get(name, 0) for name in own.decisions], np.int64)
    doubt = 1 - scores.probabilities[np.arange(len(own)), decided]
    found = min(_tail(wrong, doubt), _tail(wrong[-LATEST:], doubt[-LATEST:]))
    return found if found < IMPOSSIBLE else None


def _tail(wrong: NDArray[np.bool_], doubt: NDArray[np.float64]) -> float:
    """The chance of so few; Poisson's lower tail bounds that of unlike trials (Hoeffding 1956)."""
    from scipy.special import pdtr

    return float(pdtr(wrong.sum(), doubt.sum()))
