"""How much the answers hang on each raw column: permutation importance on the shipped graph.

(Breiman 2001; Fisher, Rudin and Dominici 2019.)
"""

from __future__ import annotations

from collections.abc import Callable, Collection

import numpy as np

from luodi.core.codec import Batch
from luodi.core.session import Session
from luodi.modalities.tabular.codec import Codec

ROWS, LEAST_ROWS = 2_000, 100
REPEATS, ENOUGH_ROWS = 3, 500
WIDE = 100
"""From so many columns on, only those that the models read are shuffled."""
MOST_ANSWERS = 15_000
MOST_WORK = 18_000.0
"""Answers times megabytes of graph: a few seconds. It is not a clock, so that it repeats."""


def effort(columns: int, megabytes: float) -> tuple[int, int]:
    """How many rows to shuffle and how often, so that wide tables and large graphs take no longer.

    Args:
        columns: Columns to shuffle.
        megabytes: Size of the graph.
    """
    answers = min(MOST_ANSWERS, MOST_WORK / max(megabytes, 1e-3)) / max(columns, 1)
    repeats = REPEATS if answers >= REPEATS * ENOUGH_ROWS else 1
    return max(LEAST_ROWS, min(ROWS, int(answers / repeats))), repeats


def importance(
    codec: Codec,
    session: Session,
    batch: Batch,
    utility: Callable[[np.ndarray], float],
    seed: int,
    repeats: int,
    read: Collection[str] | None = None,
) -> list[tuple[str, float]]:
    """Columns by the share of the metric that is lost when their values are shuffled.

    Args:
        codec: The codec, for the names.
        session: The graph.
        batch: Training records.
        utility: The metric of an answer array, higher is better.
        seed: Seed of the shuffles.
        repeats: How often each column is shuffled.
        read: Names of the columns that the graph reads; None for all.

    Returns:
        Names and shares that sum to 1 (or are all 0), the largest first.
    """
    rng = np.random.default_rng(seed)
    whole = utility(session(batch.feeds)[0])
    lost: list[tuple[str, float]] = []
    columns = (("numbers", codec.numbers), ("categories", codec.categories), ("times", codec.times))
    for kind, group in columns:
        for place, column in enumerate(group):
            drops = [0.0]
            if read is None or column.name in read:
                drops = [
                    whole - utility(session(_shuffled(batch, kind, place, rng))[0])
                    for _ in range(repeats)
                ]
            lost.append((column.name, max(0.0, float(np.mean(drops)))))
    total = sum(drop for _, drop in lost) or 1.0
    return sorted(((name, drop / total) for name, drop in lost), key=lambda pair: -pair[1])


def _shuffled(
    batch: Batch, kind: str, place: int, rng: np.random.Generator
) -> dict[str, np.ndarray]:
    """The arrays with one column's values dealt to other rows."""
    shuffled = batch.feeds[kind].copy()
    shuffled[:, place] = rng.permutation(shuffled[:, place])
    return {**batch.feeds, kind: shuffled}
