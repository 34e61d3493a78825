"""Work on many images by several threads, in order and never far ahead."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import Any

AHEAD = 64
"""Images that are worked on before the first of them is asked for."""
LOOKED_AT, SHORT_S = 16, 5e-4
"""So many are worked on alone; where these take less time each, threads would rather hinder:
small images spend their time in Python, which one thread runs at a time."""


def abreast(work: Callable[[int], Any], numbers: Iterable[int], threads: int) -> Iterator[Any]:
    """The work for each number, in order, by threads where these help; never more than ``AHEAD``
    at once."""
    waiting = iter(numbers)
    shortest = math.inf
    for number in islice(waiting, LOOKED_AT):
        began = time.perf_counter()
        found = work(number)
        shortest = min(shortest, time.perf_counter() - began)
        yield found
    if threads <= 1 or shortest < SHORT_S:
        yield from map(work, waiting)
        return
    with ThreadPoolExecutor(threads, thread_name_prefix="luodi-images") as pool:
        while block := list(islice(waiting, AHEAD)):
            yield from pool.map(work, block)
