"""What a random split hides: the quick model's figure on random rows and on rows set apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from luodi.modalities.tabular.inspect.look import Look
from luodi.modalities.tabular.inspect.quick import matrix, measure, predictions, score

ROWS_AT_MOST = 10_000
ROWS_AT_LEAST = 200
REPEATS = 3
RESAMPLES = 30
HOLDOUT = 0.2
NOISE_TIMES = 3.0
DROP_AT_LEAST = 0.02


@dataclass(frozen=True)
class Difference:
    """Figures of the same model under two splits.

    Attributes:
        measure: Name of the figure; higher is better.
        random: Its mean over random splits.
        apart: Its mean over splits that keep owners, or later times, apart.
        noise: Standard error of the mean of the splits that keep apart, or of a random one.
    """

    measure: str
    random: float
    apart: float
    noise: float

    @property
    def real(self) -> bool:
        """Whether the random split flatters beyond its own noise."""
        drop = self.random - self.apart
        return drop > max(DROP_AT_LEAST, NOISE_TIMES * self.noise)


def evidence(apart: Difference | None) -> dict[str, Any]:
    """A difference as evidence of a finding; ``said`` is it in words, ``-`` where not measured."""
    if apart is None:
        return {"measure": "", "random": None, "ordered": None, "said": "-"}
    said = f"{apart.measure} {apart.random:.3f} -> {apart.apart:.3f}"
    return {"measure": apart.measure, "random": apart.random, "ordered": apart.apart, "said": said}


def by_order(look: Look, order: np.ndarray) -> Difference | None:
    """Random rows against the last fifth in an order.

    Args:
        look: The rows.
        order: Row numbers, earliest first.
    """
    chosen = order[-ROWS_AT_MOST:]
    cut = int(len(chosen) * (1 - HOLDOUT))
    return _compared(look, chosen, [(chosen[:cut], chosen[cut:])])


def by_owner(look: Look, owners: np.ndarray) -> Difference | None:
    """Random rows against all rows of a random fifth of the owners.

    Args:
        look: The rows.
        owners: A code of each row's owner, shape (rows,).
    """
    generator = np.random.default_rng(0)
    shuffled = generator.permutation(np.unique(owners))
    sizes = np.bincount(owners)[shuffled]
    kept = shuffled[: max(1, int(np.searchsorted(np.cumsum(sizes), ROWS_AT_MOST)) + 1)]
    chosen = np.flatnonzero(np.isin(owners, kept))
    if len(kept) < 5:
        return None
    splits = []
    for _ in range(REPEATS):
        held = generator.choice(kept, max(1, round(len(kept) * HOLDOUT)), replace=False)
        outside = np.isin(owners[chosen], held)
        splits.append((chosen[~outside], chosen[outside]))
    return _compared(look, chosen, splits)


Cut = tuple[np.ndarray, np.ndarray]


def _compared(look: Look, chosen: np.ndarray, apart: Sequence[Cut]) -> Difference | None:
    """The figure under random cuts of the same rows, and under the cuts given; None if unclear."""
    if len(chosen) < ROWS_AT_LEAST or not look.columns:
        return None
    generator = np.random.default_rng(0)
    cut = int(len(chosen) * (1 - HOLDOUT))
    shuffles = [generator.permutation(chosen) for _ in range(REPEATS)]
    features = matrix(look)

    def answers(cuts: Sequence[Cut]) -> list[tuple[np.ndarray, np.ndarray]]:
        usable = [c for c in cuts if len(c[1]) and len(np.unique(look.truth[c[0]])) > 1]
        return [(predictions(look, features, *c), c[1]) for c in usable]

    mixed, kept = answers([(rows[:cut], rows[cut:]) for rows in shuffles]), answers(apart)
    random = np.array([score(look, *answer) for answer in mixed])
    held = np.array([score(look, *answer) for answer in kept])
    if not len(random) or not len(held) or np.isnan(random).any() or np.isnan(held).any():
        return None
    between = float(held.std()) / np.sqrt(len(held))
    within = _error(look, *kept[0]) / np.sqrt(len(held))
    noise = max(float(random.std()), between, within)
    return Difference(measure(look), float(random.mean()), float(held.mean()), noise)


def _error(look: Look, answer: np.ndarray, test: np.ndarray) -> float:
    """Standard error of the figure, by resampling the test rows."""
    generator = np.random.default_rng(0)
    draws = (generator.integers(0, len(test), len(test)) for _ in range(RESAMPLES))
    figures = [score(look, answer[rows], test[rows]) for rows in draws]
    return float(np.nanstd(figures))
