"""Records that belong together (a patient, a machine) and a split that tears them apart."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl

from luodi.core.values import Finding, Severity
from luodi.modalities.tabular.inspect.about import found
from luodi.modalities.tabular.inspect.hidden import by_owner, evidence
from luodi.modalities.tabular.inspect.look import Look
from luodi.modalities.tabular.inspect.names import owns

OWNERS_AT_LEAST = 10
ROWS_EACH = 1.5
FIXED_NUMBERS_AT_LEAST = 2
FIXED_DISTINCT = 20
CANDIDATES_AT_MOST = 30
ROWS_COMPARED = 20_000


def find(look: Look) -> Iterator[Finding]:
    """Find a column of owners whose rows a random split would put on both sides."""
    if look.task.split_by not in ("random", "stratified") or look.task.data.group:
        return
    owner = _owner(look)
    if owner is None:
        return
    column, named = owner
    codes = look.codes(column)
    apart = by_owner(look.without([column]), codes)
    severity: Severity = "warning" if apart is None or apart.real else "note"
    counts = np.bincount(codes)
    counts = counts[counts > 0]
    share = _both_sides(counts, _holdout(look))
    yield found(
        "data.entity_split",
        severity,
        column,
        owners=len(counts),
        rows_each=counts.mean(),
        both_sides=share,
        by_name=named,
        **evidence(apart),
    )


def _holdout(look: Look) -> float:
    holdout = look.task.split.holdout
    return 0.2 if isinstance(holdout, str) else holdout


def _both_sides(counts: np.ndarray, holdout: float) -> float:
    """The expected share of holdout rows whose owner training has seen too."""
    return float((counts * (1 - holdout ** (counts - 1.0))).sum() / counts.sum())


def _owner(look: Look) -> tuple[str, bool] | None:
    """The likeliest column of owners, and whether its name says so."""
    repeating = [name for name in look.table.columns if _repeats(look, name)]
    named = [name for name in repeating if owns(name)]
    if named:
        return max(named, key=lambda name: look.distinct[name]), True
    fixing = [name for name in repeating[:CANDIDATES_AT_MOST] if _fixes_others(look, name)]
    return (max(fixing, key=lambda name: look.distinct[name]), False) if fixing else None


def _repeats(look: Look, name: str) -> bool:
    """Whether a column has many values, and most of its rows share theirs with another row."""
    column = look.series[name]
    known = len(look) - look.missing[name]
    distinct = look.distinct[name]
    if name == look.target or known < len(look) * 0.9 or distinct < OWNERS_AT_LEAST:
        return False
    if known < ROWS_EACH * distinct or column.dtype.is_temporal():
        return False
    if column.dtype.is_float():
        return bool((column.drop_nulls() == column.drop_nulls().round()).all())
    return True


def _fixes_others(look: Look, name: str) -> bool:
    """Whether several many-valued numbers never change within a value of this column."""
    if look.distinct[name] < FIXED_DISTINCT:
        return False
    others = [
        column.name
        for column in look.of_kind("number")
        if column.name != name and look.distinct[column.name] >= FIXED_DISTINCT
    ]
    if len(others) < FIXED_NUMBERS_AT_LEAST:
        return False
    some = look.table.head(ROWS_COMPARED).select(name, *others)
    within = some.group_by(name).agg(pl.col(others).n_unique(), pl.len().alias("\0rows"))
    several = within.filter(pl.col("\0rows") > 1)
    if several.height < OWNERS_AT_LEAST:
        return False
    fixed = sum(float((several[other] == 1).mean() or 0.0) >= 0.99 for other in others)  # type: ignore[arg-type]
    return fixed >= FIXED_NUMBERS_AT_LEAST and fixed < len(others)
