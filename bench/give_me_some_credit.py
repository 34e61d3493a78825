"""Give Me Some Credit: AUC."""

from __future__ import annotations

from bench import measures, records, splits
from bench.contest import Aim, Contest, held
from bench.result import end

TARGET = "SeriousDlqin2yrs"
CONTEST = Contest(
    figure="give_me_some_credit",
    title="Give Me Some Credit",
    target=TARGET,
    goal="classify",
    splits=lambda data: splits.folds(records.give_me_some_credit(data), TARGET, 3),
    protocol="stratified 3-fold",
    aims=(Aim("roc_auc", measures.roc_auc, at_least=0.864),),
    task={"metric": "roc_auc"},
)

if __name__ == "__main__":
    end(__doc__, lambda options: held(CONTEST, options))
