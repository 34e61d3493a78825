"""How long truths take to come, and which answers are old enough to be judged by them."""

from __future__ import annotations

import numpy as np

from luodi.monitor.cases import Cases, Whole

SHARE = 0.95
STEPS = 200
GROUPS, SMALLEST = 50, 20
FEWEST_AT_RISK = 50
"""Fewer answers, the oldest ones, say too little of long delays: one late truth would be 5 %."""


def label_delay(cases: Cases, now: int, share: float = SHARE) -> int | None:
    """After what time so large a share of the truths has come, of those that ever come.

    A plain quantile would be too short: of yesterday's answers only quick truths are known yet.
    This is the reverse-time estimate for such data (Lagakos, Barraj and De Gruttola 1988,
    Biometrika 75; used for late reports of diseases): the share that came by ``d`` is the
    product, over later delays ``s``, of one minus the truths that took ``s`` over those that took
    at most ``s`` and were asked for at least ``s`` ago.

    Args:
        cases: Answers and truths.
        now: This moment, in microseconds.
        share: The share wanted.

    Returns:
        Microseconds; None without truths. Truths that take longer than the oldest answer's age
        cannot be known of.
    """
    known = cases.known
    if not known.any():
        return None
    delay = np.maximum(cases.received[known] - cases.at[known], 0)
    age = now - cases.at[known]
    width = max(1, int(delay.max()) // STEPS + 1)
    took, could = delay // width, age // width
    fewest = min(FEWEST_AT_RISK, int(known.sum()) // 2)
    came = 1.0
    for step in range(int(took.max()), 0, -1):
        at_risk = np.count_nonzero((took <= step) & (could >= step))
        late = np.count_nonzero((took == step) & (could >= step))
        before = came * (1 - late / at_risk) if at_risk > fewest else came
        if before < share:
            return int((step + 1) * width)
        came = before
    return int(width)


def mature(cases: Cases, now: int, delay: int) -> Whole:
    """Row numbers of answers that are old enough for their truths to have come.

    Answers whose truths are there almost to the last count at any age, as after a spreadsheet
    was imported: where nothing is missing, nothing can be biased.
    """
    return np.flatnonzero(cases.at <= max(now - delay, complete_until(cases)))


def complete_until(cases: Cases) -> int:
    """The moment up to which, from the oldest on, almost every truth has come; -1 for none."""
    until = -1
    for rows in np.array_split(np.arange(len(cases)), max(1, min(GROUPS, len(cases) // SMALLEST))):
        if not len(rows) or cases.known[rows].mean() < SHARE:
            break
        until = int(cases.at[rows[-1]])
    return until
