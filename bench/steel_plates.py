"""Steel plates, seven surface faults: accuracy, macro F1, log loss."""

from __future__ import annotations

from bench import measures, records, splits
from bench.contest import Aim, Contest, held
from bench.result import end

CONTEST = Contest(
    figure="steel_plates",
    title="steel plates",
    target="fault",
    goal="classify",
    splits=lambda data: splits.folds(records.steel_plates(data), "fault", 5),
    protocol="stratified 5-fold",
    aims=(
        Aim("accuracy", measures.accuracy, at_least=0.80),
        Aim("f1_macro", measures.f1_macro),
        Aim("log_loss", measures.log_loss, more_is_better=False),
    ),
    task={"metric": "accuracy"},
)

if __name__ == "__main__":
    end(__doc__, lambda options: held(CONTEST, options))
