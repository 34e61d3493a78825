"""Splits of the protocols, made once from a seed, so that everyone sees the same ones."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

Split = tuple[pl.DataFrame, pl.DataFrame]


def folds(table: pl.DataFrame, target: str, count: int, repeats: int = 1) -> Iterator[Split]:
    """Stratified folds; each is the test part once, in each repetition."""
    from sklearn.model_selection import StratifiedKFold

    for seed in range(repeats):
        cut = StratifiedKFold(count, shuffle=True, random_state=seed)
        for train, test in cut.split(table, table[target]):
            yield table[train], table[test]


def shares(table: pl.DataFrame, target: str, share: float, seeds: int) -> Iterator[Split]:
    """Stratified train and test parts, one pair a seed."""
    from sklearn.model_selection import StratifiedShuffleSplit

    for seed in range(seeds):
        cut = StratifiedShuffleSplit(1, test_size=share, random_state=seed)
        train, test = next(iter(cut.split(table, table[target])))
        yield table[train], table[test]
