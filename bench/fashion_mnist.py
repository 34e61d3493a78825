"""Fashion-MNIST, judged by the exported graph."""

from __future__ import annotations

from bench.album import Album, judged
from bench.result import end

ALBUM = Album(
    figure="fashion_mnist",
    title="Fashion-MNIST",
    source="fashion_mnist",
    budget_s=900,
    wanted={"accuracy": 0.93},
)

if __name__ == "__main__":
    end(__doc__, lambda options: judged(ALBUM, options))
