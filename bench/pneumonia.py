"""PneumoniaMNIST, judged by the exported graph."""

from __future__ import annotations

from bench.album import Album, judged
from bench.result import end

ALBUM = Album(
    figure="pneumonia",
    title="PneumoniaMNIST",
    source="pneumoniamnist/pneumoniamnist.npz",
    budget_s=300,
    wanted={"roc_auc": 0.95, "accuracy": 0.87},
)

if __name__ == "__main__":
    end(__doc__, lambda options: judged(ALBUM, options))
