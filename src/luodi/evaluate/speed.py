"""How long one answer takes, how many a second, and how large the release is."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from time import perf_counter
from typing import Any

import numpy as np

from luodi.core.values import Artifact, Dataset
from luodi.evaluate.answers import Opener, Scoring

CALLS, WARM_CALLS, ONE_ROW_S, BATCH_S, LOADS = 1000, 20, 0.3, 0.2, 3
BATCH_ROWS = 4096
LONG_LOAD_S = 0.1
MS = 1000.0


def speed(artifact: Artifact, opener: Opener, scorer: Scoring, holdout: Dataset) -> dict[str, Any]:
    """Measure on this machine, for about a second.

    Args:
        artifact: What is judged.
        opener: Opens the graph.
        scorer: The opened graph.
        holdout: Raw records to score.

    Returns:
        The ``speed`` part of the verdict's details; times in milliseconds, size in megabytes.
    """
    size = {"size_mb": size_mb(artifact), "load_ms": _load_ms(artifact, opener)}
    table = holdout.table.select([column.name for column in holdout.columns])
    if not len(holdout):
        return size
    rows = list(table.head(200).iter_rows(named=True))
    whole = _each(scorer.predict, rows, ONE_ROW_S)
    bare = _bare(scorer, rows)
    middle = float(np.quantile(whole, 0.5)) * MS
    return {
        "one_row_ms_p50": middle,
        "one_row_ms_p99": float(np.quantile(whole, 0.99)) * MS,
        **bare,
        "ratio_to_bare": middle / bare["bare_ms_p50"] if bare else None,
        **_batch(scorer, table),
        **size,
        "calls": len(whole),
    }


def _each(call: Callable[[Any], Any], inputs: Sequence[Any], limit_s: float) -> list[float]:
    """Seconds of each of up to 1,000 calls, after some warm ones, within a limit."""
    for at in range(WARM_CALLS):
        call(inputs[at % len(inputs)])
    took: list[float] = []
    begin = perf_counter()
    for at in range(CALLS):
        start = perf_counter()
        call(inputs[at % len(inputs)])
        end = perf_counter()
        took.append(end - start)
        if end - begin > limit_s:
            break
    return took


def _bare(scorer: Any, rows: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """The runtime alone with prepared arrays, where the scorer shows its session."""
    session, codec = getattr(scorer, "session", None), getattr(scorer, "codec", None)
    if session is None or codec is None:
        return {}
    feeds = [codec.encode_row(row).feeds for row in rows]
    names = session.names
    took = _each(lambda feed: session.native.run(names, feed), feeds, ONE_ROW_S / 2)
    return {"bare_ms_p50": float(np.quantile(took, 0.5)) * MS}


def _batch(scorer: Scoring, table: Any) -> dict[str, float]:
    """Rows a second of the fastest batch; short tables are repeated."""
    times = max(1, -(-BATCH_ROWS // len(table)))
    rows = table[np.tile(np.arange(len(table)), times)[:BATCH_ROWS]]
    scorer.score(rows.head(100))
    best, begin = 0.0, perf_counter()
    while best == 0.0 or perf_counter() - begin < BATCH_S:
        start = perf_counter()
        scorer.score(rows)
        best = max(best, len(rows) / (perf_counter() - start))
    return {"batch_rows_per_s": best, "batch_rows": len(rows)}


def _load_ms(artifact: Artifact, opener: Opener) -> float:
    """The median of three openings."""
    took = []
    for _ in range(LOADS):
        start = perf_counter()
        opener(artifact.model, artifact.codec)
        took.append(perf_counter() - start)
        if took[0] > LONG_LOAD_S:
            break
    return float(np.median(took)) * MS


def size_mb(artifact: Artifact) -> float:
    """Megabytes (10⁶ bytes) of the graph and the tables that travel with it."""
    parts = (artifact.codec, artifact.golden, artifact.reference)
    tables = sum(len(json.dumps(part, default=str).encode()) for part in parts)
    return (len(artifact.model) + tables) / 1e6
