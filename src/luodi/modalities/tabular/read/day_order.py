"""Whether the day or the month comes first in dates such as 03/04/2024, by what texts prove."""

from __future__ import annotations

import re

import polars as pl

_ORDER = re.compile(r"(%[dm])([-/.])(%[dm])")
_NUMBERS = r"^(\d{1,2})[-/.](\d{1,2})[-/.]\d{2,4}"


def proves_day_first(texts: pl.Series) -> bool | None:
    """Whether texts such as 25/03/2024 prove that the day comes first; None if nothing does."""
    slashed = texts.filter(texts.str.contains("/", literal=True).fill_null(False))
    first, second = _largest(slashed, "/")
    return None if (first > 12) == (second > 12) else first > 12


def turned(known: str, texts: pl.Series) -> str:
    """A known format, with day and month exchanged where texts such as 03/25/2024 prove it."""
    order = _ORDER.search(known)
    if order is None:
        return known
    largest = dict(zip((order[1], order[3]), _largest(texts, order[2]), strict=True))
    exchange = largest["%d"] <= 12 < largest["%m"]
    return _ORDER.sub(r"\3\2\1", known) if exchange else known


def settled(
    shape: tuple[str, str], texts: pl.Series, day_first: bool | None
) -> tuple[str | None, bool]:
    """A shape with the order of day and month settled, and whether anything proves it.

    None and False: both orders are proven. None and True: two-digit years prove nothing at all.
    """
    form, separator = shape
    if "{day}" not in form:
        return form, True
    first, second = _largest(texts, separator)
    if first > 12 and second > 12:
        return None, False
    proven = first > 12 or second > 12 or day_first is not None
    if "%y" in form and not proven:
        return None, True
    by_habit = separator != "/"
    leading = first > 12 or (second <= 12 and (by_habit if day_first is None else day_first))
    order = {"day": "%d", "month": "%m"} if leading else {"day": "%m", "month": "%d"}
    return form.format(**order), proven


def _largest(texts: pl.Series, separator: str) -> tuple[int, int]:
    """The largest first and second number of texts such as 5/3/2024 with this separator."""
    pattern = _NUMBERS.replace("[-/.]", re.escape(separator))
    parts = [texts.str.extract(pattern, group).cast(pl.Int64).max() for group in (1, 2)]
    first, second = (int(part) if isinstance(part, int) else 0 for part in parts)
    return first, second
