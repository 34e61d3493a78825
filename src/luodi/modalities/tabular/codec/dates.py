"""Dates and times as text, read by known formats to microseconds since 1970 (UTC)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np

from luodi.core.text import canonical

NO_TIME: int = int(np.iinfo(np.int64).min)
_EPOCH = datetime(1970, 1, 1)
_MICROSECOND = timedelta(microseconds=1)
_UNIX = {"unix:s": 1_000_000.0, "unix:ms": 1_000.0, "unix:us": 1.0, "unix:ns": 0.001}
_LONG_FRACTION = re.compile(r"(\.\d{6})\d+")


def micros(value: Any, formats: Sequence[str] = ()) -> int | None:
    """Microseconds since 1970 of a date, a datetime or a text; None when it cannot be read.

    A time with a zone is turned into UTC; one without is taken as it stands, as in training.

    Args:
        value: ``datetime``, ``date``, ``numpy.datetime64`` or text.
        formats: ``strptime`` formats to try in order, or ``unix:s`` and its like for numbers;
            ISO 8601 is always tried last.

    Example:
        >>> micros("1970-01-02"), micros("02/01/1970", ["%d/%m/%Y"])
        (86400000000, 86400000000)
    """
    if isinstance(value, np.datetime64):
        return int(value.astype("datetime64[us]").astype(np.int64))
    if isinstance(value, datetime):
        return _since_epoch(value)
    if isinstance(value, date):
        return _since_epoch(datetime(value.year, value.month, value.day))
    if isinstance(value, int | float | np.number) and not isinstance(value, bool):
        return _from_number(float(value), formats)
    if not isinstance(value, str):
        return None
    text = _LONG_FRACTION.sub(r"\1", canonical(value))
    for pattern in formats:
        if pattern in _UNIX:
            return _unix_text(text, formats)
        try:
            return _since_epoch(datetime.strptime(text, pattern))
        except ValueError:
            continue
    try:
        return _since_epoch(datetime.fromisoformat(text))
    except ValueError:
        return None


def _from_number(value: float, formats: Sequence[str]) -> int | None:
    """A number as a date: seconds and their like, or digits such as 20240305."""
    for pattern in formats:
        if pattern in _UNIX and abs(value * _UNIX[pattern]) < 2**62:
            return round(value * _UNIX[pattern])
        if pattern.startswith("%Y%m%d") and value.is_integer():
            return micros(str(int(value)), formats)
    return None


def _unix_text(text: str, formats: Sequence[str]) -> int | None:
    try:
        return _from_number(float(text), formats)
    except ValueError:
        return None


def _since_epoch(moment: datetime) -> int:
    if moment.tzinfo is not None:
        moment = moment.astimezone(UTC).replace(tzinfo=None)
    return (moment - _EPOCH) // _MICROSECOND
