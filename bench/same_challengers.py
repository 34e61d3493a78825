"""Challengers that are no better: the champion's own recipe with another seed, 200 times.

Each is judged by luodi's trial over its outcomes, which may be looked at after every one, and
beside it by the naive comparison of two means, looked at after every 100 outcomes.
"""

from __future__ import annotations

import numpy as np

from bench.challengers import Champion, before_and_after, champion, reseeded
from bench.options import Options
from bench.result import Result, end
from luodi.improve.losses import answers, losses, scale, truth_of
from luodi.improve.returned import Returned
from luodi.improve.trial import trial
from luodi.runtime.score import Scorer

CHALLENGERS, OUTCOMES, LOOK = 200, 3000, 100
MOST = 0.05


def measured(options: Options) -> list[Result]:
    """Promote what seems better, and count."""
    count = 4 if options.quick else CHALLENGERS
    first = champion(800 if options.quick else 3000, 1, min(options.budget_s, 20.0))
    promoted, naive = [], []
    for number in range(count):
        other = reseeded(first, 10 + number)
        before, after = before_and_after(first, OUTCOMES, 1000 + number)
        tried = trial(first.promise, first.release.scorer, other, before, after)
        promoted.append(float(tried.verdict == "better"))
        naive.append(float(_seems_better(first, other, after)))
    share = float(np.mean(promoted))
    result = Result(
        figure="same_challengers",
        title=f"{count} challengers that are no better",
        measure="share promoted",
        values={"luodi": [share], "two means, looked at every 100": [float(np.mean(naive))]},
        wanted=f"<= {MOST:g}",
        reached=share <= MOST,
        protocol=f"same recipe, other seed; {OUTCOMES:,} generated outcomes each",
        against=f"the naive comparison promotes {np.mean(naive):.0%}",
        details={"promoted": int(sum(promoted)), "naive": int(sum(naive)), "of": count},
    )
    return [result]


def _seems_better(first: Champion, other: Scorer, after: Returned) -> bool:
    """Whether the challenger's mean loss is ever lower when somebody looks."""
    measure = scale(first.promise, other.classes)
    truth = truth_of(measure, after.truths)
    rows = list(after.records)
    scorers = (first.release.scorer, other)
    mine, theirs = (
        losses(measure, answers(measure, one.classes, one.score(rows)), truth) for one in scorers
    )
    gains = np.cumsum(mine - theirs)
    return bool((gains[LOOK - 1 :: LOOK] > 0).any())


if __name__ == "__main__":
    end(__doc__, measured)
