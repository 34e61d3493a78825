"""Columns with nothing in them, or too much: constant, mostly missing, mixed, too many values."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from luodi.core.values import Finding
from luodi.modalities.tabular.inspect.about import found, shown
from luodi.modalities.tabular.inspect.look import Look

MOSTLY = 0.95
NUMERIC_SHARE = 0.8
MANY_VALUES = 100
MANY_SHARE = 0.2


def constant(look: Look) -> Iterator[Finding]:
    """Find columns with a single value (``data.constant``)."""
    for column in look.columns:
        if look.distinct[column.name] == 1 and not look.missing[column.name] and len(look) > 1:
            value = shown(look.series[column.name][0])
            yield found("data.constant", "warning", column.name, value=value, rows=len(look))


def missing(look: Look) -> Iterator[Finding]:
    """Find columns that are almost always missing (``data.missing_mostly``)."""
    for column in look.columns:
        count = look.missing[column.name]
        if len(look) and count > MOSTLY * len(look):
            evidence = {"missing": count, "rows": len(look), "share": count / len(look)}
            yield found("data.missing_mostly", "warning", column.name, **evidence)


def mixed(look: Look) -> Iterator[Finding]:
    """Find text columns in which most values are numbers (``data.mixed_types``)."""
    for column in look.of_kind("category"):
        known = look.series[column.name].drop_nulls()
        if not len(known) or look.distinct[column.name] < 5:
            continue
        numeric = known.cast(pl.Float64, strict=False).is_not_null()
        if NUMERIC_SHARE <= float(numeric.mean() or 0) < 1:  # type: ignore[arg-type]
            words = known.filter(~numeric)
            examples = words.unique(maintain_order=True).head(3).to_list()
            yield found(
                "data.mixed_types",
                "warning",
                column.name,
                numbers=int(numeric.sum()),
                others=len(words),
                examples=", ".join(f'"{text}"' for text in examples),
            )


def crowded(look: Look) -> Iterator[Finding]:
    """Find categories with too many values to learn from (``data.high_cardinality``)."""
    for column in look.of_kind("category"):
        distinct = look.distinct[column.name]
        known = len(look) - look.missing[column.name]
        if distinct >= MANY_VALUES and distinct >= MANY_SHARE * known:
            evidence = {"distinct": distinct, "rows": known, "rows_each": known / distinct}
            yield found("data.high_cardinality", "warning", column.name, **evidence)
