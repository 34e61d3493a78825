"""Small troubles of a table: a little noise, a column that is gone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import polars as pl

from luodi.core.modality import Disturbed
from luodi.core.values import Column, Dataset

NOISE_SHARE = 0.01


def disturbed(
    dataset: Dataset, columns: Sequence[str], random: np.random.Generator
) -> Iterator[Disturbed]:
    """The records with noise, then without one column after the other.

    Args:
        dataset: The records.
        columns: The columns that go missing.
        random: For the noise.
    """
    table = dataset.table
    yield Disturbed("noise", None, NOISE_SHARE, _noisy(table, dataset.columns, random))
    for name in columns:
        yield Disturbed("missing", name, 1.0, _without(table, name))


def _noisy(
    table: pl.DataFrame, columns: Sequence[Column], random: np.random.Generator
) -> pl.DataFrame:
    """Every number moved by about 1 % of its column's spread, inside its possible range."""
    series = {column.name: column for column in table.get_columns()}
    moved = {c.name: _shaken(series[c.name], c, random) for c in columns if c.kind == "number"}
    return table.with_columns(**moved)


def _shaken(series: pl.Series, column: Column, random: np.random.Generator) -> pl.Series:
    values = series.cast(pl.Float64).fill_null(float("nan")).to_numpy()
    spread = float(np.nanstd(values)) if np.isfinite(values).any() else 0.0
    shaken = values + NOISE_SHARE * spread * random.standard_normal(len(values))
    known = values[np.isfinite(values)]
    # Counts and codes stay whole: half a child is no small trouble but another kind of record.
    shaken = np.round(shaken) if (known == np.round(known)).all() else shaken
    shaken = np.clip(shaken, column.low, column.high) if _bounded(column) else shaken
    return pl.Series(column.name, shaken).fill_nan(None)


def _bounded(column: Column) -> bool:
    return column.low is not None or column.high is not None


def _without(table: pl.DataFrame, name: str) -> pl.DataFrame:
    return table.with_columns(pl.lit(None, dtype=table.schema[name]).alias(name))
