"""Greedy ensemble selection from out-of-fold predictions (Caruana et al. 2004)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from luodi.core.values import Member

PICKS = 20
POOL = 14
LARGEST = 5
LEAST_GAIN = 1e-6


def select(
    members: Sequence[Member],
    utility: Callable[[np.ndarray], float],
    largest: int = LARGEST,
) -> tuple[tuple[Member, ...], tuple[float, ...]]:
    """Members and weights whose weighted mean does best out of fold.

    One member is added at a time, with repetition, as long as that helps; the picks before the
    best point count.

    Args:
        members: Members to choose from.
        utility: The metric of an answer array, higher is better.
        largest: Most different members to use.
    """
    pool = sorted(members, key=lambda m: -m.score)[:POOL]
    picks: list[int] = []
    total = np.zeros_like(pool[0].out_of_fold)
    best, best_picks = -np.inf, 0
    for step in range(PICKS):
        open_ = range(len(pool)) if len(set(picks)) < largest else sorted(set(picks))
        scores = {i: utility((total + pool[i].out_of_fold) / (step + 1)) for i in open_}
        chosen = max(scores, key=lambda i: (scores[i], -i))
        picks.append(chosen)
        total = total + pool[chosen].out_of_fold
        if scores[chosen] > best + LEAST_GAIN * abs(best if np.isfinite(best) else 0.0):
            best, best_picks = scores[chosen], step + 1
    kept = picks[: max(best_picks, 1)]
    used = sorted(set(kept))
    return tuple(pool[i] for i in used), tuple(kept.count(i) / len(kept) for i in used)
