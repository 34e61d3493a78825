"""What the reader has to say of a column, with its evidence in numbers."""

from __future__ import annotations

import polars as pl

from luodi.core.values import Finding
from luodi.modalities.tabular.read.texts import Distinct
from luodi.modalities.tabular.read.wishes import Wish


def note(code: str, wanted: Wish) -> Finding:
    """A note on a column, without further evidence."""
    return Finding(code, "note", wanted.column.name)


def mixed(code: str, seen: Distinct, values: pl.Series, wanted: Wish) -> Finding:
    """A warning that a column holds numbers and words."""
    words = seen.texts.is_not_null() & values.is_null()
    evidence = {"count": seen.count(words), "filled": seen.filled, "examples": seen.examples(words)}
    return Finding(code, "warning", wanted.column.name, evidence)


def unread(wanted: Wish, count: int, examples: str, filled: int = 0) -> list[Finding]:
    """A warning that values do not read as the kind of their column; none if all do."""
    if not count:
        return []
    evidence = {
        "count": count,
        "filled": filled or count,
        "kind": wanted.column.kind,
        "examples": examples or "-",
    }
    return [Finding("read.unread", "warning", wanted.column.name, evidence)]
