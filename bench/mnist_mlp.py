"""MNIST digits, an MLP, judged by the exported graph."""

from __future__ import annotations

from bench.album import Album, judged
from bench.result import end

ALBUM = Album(
    figure="mnist_mlp",
    title="MNIST digits, an MLP",
    source="mnist",
    budget_s=120,
    wanted={"accuracy": 0.986},
    network="mlp",
    epochs=9,
)

if __name__ == "__main__":
    end(__doc__, lambda options: judged(ALBUM, options))
