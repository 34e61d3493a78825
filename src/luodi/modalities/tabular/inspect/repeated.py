"""Rows that stand there twice, and rows that differ in nothing but their truth."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl

from luodi.core.values import Finding, Severity
from luodi.modalities.tabular.inspect.about import found
from luodi.modalities.tabular.inspect.look import Look

BEYOND_CHANCE = 20.0
WARN_SHARE = 0.01


def duplicates(look: Look) -> Iterator[Finding]:
    """Find identical rows, truth included (``data.duplicate_rows``)."""
    names = [column.name for column in look.columns]
    if len(look) < 2 or not names or not _beyond_chance(look, names):
        return
    extra = len(look) - look.table.select(*names, look.target).n_unique()
    if extra:
        share = extra / len(look)
        severity: Severity = "warning" if share >= WARN_SHARE else "note"
        yield found("data.duplicate_rows", severity, rows=extra, share=share, total=len(look))


def contradictions(look: Look) -> Iterator[Finding]:
    """Find rows that are equal in every feature and differ in their class."""
    names = [column.name for column in look.columns]
    if not look.classify or len(look) < 2 or not names or not _beyond_chance(look, names):
        return
    grouped = look.table.select(*names, look.target).group_by(names)
    sizes = grouped.agg(rows=pl.len(), labels=pl.col(look.target).n_unique())
    torn = sizes.filter(pl.col("labels") > 1)
    if torn.height:
        rows = int(torn["rows"].sum())
        share = rows / len(look)
        severity: Severity = "warning" if share >= WARN_SHARE else "note"
        evidence = {"groups": torn.height, "rows": rows, "share": share}
        yield found("data.contradicting_labels", severity, None, **evidence)


def _beyond_chance(look: Look, names: list[str]) -> bool:
    """Whether more pairs of rows are equal than a table of so few values has by chance.

    Were columns independent, two rows would agree in all of them with the product over columns
    of the sum of squared shares of their values.
    """
    counts = look.table.group_by(names).len()["len"].to_numpy().astype(float)
    pairs = float((counts * (counts - 1) / 2).sum())
    agree = 0.0
    for name in names:
        shares = look.table[name].value_counts()["count"].to_numpy() / len(look)
        agree += float(np.log(np.sum(shares**2)))
    expected = np.exp(agree) * len(look) * (len(look) - 1) / 2
    return pairs > 0 and pairs > BEYOND_CHANCE * expected
