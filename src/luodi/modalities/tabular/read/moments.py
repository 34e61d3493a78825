"""Dates and times in text: which formats a column is written in, and what they read as."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from luodi.modalities.tabular.read import day_order

MOMENT = pl.Datetime("us")
UNIX = {"unix:s": 1_000_000.0, "unix:ms": 1_000.0, "unix:us": 1.0, "unix:ns": 0.001}
"""Formats of our own for timestamps since 1970 and the microseconds that one unit takes."""

_SAMPLE = 2_000
_ROUNDS = 8
_TIME = (
    (re.compile(r"\d{1,2}:\d{2}"), "%H:%M"),
    (re.compile(r"\d{1,2}:\d{2}:\d{2}"), "%H:%M:%S"),
    (re.compile(r"\d{1,2}:\d{2}:\d{2}\.\d{1,9}"), "%H:%M:%S.%f"),
    (re.compile(r"\d{1,2}:\d{2} [AaPp][Mm]"), "%I:%M %p"),
    (re.compile(r"\d{1,2}:\d{2}:\d{2} [AaPp][Mm]"), "%I:%M:%S %p"),
    (re.compile(r"\d{1,2}时\d{1,2}分"), "%H时%M分"),
    (re.compile(r"\d{1,2}时\d{1,2}分\d{1,2}秒"), "%H时%M分%S秒"),
)
_DATE = (
    (re.compile(r"\d{4}([-/.])\d{1,2}\1\d{1,2}"), "%Y{0}%m{0}%d"),
    (re.compile(r"\d{4}([-/])\d{1,2}"), "%Y{0}%m"),
    (re.compile(r"\d{1,2}([-/.])\d{1,2}\1\d{4}"), "{day}{0}{month}{0}%Y"),
    (re.compile(r"\d{1,2}([/.])\d{1,2}\1\d{2}"), "{day}{0}{month}{0}%y"),
    (re.compile(r"\d{4}(年)\d{1,2}月\d{1,2}日"), "%Y年%m月%d日"),
    (re.compile(r"\d{4}(年)\d{1,2}月"), "%Y年%m月"),
    (re.compile(r"\d{1,2}([- /])[A-Za-z]{3}\1\d{4}"), "%d{0}%b{0}%Y"),
    (re.compile(r"\d{1,2}([- ])[A-Za-z]{4,9}\1\d{4}"), "%d{0}%B{0}%Y"),
    (re.compile(r"[A-Za-z]{3}( )\d{1,2}, \d{4}"), "%b %d, %Y"),
    (re.compile(r"[A-Za-z]{4,9}( )\d{1,2}, \d{4}"), "%B %d, %Y"),
)
_SPLIT = re.compile(
    r"(?P<date>\D*\d[^T:]*?)"
    r"(?:(?P<gap>[T ])?(?P<time>\d{1,2}[:时].*?)(?P<zone>Z|[+-]\d\d:?\d\d)?)?"
)


@dataclass(frozen=True)
class Moments:
    """What the texts of a column read as.

    Attributes:
        values: Datetimes, null where a text is none.
        formats: ``strptime`` formats, most frequent first.
        guessed: A format whose order of day and month nothing proves, if there is one.
        torn: Whether texts prove both day first and month first under one separator.
        turned: A format that was known, but with day and month as these texts prove them.
    """

    values: pl.Series
    formats: tuple[str, ...]
    guessed: str | None = None
    torn: bool = False
    turned: str | None = None


def recognised(
    texts: pl.Series, day_first: bool | None = None, first: Sequence[str] = ()
) -> Moments:
    """Find the formats that texts are written in and read them.

    Args:
        texts: Canonical texts; null is missing.
        day_first: What other columns of the file prove about the order of day and month.
        first: Formats that are known already, tried before any other.

    Returns:
        What was found; ``formats`` is empty where nothing looks like a date.
    """
    found: dict[str, int] = {}
    values = pl.Series(texts.name, [None] * len(texts), MOMENT)
    guessed, torn, turned = None, False, None
    for known in first:
        wanted = day_order.turned(known, texts)
        values, gained = _filled(values, texts, wanted)
        found |= {wanted: gained} if gained else {}
        turned = turned or (wanted if wanted != known and gained else None)
    for _ in range(_ROUNDS):
        rest = texts.filter(texts.is_not_null() & values.is_null())
        shapes = Counter(filter(None, map(_shape, _sample(rest))))
        fresh = [shape for shape, _ in shapes.most_common() if shape[0] not in found]
        if not fresh:
            break
        for shape in fresh:
            wanted, sure = day_order.settled(shape, texts, day_first)
            found[shape[0]] = 0
            if wanted is None:
                torn = torn or not sure
                continue
            values, gained = _filled(values, texts, wanted)
            found |= {wanted: gained}
            guessed = guessed or (None if sure or not gained else wanted)
    used = sorted((f for f, count in found.items() if count), key=lambda f: -found[f])
    return Moments(values, tuple(used), guessed, torn, turned)


def compact(values: pl.Series) -> str | None:
    """The format of whole numbers that are plainly dates, such as 20240305; else None.

    At least three different values, every one a date between 1900 and 2100: chance alone makes
    one in twenty-seven eight-digit numbers of that range a date.
    """
    low, high = values.min(), values.max()
    bounds = (
        ("%Y%m%d", 19000101, 20991231),
        ("%Y%m%d%H%M", 190001010000, 209912312359),
        ("%Y%m%d%H%M%S", 19000101000000, 20991231235959),
    )
    for pattern, least, most in bounds:
        if low is None or not (least <= low and high <= most):  # type: ignore[operator]
            continue
        different = values.drop_nulls().unique()
        whole = len(different) >= 3 and (different == different.floor()).all()
        if whole and from_numbers(different, pattern).null_count() == 0:
            return pattern
    return None


def unix(values: pl.Series, named: bool) -> str | None:
    """The unit of timestamps since 1970, by their size, for a column that the task calls a time.

    Args:
        values: Numbers.
        named: Whether the task says ``kind: time``; else only values after 1990 count.
    """
    high, low = values.max(), values.min()
    if high is None or not isinstance(high, int | float):
        return None
    for name, micros in UNIX.items():
        if high * micros < 4.2e15:  # the year 2103; 6.3e14 is the end of 1989
            late = isinstance(low, int | float) and low * micros > 6.3e14
            return name if named or late else None
    return None


def from_numbers(values: pl.Series, pattern: str) -> pl.Series:
    """Numbers to datetimes, by a compact format or a unit since 1970."""
    if pattern in UNIX:
        return (values * UNIX[pattern]).round().cast(pl.Int64, strict=False).cast(MOMENT)
    texts = values.cast(pl.Int64, strict=False).cast(pl.String)
    return read(texts, pattern)


def read(texts: pl.Series, pattern: str) -> pl.Series:
    """Texts to datetimes (UTC where they name a zone) by one ``strptime`` format."""
    chrono = pattern.replace(".%f", "%.f").replace("%z", "%#z")
    if pattern.endswith("%m"):
        texts, chrono = texts + f"{pattern[-3]}1", f"{chrono}{pattern[-3]}%d"
    if pattern.endswith("月"):
        texts, chrono = texts + "1日", f"{chrono}%d日"
    found = texts.str.to_datetime(chrono, time_unit="us", strict=False, ambiguous="null")
    return found.dt.replace_time_zone(None) if "%z" in pattern else found


def _sample(texts: pl.Series) -> list[str]:
    step = max(1, len(texts) // _SAMPLE)
    return texts.gather_every(step).to_list()


def _shape(text: str) -> tuple[str, str] | None:
    """The format of one text, with ``{day}`` and ``{month}`` where their order is open."""
    if len(text) > 40 or not (match := _SPLIT.fullmatch(text)):
        return None
    date, time = match["date"].rstrip(), match["time"]
    patterns = ((p.fullmatch(date), form) for p, form in _DATE)
    day = next(((form, m[1]) for m, form in patterns if m), None)
    if day is None:
        return None
    form = day[0].replace("{0}", day[1])
    if time:
        clock = next((f for p, f in _TIME if p.fullmatch(time.strip())), None)
        if clock is None:
            return None
        form += (match["gap"] or "") + clock
    return form + ("%z" if match["zone"] else ""), day[1]


def _filled(values: pl.Series, texts: pl.Series, pattern: str) -> tuple[pl.Series, int]:
    """Read what is still unread by one format; only texts of its very shape."""
    still = texts.zip_with(
        values.is_null() & texts.str.contains(_regex(pattern)).fill_null(False),
        pl.Series([None] * len(texts), dtype=pl.String),
    )
    fresh = read(still, pattern)
    return values.zip_with(values.is_not_null(), fresh), len(fresh) - fresh.null_count()


def _regex(pattern: str) -> str:
    """A regular expression for texts of a format, so that no format reads another's texts."""
    parts = {
        "%Y": r"\d{4}", "%y": r"\d{2}", "%m": r"\d{1,2}", "%d": r"\d{1,2}", "%H": r"\d{1,2}",
        "%I": r"\d{1,2}", "%M": r"\d{1,2}", "%S": r"\d{1,2}", "%f": r"\d{1,9}", "%b": "[A-Za-z]{3}",
        "%B": "[A-Za-z]{3,9}", "%p": "[AaPp][Mm]", "%z": r"(Z|[+-]\d\d:?\d\d)",
    }  # fmt: skip
    escaped = re.escape(pattern.replace("%", "\x00")).replace("\\\x00", "%").replace("\x00", "%")
    for mark, expression in parts.items():
        escaped = escaped.replace(mark, expression)
    return f"^{escaped}$"
