"""AI4I 2020, machine failure without the failure-mode columns: average precision and F1."""

from __future__ import annotations

from bench import measures, records, splits
from bench.contest import Aim, Contest, held
from bench.result import end

CONTEST = Contest(
    figure="ai4i",
    title="AI4I 2020",
    target="Machine failure",
    goal="classify",
    splits=lambda data: splits.shares(records.ai4i(data), "Machine failure", 0.2, seeds=5),
    protocol="stratified 80/20",
    aims=(
        Aim("average_precision", measures.average_precision, at_least=0.90),
        Aim("f1", measures.f1, at_least=0.85),
    ),
    task={"metric": "average_precision"},
)

if __name__ == "__main__":
    end(__doc__, lambda options: held(CONTEST, options))
