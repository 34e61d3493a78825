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
TRUTH = "truth"
ROWS = "rows"


def duplicates(look: Look) -> Iterator[Finding]:
    """Find identical rows, truth included (``data.duplicate_rows``)."""
    if not _beyond_chance(look):
        return
    extra = len(look) - _numbered(look).n_unique()
    if extra:
        share = extra / len(look)
        severity: Severity = "warning" if share >= WARN_SHARE else "note"
        yield found("data.duplicate_rows", severity, rows=extra, share=share, total=len(look))


def contradictions(look: Look) -> Iterator[Finding]:
    """Find rows that are equal in every feature and differ in their class."""
    if not look.classify or not _beyond_chance(look):
        return
    grouped = _numbered(look).group_by(pl.exclude(TRUTH))
    sizes = grouped.agg(pl.len().alias(ROWS), pl.col(TRUTH).n_unique())
    torn = sizes.filter(pl.col(TRUTH) > 1)
    if torn.height:
        rows = int(torn[ROWS].sum())
        share = rows / len(look)
        severity: Severity = "warning" if share >= WARN_SHARE else "note"
        evidence = {"groups": torn.height, "rows": rows, "share": share}
        yield found("data.contradicting_labels", severity, None, **evidence)


def _numbered(look: Look) -> pl.DataFrame:
    """Features and truth under names of our own, so that no column can be called like a count."""
    names = [pl.col(c.name).alias(f"feature {i}") for i, c in enumerate(look.columns)]
    return look.table.select(*names, pl.col(look.target).alias(TRUTH))


def _beyond_chance(look: Look) -> bool:
    """Whether more pairs of rows are equal than a table of so few values has by chance.

    Were columns independent, two rows would agree in all of them with the product over columns
    of the sum of squared shares of their values.
    """
    if len(look) < 2 or not look.columns:
        return False
    features = _numbered(look).drop(TRUTH)
    counts = features.group_by(pl.all()).agg(pl.len().alias(ROWS))[ROWS].to_numpy().astype(float)
    pairs = float((counts * (counts - 1) / 2).sum())
    agree = 0.0
    for name in features.columns:
        shares = features[name].value_counts()["count"].to_numpy() / len(look)
        agree += float(np.log(np.sum(shares**2)))
    expected = np.exp(agree) * len(look) * (len(look) - 1) / 2
    return pairs > 0 and pairs > BEYOND_CHANCE * expected
