"""UCI card default: AUC."""

from __future__ import annotations

from bench import measures, records, splits
from bench.contest import Aim, Contest, held
from bench.result import end

TARGET = "default.payment.next.month"
CONTEST = Contest(
    figure="card_default",
    title="UCI card default",
    target=TARGET,
    goal="classify",
    splits=lambda data: splits.folds(records.card_default(data), TARGET, 5),
    protocol="stratified 5-fold",
    aims=(Aim("roc_auc", measures.roc_auc, at_least=0.782),),
    task={"metric": "roc_auc"},
)

if __name__ == "__main__":
    end(__doc__, lambda options: held(CONTEST, options))
