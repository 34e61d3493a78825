"""Text columns by their distinct values: cleaned once each, whatever the number of rows."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import polars as pl

from luodi.core.text import canonical

_FIGURES = r"^([+\-−]?([.,]?\d|(?i:inf))|[A-Za-z]{3,9} \d{1,2}, \d{4})"
_LARGE = 10_000
_BLANK = "".join(c for c in map(chr, range(0x3001)) if c.isspace())


@dataclass(frozen=True)
class Distinct:
    """The distinct values of a text column.

    Attributes:
        column: The column as it was read, with nulls.
        values: Its distinct values; the column itself where nearly all of them differ.
        rows: How many rows hold each, shape (distinct,).
        texts: Their canonical text; null where they mean "missing".
        filled: Rows that hold something.
        figures: Whether at least half of those begin like a number or a date.
    """

    column: pl.Series
    values: pl.Series
    rows: pl.Series
    texts: pl.Series
    filled: int
    figures: bool

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
        if self.values is self.column:
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
    if _nearly_all_differ(column):
        values, rows = column, pl.Series([1], dtype=pl.UInt32).new_from_index(0, len(column))
    else:
        counted = column.drop_nulls().value_counts(name="\x00rows")
        values, rows = counted[column.name], counted["\x00rows"]
    text = _canonical(pl.col(column.name), folded=_is_wide(values))
    there = pl.when(~text.is_in(list(missing))).then(text)
    frame = values.to_frame().select(
        there.alias("text"), there.str.contains(_FIGURES).alias("like")
    )
    filled = int(rows.filter(frame["text"].is_not_null()).sum() or 0)
    alike = int(rows.filter(frame["like"].fill_null(False)).sum() or 0)
    return Distinct(column, values, rows, frame["text"], filled, 2 * alike >= filled > 0)


def _nearly_all_differ(column: pl.Series) -> bool:
    """Whether looking up distinct values would cost more than it saves."""
    if len(column) < _LARGE:
        return False
    sample = column.gather_every(len(column) // _LARGE)
    return sample.n_unique() > 0.5 * len(sample)


def cleaned(texts: pl.Series) -> pl.Series:
    """``core.text.canonical`` for a whole column: width folded, outer white space gone."""
    text = _canonical(pl.col(texts.name), folded=_is_wide(texts))
    return texts.to_frame().select(text).to_series()


def _is_wide(texts: pl.Series) -> bool:
    """Whether any character is beyond ASCII."""
    return bool((texts.str.len_bytes() != texts.str.len_chars()).any())


def _canonical(text: pl.Expr, folded: bool) -> pl.Expr:
    text = (text.str.normalize("NFKC") if folded else text).str.strip_chars(_BLANK)
    truth = text.str.contains("^(?i:true|false)$")
    return pl.when(truth).then(text.str.to_lowercase()).otherwise(text)


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
