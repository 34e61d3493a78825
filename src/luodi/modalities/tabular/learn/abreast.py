"""Fits side by side in threads, ended together when nobody wants the rest."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event

from luodi.modalities.tabular.learn.job import Stop


def shared(seconds: float, fits: int, workers: int) -> list[Stop]:
    """A stop for each fit, so that those that start last get as much time as the first ones.

    Args:
        seconds: Time for all, from now.
        fits: Fits, in the order in which workers take them.
        workers: How many run at the same time.
    """
    began, waves = time.monotonic(), math.ceil(fits / workers)
    return [_after(began + seconds * (fit // workers + 1) / waves) for fit in range(fits)]


def _after(end: float) -> Stop:
    return lambda: time.monotonic() >= end


def either(one: Stop, other: Stop) -> Stop:
    """A stop that comes true with the first of two."""
    return lambda: one() or other()


@contextmanager
def halting(workers: int, stop: Stop) -> Iterator[tuple[ThreadPoolExecutor, Callable[[], bool]]]:
    """A pool of threads, and a stop for its fits that also comes true when the block is left.

    Learners release Python's lock while they compute. Whoever leaves the block, by pruning, an
    error or Ctrl-C, waits one more round of the fits that run and none of those that wait.

    Args:
        workers: Threads.
        stop: A stop of the caller's own.
    """
    left = Event()
    pool = ThreadPoolExecutor(workers)
    try:
        yield pool, lambda: left.is_set() or stop()
    finally:
        left.set()
        pool.shutdown(wait=True, cancel_futures=True)
