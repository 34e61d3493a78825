"""A challenger that is truly better by about one point of accuracy: how soon it is seen.

The champion learned from few records, the challenger from as many more as make it right in one
case of a hundred more often, measured on 200,000 fresh records. Then 200 times fresh outcomes
come, and the share of the times is told in which luodi's trial has decided after so many.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from bench.challengers import TARGET, before_and_after, champion, records
from bench.options import Options
from bench.result import Result, end
from luodi.improve.trial import Trial, trial
from luodi.runtime.score import Scorer

REPEATS, MOST = 200, 16_000
STEPS = (500, 1000, 2000, 4000, 8000, 16_000)
SIZES = (80, 120, 200, 300, 500, 800, 1300, 2200, 4000)
POINT = 0.01


def measured(options: Options) -> list[Result]:
    """Look for a pair a point apart, and count how often it is told."""
    quick = options.quick
    repeats, most = (3, 1000) if quick else (REPEATS, MOST)
    fresh = records(20_000 if quick else 200_000, 77)
    best = champion(6000, 2, min(options.budget_s, 20.0), metric="accuracy")
    weak, gap = None, 0.0
    for size in reversed(SIZES):
        weak = champion(size, 3, min(options.budget_s, 10.0), metric="accuracy")
        gap = _right(best.release.scorer, fresh) - _right(weak.release.scorer, fresh)
        if gap >= POINT or quick:
            break
    assert weak is not None
    decided = []
    for number in range(repeats):
        before, after = before_and_after(weak, most, 5000 + number)
        tried = trial(weak.promise, weak.release.scorer, best.release.scorer, before, after)
        decided.append(_at(tried))
    power = {step: float(np.mean([at <= step for at in decided])) for step in STEPS if step <= most}
    curve = ", ".join(f"{step:,}: {share:.0%}" for step, share in power.items())
    result = Result(
        figure="better_challengers",
        title=f"a challenger better by {100 * gap:.1f} points",
        measure=f"share promoted after {max(power):,} outcomes",
        values={"luodi": [power[max(power)]]},
        wanted="the curve",
        reached=None,
        protocol=f"generated records; {repeats} streams of outcomes",
        against=curve,
        details={"gap": gap, "power": {str(step): share for step, share in power.items()}},
    )
    return [result]


def _at(tried: Trial) -> float:
    """The outcome after which both tests have said better; never is infinite."""
    both = (tried.against, tried.against_recalibrated)
    ats = [one.at for one in both if one is not None and one.decided == "better"]
    return float(max(at or 0 for at in ats)) if len(ats) == 2 else np.inf


def _right(scorer: Scorer, fresh: pl.DataFrame) -> float:
    decided = np.array(scorer.classes)[scorer.score(fresh.drop(TARGET)).decision]
    return float((decided == fresh[TARGET].to_numpy()).mean())


if __name__ == "__main__":
    end(__doc__, measured)
