"""MNIST digits, as the search chooses, judged by the exported graph."""

from __future__ import annotations

from bench.album import Album, judged
from bench.result import end
from bench.shrunk import Room

ALBUM = Album(
    figure="mnist",
    title="MNIST digits, as the search chooses",
    source="mnist",
    budget_s=300,
    wanted={"accuracy": 0.995},
    room=Room(size_mb=0.1, wanted=0.992, drop=0.5, budget_s=300),
)

if __name__ == "__main__":
    end(__doc__, lambda options: judged(ALBUM, options))
