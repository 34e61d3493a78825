"""Text columns by their distinct values: cleaned once each, whatever the number of rows."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import polars as pl

from luodi.core.text import canonical

_BLANK = "".join(c for c in map(chr, range(0x3001)) if c.isspace())


@dataclass(frozen=True)
class Distinct:
    """The distinct values of a text column.

    Attributes:
        column: The column as it was read, with nulls.
        values: Its distinct values, without null.
        rows: How many rows hold each, shape (distinct,).
        texts: Their canonical text; null where they mean "missing".
    """

    column: pl.Series
    values: pl.Series
    rows: pl.Series
    texts: pl.Series

    @property
    def filled(self) -> int:
        """Rows that hold something."""
        return int(self.rows.filter(self.texts.is_not_null()).sum() or 0)

    def count(self, mask: pl.Series) -> int:
        """Rows whose value is marked in a mask over the distinct values."""
        return int(self.rows.filter(mask).sum() or 0)

    def examples(self, mask: pl.Series, most: int = 3) -> str:
        """The most frequent marked values, for a message."""
        marked = pl.DataFrame({"text": self.texts, "rows": self.rows}).filter(mask)
        ordered = marked.sort(["rows", "text"], descending=[True, False])["text"].head(most)
        return ", ".join(f"'{text[:40]}'" for text in ordered)

    def spread(self, results: pl.Series) -> pl.Series:
        """Results for the distinct values, put back to the rows."""
        if len(self.values) == len(self.column):  # all different and none null: nothing to look up
            order = self.values.equals(self.column)
            if order:
                return results.alias(self.column.name)
        found = self.column.replace_strict(
            self.values, results, default=None, return_dtype=results.dtype
        )
        return found.alias(self.column.name)


def distinct(column: pl.Series, missing: Collection[str]) -> Distinct:
    """Look at a text column by its distinct values.

    Args:
        column: A String column.
        missing: Canonical texts that mean "missing".
    """
    counted = column.drop_nulls().value_counts(name="rows")
    values = counted[column.name] if counted.width else pl.Series([], dtype=pl.String)
    texts = cleaned(values)
    texts = texts.set(texts.is_in(list(missing)), None)
    return Distinct(column, values, counted["rows"], texts)


def cleaned(texts: pl.Series) -> pl.Series:
    """``core.text.canonical`` for a whole column: width folded, outer white space gone."""
    if (texts.str.len_bytes() != texts.str.len_chars()).any():
        texts = texts.str.normalize("NFKC")
    texts = texts.str.strip_chars(_BLANK)
    lower = texts.str.to_lowercase()
    truth = lower.is_in(["true", "false"])
    return texts.zip_with(~truth, lower) if truth.any() else texts


def canonical_text(column: pl.Series) -> pl.Series:
    """Any column as canonical text; what ``canonical`` leaves empty is null."""
    if column.dtype == pl.Boolean or column.dtype.is_integer():
        return column.cast(pl.String)
    if column.dtype == pl.String:
        return cleaned(column).replace("", None)
    values = column.drop_nulls().unique()
    texts = pl.Series([canonical(value) or None for value in values], dtype=pl.String)
    found = column.replace_strict(values, texts, default=None, return_dtype=pl.String)
    return found.alias(column.name)
