"""Dates and times as text, read by known formats to microseconds since 1970 (UTC)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np

from luodi.core.text import canonical

NO_TIME: int = int(np.iinfo(np.int64).min)
_EPOCH = datetime(1970, 1, 1)
_MICROSECOND = timedelta(microseconds=1)


def micros(value: Any, formats: Sequence[str] = ()) -> int | None:
    """Microseconds since 1970 of a date, a datetime or a text; None when it cannot be read.

    A time with a zone is turned into UTC; one without is taken as it stands, as in training.

    Args:
        value: ``datetime``, ``date``, ``numpy.datetime64`` or text.
        formats: ``strptime`` formats to try in order; ISO 8601 is always tried last.

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
    if not isinstance(value, str):
        return None
    text = canonical(value)
    for pattern in formats:
        try:
            return _since_epoch(datetime.strptime(text, pattern))
        except ValueError:
            continue
    try:
        return _since_epoch(datetime.fromisoformat(text))
    except ValueError:
        return None


def _since_epoch(moment: datetime) -> int:
    if moment.tzinfo is not None:
        moment = moment.astimezone(UTC).replace(tzinfo=None)
    return (moment - _EPOCH) // _MICROSECOND
