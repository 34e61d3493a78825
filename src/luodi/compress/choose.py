"""From candidates to the one artifact that is shipped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from luodi.compress.measure import Measured, measured
from luodi.core.errors import LuodiError
from luodi.core.events import Event, Listener, silent
from luodi.core.modality import Modality
from luodi.core.task import Task
from luodi.core.values import Artifact, Candidate, Parts

LARGEST_MB = 200.0


@dataclass(frozen=True)
class Chosen:
    """What is shipped, and what was measured on the way.

    Attributes:
        candidate: The candidate.
        artifact: Its graph, proven equal to it.
        front: Each candidate's quality, size and latency, with the chosen one marked.
    """

    candidate: Candidate
    artifact: Artifact
    front: tuple[Mapping[str, Any], ...]


def ship(
    candidates: Sequence[Candidate],
    modality: Modality,
    parts: Parts,
    task: Task,
    listener: Listener = silent,
) -> Chosen:
    """Convert all candidates and prove the best one that fits the gates on size and speed.

    Where none fits, the smallest is taken and the gates will say so.

    Args:
        candidates: Candidates, the preferred one first among equals.
        modality: The kind of data.
        parts: The records; parity is checked on the holdout's inputs.
        task: The task, for its gates.
        listener: Told of stages.

    Raises:
        LuodiError: ``convert.parity`` when no candidate's graph answers as trained.
    """
    listener(Event("stage", {"name": "compress"}))
    converted = [(c, modality.converted(c)) for c in candidates]
    figures = [measured(artifact) for _, artifact in converted]
    failed: LuodiError | None = None
    for place in _order(candidates, figures, task):
        candidate, artifact = converted[place]
        try:
            proven = modality.proven(artifact, candidate, parts, task)
        except LuodiError as error:
            if error.code != "convert.parity":
                raise
            failed = error
            listener(Event("note", {"text": str(error)}))
            continue
        return Chosen(candidate, proven, _front(candidates, figures, place))
    assert failed is not None
    raise failed


def _order(candidates: Sequence[Candidate], figures: Sequence[Measured], task: Task) -> list[int]:
    """Places of the candidates, those that fit first, by quality; then the others, by size."""
    fits = [_fits(m, task) for m in figures]
    places = range(len(candidates))
    return sorted(
        places,
        key=lambda i: (not fits[i], -candidates[i].score if fits[i] else figures[i].size_mb),
    )


def _fits(figure: Measured, task: Task) -> bool:
    known = {
        "size_mb": figure.size_mb,
        "one_row_ms_p50": figure.p50_ms,
        "one_row_ms_p99": figure.p99_ms,
    }
    limits = {name: gate.at_most for name, gate in task.gates.items() if gate.at_most is not None}
    limits.setdefault("size_mb", LARGEST_MB)
    return all(value <= limits[name] for name, value in known.items() if name in limits)


def _front(
    candidates: Sequence[Candidate], figures: Sequence[Measured], chosen: int
) -> tuple[Mapping[str, Any], ...]:
    return tuple(
        {
            "name": candidate.name,
            "score": candidate.score,
            "size_mb": figure.size_mb,
            "one_row_ms": figure.p50_ms,
            "chosen": place == chosen,
        }
        for place, (candidate, figure) in enumerate(zip(candidates, figures, strict=True))
    )
