"""German credit: AUC, and the cost of decisions when a missed bad risk costs five times."""

from __future__ import annotations

from bench import measures, records, splits
from bench.contest import Aim, Contest, held
from bench.result import end

CONTEST = Contest(
    figure="german_credit",
    title="German credit",
    target="bad",
    goal="classify",
    splits=lambda data: splits.folds(records.german_credit(data), "bad", 5, repeats=10),
    protocol="10 times stratified 5-fold",
    aims=(
        Aim("roc_auc", measures.roc_auc, at_least=0.785),
        Aim("cost 5:1", measures.cost(miss=5, false_alarm=1), more_is_better=False),
    ),
    task={"metric": "roc_auc", "costs": {"miss": 5, "false_alarm": 1}},
)

if __name__ == "__main__":
    end(__doc__, lambda options: held(CONTEST, options))
