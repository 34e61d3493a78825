"""Size and one-row latency of an artifact, good enough to choose by."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np

from luodi.core.values import Artifact
from luodi.runtime.score import Scorer

CALLS = 150
LONGEST_S = 0.5


@dataclass(frozen=True)
class Measured:
    """Size in MB, and the latency of one record in milliseconds."""

    size_mb: float
    p50_ms: float
    p99_ms: float


def measured(artifact: Artifact) -> Measured:
    """Measure an artifact on a record that says nothing, which visits every part of the graph."""
    scorer = Scorer(artifact.model, artifact.codec)
    row = scorer.codec.blank()
    scorer.predict(row)
    took = []
    began = time.perf_counter()
    for _ in range(CALLS):
        start = time.perf_counter()
        scorer.predict(row)
        took.append(time.perf_counter() - start)
        if start - began > LONGEST_S:
            break
    p50, p99 = np.quantile(took, [0.5, 0.99]) * 1e3
    return Measured(len(artifact.model) / 1e6, float(p50), float(p99))
