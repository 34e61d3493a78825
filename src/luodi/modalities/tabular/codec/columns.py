"""The columns of a codec: what training saw of each, as typed data."""

from __future__ import annotations

from typing import NamedTuple


class NumberColumn(NamedTuple):
    """A number: outside ``low``–``high`` it is broken, outside ``seen`` it is news."""

    name: str
    low: float | None
    high: float | None
    seen_low: float
    seen_high: float
    required: bool
    missing: tuple[float | str, ...] = ()
    unit: str | None = None


class CategoryColumn(NamedTuple):
    """A category with the values that training saw, most frequent first."""

    name: str
    known: tuple[str, ...]
    required: bool
    missing: tuple[float | str, ...] = ()


class TimeColumn(NamedTuple):
    """A date or time, and how it may be written in text."""

    name: str
    formats: tuple[str, ...]
    seen_low: int
    seen_high: int
    required: bool
    missing: tuple[float | str, ...] = ()
