"""CIFAR-10, the lossy JPEG copy, judged by the exported graph."""

from __future__ import annotations

from bench.album import Album, judged
from bench.result import end
from bench.shrunk import Room

ALBUM = Album(
    figure="cifar10",
    title="CIFAR-10, the lossy JPEG copy",
    source="cifar10/cifar10_jpg.zip",
    budget_s=2400,
    wanted={"accuracy": 0.88},
    room=Room(size_mb=0.35, wanted=0.85, drop=3.0, budget_s=900),
)

if __name__ == "__main__":
    end(__doc__, lambda options: judged(ALBUM, options))
