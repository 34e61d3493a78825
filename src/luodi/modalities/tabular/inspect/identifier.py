"""Columns that tell records apart and so can only be learned by heart."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from luodi.core.values import Column, Finding
from luodi.modalities.tabular.inspect.about import found
from luodi.modalities.tabular.inspect.look import Look
from luodi.modalities.tabular.inspect.names import identifies

ROWS_AT_LEAST = 20
UNIQUE = 0.95
UNIQUE_BY_NAME = 0.8


def find(look: Look) -> Iterator[Finding]:
    """Find (almost) unique codes and running numbers (``data.identifier``)."""
    for column in look.columns:
        if len(look) >= ROWS_AT_LEAST and (share := _unique_share(look, column)):
            distinct = look.whole[column.name].drop_nulls().n_unique()
            yield found("data.identifier", "warning", column.name, distinct=distinct, share=share)


def _unique_share(look: Look, column: Column) -> float:
    """The share of rows with a value of their own, or 0 where the column is no identifier."""
    known = len(look) - look.missing[column.name]
    if column.kind == "time" or known < len(look) / 2:
        return 0.0
    wanted = UNIQUE_BY_NAME if identifies(column.name) else UNIQUE
    share = look.distinct[column.name] / known
    if share >= wanted and look.sampled:
        whole = look.whole[column.name].drop_nulls()
        share = whole.n_unique() / len(whole)
    if share < wanted:
        return 0.0
    coded = _is_code(look, column) if column.kind == "category" else _runs(look, column)
    return share if coded else 0.0


def _is_code(look: Look, column: Column) -> bool:
    """Whether values are single words; sentences are text, not identifiers."""
    known = look.series[column.name].drop_nulls()
    return int(known.str.contains(r"\S\s+\S").sum()) < len(known) / 2


def _runs(look: Look, column: Column) -> bool:
    """Whether a number is whole and runs on, or is named as an identifier."""
    values = look.numbers(column.name)
    values = values[~np.isnan(values)]
    if not np.array_equal(values, np.round(values)):
        return False
    whole = look.whole[column.name].drop_nulls().to_numpy()
    dense = len(whole) / (whole.max() - whole.min() + 1) >= 0.9
    rising = bool((np.diff(values) > 0).all())
    return bool(identifies(column.name) or dense or rising)
