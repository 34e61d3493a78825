"""Images decoded one after the other, some ahead in threads, never many at once."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from luodi.core.errors import LuodiError
from luodi.modalities.image.codec import decode
from luodi.modalities.image.read.value import Pictures


@dataclass(frozen=True)
class Decoded:
    """One image as pixels, or why it has none.

    Attributes:
        number: Its number among the images of the source.
        pixels: uint8 (height, width, channels); None if it cannot be read.
        error: Why it cannot be read.
    """

    number: int
    pixels: np.ndarray | None
    error: LuodiError | None = None


def stream(
    pictures: Pictures, channels: int, numbers: Sequence[int] | None = None, threads: int = 1
) -> Iterator[Decoded]:
    """Decode images in the order asked for; the results do not depend on the threads.

    Memory holds at most two images a thread beside the one that was handed over. One that cannot
    be read is handed over as such and ends nothing.

    Args:
        pictures: The images.
        channels: 1 or 3.
        numbers: Which of them; None for all.
        threads: How many threads decode; with 1 it is done as each is asked for.
    """
    wanted = range(len(pictures)) if numbers is None else numbers
    if threads <= 1:
        for number in wanted:
            yield decoded(pictures, number, channels)
        return
    pool = ThreadPoolExecutor(threads, thread_name_prefix="luodi-images")
    waiting: deque[Future[Decoded]] = deque()
    try:
        for number in wanted:
            waiting.append(pool.submit(decoded, pictures, number, channels))
            if len(waiting) >= 2 * threads:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:  # also when the caller stops early
        pool.shutdown(wait=True, cancel_futures=True)


def decoded(pictures: Pictures, number: int, channels: int) -> Decoded:
    """One image decoded; an image that cannot be read does not raise."""
    try:
        return Decoded(number, decode(pictures.load(number), channels))
    except LuodiError as error:
        facts = {**error.facts, "row": number} if "row" in error.facts else error.facts
        return Decoded(number, None, LuodiError(error.code, **facts))
