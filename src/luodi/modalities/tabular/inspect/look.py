"""What the detectors look at: the rows whose truth is known, and cheap views of their columns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import polars as pl

from luodi.core.task import Task
from luodi.core.values import Column, Dataset

ROWS_AT_MOST = 100_000


@dataclass(frozen=True)
class Look:
    """A table under inspection.

    Attributes:
        task: The task.
        whole: All rows that were read.
        table: The rows inspected: truth known, in the order of the source, at most 100,000.
        columns: The feature columns inspected.
        target: Name of the target column.
    """

    task: Task
    whole: pl.DataFrame
    table: pl.DataFrame
    columns: tuple[Column, ...]
    target: str

    @property
    def classify(self) -> bool:
        """Whether the target is a class."""
        return self.task.goal == "classify"

    @property
    def sampled(self) -> bool:
        """Whether only a part of the rows is inspected."""
        return self.whole.height > ROWS_AT_MOST

    def __len__(self) -> int:
        return self.table.height

    @cached_property
    def series(self) -> dict[str, pl.Series]:
        """All columns of the inspected rows by name: in a wide table, looking up is slow."""
        return {column.name: column for column in self.table.get_columns()}

    @cached_property
    def classes(self) -> tuple[str, ...]:
        """The classes, sorted; empty for ``regress``."""
        return tuple(self.series[self.target].unique().sort()) if self.classify else ()

    @cached_property
    def labels(self) -> np.ndarray:
        """Index of each row's class, shape (rows,)."""
        return (self.series[self.target].rank("dense").to_numpy() - 1).astype(np.int64)

    @cached_property
    def truth(self) -> np.ndarray:
        """The target as numbers, shape (rows,): class indices for ``classify``."""
        return self.labels.astype(float) if self.classify else self.series[self.target].to_numpy()

    @cached_property
    def distinct(self) -> dict[str, int]:
        """Number of distinct values of each column, missing not counted."""
        counted = self.table.select(pl.all().drop_nulls().n_unique())
        return dict(zip(self.table.columns, counted.row(0), strict=True))

    @cached_property
    def missing(self) -> dict[str, int]:
        """Number of missing values of each column."""
        return dict(zip(self.table.columns, self.table.null_count().row(0), strict=True))

    def of_kind(self, kind: str) -> Iterator[Column]:
        """The inspected columns of one kind."""
        return (column for column in self.columns if column.kind == kind)

    def numbers(self, name: str) -> np.ndarray:
        """A column as float64, missing as NaN, shape (rows,)."""
        column = self.series[name]
        return (column if column.dtype == pl.Float64 else column.cast(pl.Float64)).to_numpy()

    def codes(self, name: str) -> np.ndarray:
        """A column as integers, shape (rows,): 0 for missing, then 1, 2, … in sorted order."""
        column = self.series[name]
        if column.dtype != pl.Float64:
            return column.rank("dense").fill_null(0).cast(pl.Int64).to_numpy()
        values = column.to_numpy()
        known = ~np.isnan(values)
        codes = np.zeros(len(values), dtype=np.int64)
        codes[known] = np.unique(values[known], return_inverse=True)[1] + 1
        return codes

    def values(self, name: str) -> list[object]:
        """What each code of a column stands for; the first, for missing, is None."""
        return [None, *self.series[name].drop_nulls().unique().sort()]

    def without(self, names: Iterable[str]) -> Look:
        """The same look with some columns left out."""
        left_out = frozenset(names)
        return replace(self, columns=tuple(c for c in self.columns if c.name not in left_out))


def look(dataset: Dataset, task: Task) -> Look:
    """The look at a dataset: rows without truth dropped, many rows sampled in their order."""
    assert dataset.target is not None, "a dataset without truth is not inspected"
    truth = pl.col(dataset.target)
    known = dataset.table.filter(truth.is_not_null())
    if task.goal == "regress":
        known = known.filter(truth.is_finite())
    if known.height > ROWS_AT_MOST:
        chosen = np.random.default_rng(task.split.seed).permutation(known.height)[:ROWS_AT_MOST]
        known = known[np.sort(chosen)]
    return Look(task, dataset.table, known, dataset.columns, dataset.target)
