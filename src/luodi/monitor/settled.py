"""Which answers one may learn from: whose truths have come, and whose inputs were whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from luodi.monitor.alarms import INPUTS
from luodi.monitor.cases import NOT_YET, Cases
from luodi.monitor.delay import complete_until, label_delay
from luodi.monitor.rounds import history
from luodi.store.ledger.frames import Cut

if TYPE_CHECKING:
    from luodi.store.home import Home

DAYS = 180
_DAY_US = 86_400_000_000


def settled_until(home: Home, name: str, now: int, delay_s: float | None = None) -> int:
    """The latest moment whose answers have their truths, of all releases of a task.

    The truths of later answers are a biased lot: a fraud is reported at once, a good card never.

    Args:
        home: The home.
        name: The task.
        now: This moment, in microseconds.
        delay_s: How long truths take; None to estimate it.
    """
    import polars as pl

    cut = Cut(name=name, since=now - DAYS * _DAY_US, until=now)
    later = Cut(name=name, since=cut.since)
    asked = pl.concat(home.ledger.batches("predictions", cut, columns=("id", "at")))
    came = pl.concat(home.ledger.batches("outcomes", later, columns=("id", "received_at")))
    both = asked.join(came, on="id", how="left").sort("at")
    at = both["at"].dt.epoch("us").to_numpy()
    received = both["received_at"].dt.epoch("us").fill_null(NOT_YET).to_numpy()
    nothing = np.zeros(len(at), np.int64)
    cases = Cases(at, received, nothing.astype(float), nothing, nothing, nothing.astype(bool))
    delay = label_delay(cases, now) if delay_s is None else int(delay_s * 1e6)
    return max(now if delay is None else now - delay, complete_until(cases))


def broken_spans(home: Home, name: str) -> tuple[tuple[int, int], ...]:
    """When inputs of a task were broken: from a moment to before another, oldest first.

    A fault begins before it is sure, so the window before the alarm counts too.

    Args:
        home: The home.
        name: The task.
    """
    spans: list[tuple[int, int]] = []
    for release in home.ledger.releases(name):
        seen = history(home, release.digest)
        for before, window in zip([None, *seen], seen, strict=False):
            if window.alarm is not None and window.alarm["code"] == INPUTS:
                spans.append((window.start if before is None else before.start, window.end))
    return tuple(sorted(spans))
