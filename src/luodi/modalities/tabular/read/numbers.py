"""Numbers in text: decimal comma, thousands separators, and how to tell them apart."""

from __future__ import annotations

from typing import Literal

import polars as pl

Sign = Literal[".", ","]
SIGNS: tuple[Sign, ...] = (".", ",")

_THOUSANDS = r"[ '’]"  # between groups of three these can mean nothing else
_COMMA_CERTAIN = (
    r"^[+-]?(\d*,\d{1,2}|\d*,\d{4,}|0,\d+|\d{4,},\d+|\d{1,3}([. '’]\d{3})+,\d+)([eE][+-]?\d+)?$"
)
_POINT_CERTAIN = r"^[+-]?\d{1,3}((,\d{3})+\.\d*|(,\d{3}){2,})$"
_EITHER = r"^[+-]?[1-9]\d{0,2},\d{3}$"
_POINT_GROUPS = r"^[+-]?[1-9]\d{0,2}(\.\d{3})+$"
_FORM: dict[Sign, str] = {
    ".": r"^[+-]?(\d{1,3}([, '’]\d{3})+|\d+)?(\.\d*)?([eE][+-]?\d+)?$",
    ",": r"^[+-]?(\d{1,3}([. '’]\d{3})+|\d+)?(,\d*)?([eE][+-]?\d+)?$",
}
EXACT = 2**53
"""From here on, not all whole numbers are different as floats."""

LONG = r"^[+-]?\d{16,}$"
"""Whole numbers too long for a float to hold every digit."""


def evidence(texts: pl.Series) -> Sign | Literal["either"] | None:
    """Which decimal sign the texts prove, if any.

    Args:
        texts: Canonical texts of a column; null is missing.

    Returns:
        The sign that at least one text proves and none disproves; ``either`` where there are only
        texts such as ``1,234``, which may be one or a thousand; None where no text has a comma.
    """
    commas = texts.filter(texts.str.contains(",", literal=True).fill_null(False))
    if not len(commas):
        return None
    comma = bool(commas.str.contains(_COMMA_CERTAIN).any())
    point = bool(commas.str.contains(_POINT_CERTAIN).any())
    if comma != point:
        return "," if comma else "."
    return "either" if not comma and commas.str.contains(_EITHER).any() else None


def sign_of(texts: pl.Series, given: Sign | None, usual: Sign | None) -> tuple[Sign, bool]:
    """The decimal sign of a column, and whether anything but habit says so.

    Args:
        texts: Canonical texts of the column.
        given: The sign that the task names or other columns prove.
        usual: The sign that the form of the file suggests.
    """
    seen = evidence(texts)
    if seen in (".", ","):
        return seen, True
    if seen == "either":
        return given or usual or ".", given is not None
    if given == "," and _only_groups(texts):
        return ",", True
    return ".", True


def _only_groups(texts: pl.Series) -> bool:
    """Whether every text with a point has it before groups of three digits."""
    points = texts.filter(texts.str.contains(".", literal=True).fill_null(False))
    return len(points) > 0 and bool(points.str.contains(_POINT_GROUPS).all())


def parsed(texts: pl.Series, sign: Sign = ".") -> pl.Series:
    """Texts to numbers; null where a text is none.

    Args:
        texts: Canonical texts.
        sign: The decimal sign.

    Example:
        >>> parsed(pl.Series(["1.234,5", "3", "x"]), ",").to_list()
        [1234.5, 3.0, None]
    """
    if sign == ".":
        plain = texts.cast(pl.Float64, strict=False)
        if plain.null_count() == texts.null_count():
            return plain
    else:
        plain = pl.Series(texts.name, [None] * len(texts), pl.Float64)
    open_ = texts.is_not_null() & plain.is_null()
    rest = texts.filter(open_).str.replace_all("−", "-", literal=True)
    formed = rest.str.contains(_FORM[sign]) & rest.str.contains(r"\d")
    bare = rest.str.replace_all(_THOUSANDS if sign == "." else r"[. '’]", "")
    bare = bare.str.replace_all(",", "" if sign == "." else ".", literal=True)
    values = pl.select(pl.when(formed).then(bare)).to_series().cast(pl.Float64, strict=False)
    if sign == ",":
        values = values.zip_with(values.is_not_null(), _unambiguous(rest))
    found = plain.to_numpy(writable=True) if plain.null_count() == 0 else plain.to_numpy().copy()
    found[open_.fill_null(False).to_numpy()] = values.to_numpy()
    return pl.Series(texts.name, found, nan_to_null=True)


def _unambiguous(texts: pl.Series) -> pl.Series:
    """Numbers with a point that cannot be thousands, such as 12.5, in a column with commas."""
    grouped = texts.str.contains(_POINT_GROUPS)
    return texts.cast(pl.Float64, strict=False).zip_with(
        ~grouped, pl.Series([None] * len(texts), dtype=pl.Float64)
    )
