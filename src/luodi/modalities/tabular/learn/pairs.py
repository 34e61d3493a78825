"""A search for products, differences and ratios of numbers that help out of fold.

Every candidate is offered at once to a small booster that starts from what the plain model
already says (as in OpenFE, Zhang et al. 2023); those that reduce its loss most are then kept
only if the whole model, fitted again fold by fold, gains by them.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations

import numpy as np

from luodi.modalities.tabular.features import Operation, Pair, paired, rounded
from luodi.modalities.tabular.learn.lightgbm import stopper

MAX_NUMBERS = 14
MAX_CELLS = 3_000_000
MAX_ROWS = 20_000
ROUNDS = 80
LOOKED_AT = 60
ALIKE = 0.995
"""A pair whose ranks follow a column or a better pair this closely says nothing new."""
DOMINATED = 0.97
"""A difference that follows one of its columns this closely is that column and noise."""
SIMPLE: tuple[Operation, ...] = ("difference", "product", "ratio")


def proposals(numbers: list[int]) -> list[Pair]:
    """All pairs worth trying: one product and difference, and both ratios."""
    found: list[Pair] = []
    for left, right in combinations(sorted(numbers), 2):
        both: list[tuple[Operation, int, int]] = [
            ("product", left, right),
            ("difference", left, right),
            ("ratio", left, right),
            ("ratio", right, left),
        ]
        found += [Pair(*one) for one in both]
    return found


def ranked(
    numbers: np.ndarray,
    strongest: list[int],
    truth: np.ndarray,
    start: np.ndarray,
    shape: str,
    seed: int,
    threads: int,
    stop: Callable[[], bool],
) -> list[Pair]:
    """Candidate pairs, the most useful first.

    Args:
        numbers: Filled numbers, float64 (rows, numbers).
        strongest: Places of the numbers to combine.
        truth: Class index or standardised value, (rows,).
        start: What the plain model says out of fold, margins (rows,) or (rows, classes).
        shape: ``binary``, ``multiclass`` or ``regress``.
        seed: Seed of the sample and the booster.
        threads: Threads to use.
        stop: Asked between steps.
    """
    import lightgbm as lgb

    candidates = proposals(strongest[:MAX_NUMBERS])
    if not candidates or stop():
        return []
    most = max(2_000, min(MAX_ROWS, MAX_CELLS // (len(candidates) + numbers.shape[1])))
    rows = np.random.default_rng(seed).permutation(len(numbers))[:most]
    offered = rounded(np.concatenate([numbers[rows], paired(candidates, numbers[rows])], axis=1))
    objective = {"binary": "binary", "multiclass": "multiclass", "regress": "regression"}[shape]
    params = {
        "objective": objective,
        "learning_rate": 0.1,
        "num_leaves": 8,
        "min_data_in_leaf": max(5, len(rows) // 500),
        "feature_fraction": 0.3,
        "bagging_fraction": 0.8,
        "bagging_freq": 1,
        "seed": seed,
        "num_threads": threads,
        "deterministic": True,
        "force_col_wise": True,
        "verbose": -1,
    }
    if shape == "multiclass":
        params["num_class"] = start.shape[1]
    data = lgb.Dataset(offered, truth[rows], init_score=start[rows].ravel(order="F"))
    booster = lgb.train(params, data, ROUNDS, callbacks=[stopper(stop)])
    gain = np.asarray(booster.feature_importance("gain"))[numbers.shape[1] :]
    order = [int(i) for i in np.argsort(-gain, kind="stable")[:LOOKED_AT] if gain[i] > 0]
    width = numbers.shape[1]
    found = [candidates[i] for i in order]
    new = _unlike(found, offered[:, :width], offered[:, [width + i for i in order]])
    return [found[i] for i in new]


def _unlike(found: list[Pair], numbers: np.ndarray, columns: np.ndarray) -> list[int]:
    """Places of the pairs that follow no number and no pair before them too closely.

    Of pairs that follow each other the simplest stands for all: where a quotient and a
    difference of two temperatures rank the records alike, the difference is what was meant.
    """
    alike = np.abs(_rank_correlation(np.concatenate([numbers, columns], axis=1)))
    width = numbers.shape[1]
    with_numbers, with_pairs = alike[width:, :width].max(axis=1), alike[width:, width:]
    limit = [DOMINATED if pair.operation == "difference" else ALIKE for pair in found]
    kept: list[int] = []
    for place in range(len(found)):
        if with_numbers[place] > limit[place] or (with_pairs[place, kept] > ALIKE).any():
            continue
        same = [k for k in np.flatnonzero(with_pairs[place] > ALIKE) if with_numbers[k] <= limit[k]]
        kept.append(int(min(same, key=lambda k: (SIMPLE.index(found[k].operation), k))))
    return kept


def _rank_correlation(columns: np.ndarray) -> np.ndarray:
    """Spearman's correlation of the first rows, missing values as the lowest."""
    sample = columns[:4_000]
    sample = np.where(np.isnan(sample), np.nanmin(sample, initial=0.0), sample)
    ranks = np.argsort(np.argsort(sample, axis=0, kind="stable"), axis=0).astype(float)
    ranks -= ranks.mean(axis=0)
    ranks /= np.sqrt((ranks**2).sum(axis=0)) + 1e-12
    return np.asarray(ranks.T @ ranks)
