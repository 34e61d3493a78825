"""Windows that have ended: whole periods, joined until they hold enough answers to be judged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from luodi.core.sketch import Sketch, merge
from luodi.monitor.drift import FEWEST_ROWS
from luodi.monitor.watching import Seen

LEAST_ROWS = 200
MOST_PERIODS = 7


def ended(
    periods: Mapping[int, Sketch], length: int, since: int | None, until: int
) -> Iterator[Seen]:
    """Windows that have ended, oldest first.

    A window grows by whole periods until it holds 200 answers. After seven periods 30 are enough,
    so that a model that is seldom asked is watched too; with fewer it goes on growing.

    Args:
        periods: Sketches by number of the period since 1970, in order.
        length: Length of a period, in microseconds.
        since: Where the last window ended; none begins before. None when there was none.
        until: The round moment up to which periods have ended.
    """
    held: Sketch | None = None
    first = last = 0
    for number, sketch in [*periods.items(), (until // length, None)]:
        if held is not None and number - first >= MOST_PERIODS and held.rows >= FEWEST_ROWS:
            end = max(last + 1, first + MOST_PERIODS)
            yield Seen(max(first * length, since or 0), end * length, held)
            held = None
        if sketch is None:
            return
        first, held = (number, sketch) if held is None else (first, merge(held, sketch))
        last = number
        if held.rows >= LEAST_ROWS:
            yield Seen(max(first * length, since or 0), (number + 1) * length, held)
            held = None
