"""Adult income, the official split: AUC."""

from __future__ import annotations

from bench import measures, records
from bench.contest import Aim, Contest, held
from bench.result import end

CONTEST = Contest(
    figure="adult",
    title="Adult",
    target="income",
    goal="classify",
    splits=lambda data: iter([records.adult(data)]),
    protocol="official split",
    aims=(Aim("roc_auc", measures.roc_auc, at_least=0.927),),
    task={"metric": "roc_auc"},
)

if __name__ == "__main__":
    end(__doc__, lambda options: held(CONTEST, options))
