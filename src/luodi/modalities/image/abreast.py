"""Work on many images by several threads, in order and never far ahead."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import Any

AHEAD = 64
"""Images that are worked on before the first of them is asked for."""


def abreast(work: Callable[[int], Any], numbers: Iterable[int], threads: int) -> Iterator[Any]:
    """The work for each number, in order, by threads; never more than ``AHEAD`` at once."""
    if threads <= 1:
        yield from map(work, numbers)
        return
    waiting = iter(numbers)
    with ThreadPoolExecutor(threads, thread_name_prefix="luodi-images") as pool:
        while block := list(islice(waiting, AHEAD)):
            yield from pool.map(work, block)
