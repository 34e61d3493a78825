"""How much the answers hang on each raw column: permutation importance on the shipped graph.

(Breiman 2001; Fisher, Rudin and Dominici 2019.)
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from luodi.core.session import Session
from luodi.modalities.tabular.codec import Batch, Codec

ROWS = 2_000
REPEATS = 3


def importance(
    codec: Codec, session: Session, batch: Batch, utility: Callable[[np.ndarray], float], seed: int
) -> list[tuple[str, float]]:
    """Columns by the share of the metric that is lost when their values are shuffled.

    Args:
        codec: The codec, for the names.
        session: The graph.
        batch: Training records.
        utility: The metric of an answer array, higher is better.
        seed: Seed of the shuffles.

    Returns:
        Names and shares that sum to 1 (or are all 0), the largest first.
    """
    rng = np.random.default_rng(seed)
    whole = utility(session(batch.feeds)[0])
    lost: list[tuple[str, float]] = []
    columns = (("numbers", codec.numbers), ("categories", codec.categories), ("times", codec.times))
    for kind, group in columns:
        for place, column in enumerate(group):
            drops = []
            for _ in range(REPEATS):
                shuffled = batch.feeds[kind].copy()
                shuffled[:, place] = rng.permutation(shuffled[:, place])
                drops.append(whole - utility(session({**batch.feeds, kind: shuffled})[0]))
            lost.append((column.name, max(0.0, float(np.mean(drops)))))
    total = sum(drop for _, drop in lost) or 1.0
    return sorted(((name, drop / total) for name, drop in lost), key=lambda pair: -pair[1])
