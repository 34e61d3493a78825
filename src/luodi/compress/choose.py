"""From candidates to the one artifact that is shipped."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from luodi.compress.measure import Measured, measured
from luodi.core.errors import LuodiError
from luodi.core.events import Event, Listener, silent
from luodi.core.modality import Modality
from luodi.core.task import Task
from luodi.core.values import Artifact, Candidate, Parts

USUAL_LIMITS = {"size_mb": 25.0, "one_row_ms_p50": 1.0}
"""What a release keeps to where no gate speaks of it."""


@dataclass(frozen=True)
class Chosen:
    """What is shipped, and what was measured on the way.

    Attributes:
        candidate: The candidate.
        artifact: Its graph, proven equal to it.
        front: Quality, size and latency of each candidate that was made, with the chosen marked.
    """

    candidate: Candidate
    artifact: Artifact
    front: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class _Made:
    """A candidate with its graph, as measured."""

    candidate: Candidate
    artifact: Artifact
    figure: Measured


def ship(
    candidates: Sequence[Candidate],
    finish: Callable[[Candidate], Candidate],
    modality: Modality,
    parts: Parts,
    task: Task,
    spare: Callable[[], bool] = lambda: True,
    listener: Listener = silent,
) -> Chosen:
    """Make candidates, best first, until one fits the gates on size and speed and is proven.

    The others are made too while there is time, for the front of quality against size and
    speed. Where none fits, the smallest is taken and the gates will say so. Ctrl-C ends it with
    what was made.

    Args:
        candidates: Candidates, the preferred one first among equals.
        finish: Gives a candidate the models that it is shipped with.
        modality: The kind of data.
        parts: The records; parity is checked on the holdout's inputs.
        task: The task, for its gates.
        spare: Whether there is time for candidates that are not needed.
        listener: Told of stages.

    Raises:
        LuodiError: ``convert.parity`` when no candidate's graph answers as trained.
    """
    listener(Event("stage", {"name": "compress"}))
    made: list[_Made] = []
    chosen: tuple[_Made, Artifact] | None = None
    failed: LuodiError | None = None

    def proven(one: _Made) -> tuple[_Made, Artifact] | None:
        nonlocal failed
        try:
            return one, modality.proven(one.artifact, one.candidate, parts, task)
        except LuodiError as error:
            if error.code != "convert.parity":
                raise
            failed = error
            listener(Event("note", {"text": str(error)}))
            return None

    try:
        for candidate in sorted(candidates, key=lambda c: -c.score):
            if chosen is not None and not spare():
                break
            whole = finish(candidate)
            artifact = modality.converted(whole)
            made.append(_Made(whole, artifact, measured(artifact)))
            if chosen is None and _fits(made[-1].figure, task):
                chosen = proven(made[-1])
    except KeyboardInterrupt:
        if not made:
            raise
    for one in sorted(made, key=lambda m: m.figure.size_mb):
        chosen = chosen or (None if _fits(one.figure, task) else proven(one))
    if chosen is None:
        assert failed is not None
        raise failed
    return Chosen(chosen[0].candidate, chosen[1], _front(candidates, made, chosen[0]))


def _fits(figure: Measured, task: Task) -> bool:
    known = {
        "size_mb": figure.size_mb,
        "one_row_ms_p50": figure.p50_ms,
        "one_row_ms_p99": figure.p99_ms,
    }
    gates = {name: gate.at_most for name, gate in task.gates.items() if gate.at_most is not None}
    limits = USUAL_LIMITS | gates
    return all(value <= limits[name] for name, value in known.items() if name in limits)


def _front(
    candidates: Sequence[Candidate], made: Sequence[_Made], chosen: _Made
) -> tuple[Mapping[str, Any], ...]:
    """The candidates that were made, in the order in which they were proposed."""
    order = [candidate.name for candidate in candidates]
    return tuple(
        {
            "name": one.candidate.name,
            "score": one.candidate.score,
            "size_mb": one.figure.size_mb,
            "one_row_ms": one.figure.p50_ms,
            "chosen": one is chosen,
        }
        for one in sorted(made, key=lambda m: order.index(m.candidate.name))
    )
