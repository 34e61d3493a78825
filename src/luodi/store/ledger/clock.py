"""The clock of the ledger: this moment, or that of a stream which is replayed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


def _now() -> int:
    return time.time_ns() // 1000


_source: Callable[[], int] = _now


def now_us() -> int:
    """This moment, in microseconds since 1970 in UTC."""
    return _source()


@contextmanager
def replaying(moment: Callable[[], int]) -> Iterator[None]:
    """Let every ledger of this process believe in another moment, to replay a stream.

    One variable for all threads, for the thread that writes must believe in it too; so this is
    for a process that does nothing else.

    Args:
        moment: Gives the moment, in microseconds since 1970 in UTC.
    """
    global _source
    before, _source = _source, moment
    try:
        yield
    finally:
        _source = before
