"""From candidates to the one artifact that is shipped."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from luodi.compress.measure import Measured, measured
from luodi.core.errors import LuodiError
from luodi.core.events import Event, Listener, silent
from luodi.core.modality import Modality
from luodi.core.task import Task
from luodi.core.values import Artifact, Candidate, Parts


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
    """Make candidates, best first, until one keeps to all limits and is proven.

    The others are made too while there is time, for the front of quality against size and
    speed. Where none keeps to the usual limits, the smallest that fits the gates is taken; where
    none fits those, the smallest of all, and the gates will say so. The last candidate is there
    for gates that no other fits, never for the usual limits. Ctrl-C while more are made ends it
    with those that are there.

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
    proof = _Proof(modality, parts, task, listener)
    ranked = sorted(candidates[: max(1, len(candidates) - 1)], key=lambda c: -c.score)
    made: list[_Made] = []
    for candidate in [*ranked, *candidates[len(ranked) :]]:
        if proof.chosen and not spare():
            break
        try:
            one = _made(finish(candidate), modality)
        except KeyboardInterrupt:
            if not made:
                raise
            break
        except Exception as error:
            if not proof.chosen:
                raise
            listener(Event("note", {"text": f"{candidate.name} left out: {error}"}))
            break
        made.append(one)
        if candidate in ranked and _fits(one.figure, task, modality.USUAL_LIMITS):
            proof.of(one)
    last = candidates[-1].name if len(candidates) > 1 else None
    for one in sorted(made, key=lambda m: _second_best(m, task, last)):
        proof.of(one)
    if proof.chosen is None:
        assert proof.failed is not None
        raise proof.failed
    chosen, artifact = proof.chosen
    return Chosen(chosen.candidate, artifact, _front(candidates, made, chosen))


def _made(candidate: Candidate, modality: Modality) -> _Made:
    artifact = modality.converted(candidate)
    return _Made(candidate, artifact, measured(artifact))


def _second_best(one: _Made, task: Task, last: str | None) -> tuple[bool, bool, float]:
    """Rank where none keeps to the usual limits: what fits the gates, the last after others."""
    fits = _fits(one.figure, task, {})
    return not fits, fits and one.candidate.name == last, one.figure.size_mb


@dataclass
class _Proof:
    """Proves candidates one after another until one holds."""

    modality: Modality
    parts: Parts
    task: Task
    listener: Listener
    chosen: tuple[_Made, Artifact] | None = None
    failed: LuodiError | None = None
    tried: set[str] = field(default_factory=set)

    def of(self, one: _Made) -> None:
        """Prove a candidate, unless one is proven already or this one was tried."""
        if self.chosen or one.candidate.name in self.tried:
            return
        self.tried.add(one.candidate.name)
        try:
            proven = self.modality.proven(one.artifact, one.candidate, self.parts, self.task)
            self.chosen = one, proven
        except LuodiError as error:
            if error.code != "convert.parity":
                raise
            self.failed = error
            self.listener(Event("note", {"text": str(error)}))


def _fits(figure: Measured, task: Task, usual: Mapping[str, float]) -> bool:
    known = {
        "size_mb": figure.size_mb,
        "one_row_ms_p50": figure.p50_ms,
        "one_row_ms_p99": figure.p99_ms,
    }
    limits = {name: gate.at_most for name, gate in task.gates.items() if gate.at_most is not None}
    timed = any(name.startswith("one_row_ms") for name in limits)
    kept = {k: v for k, v in usual.items() if not (timed and k.startswith("one_row"))}
    limits = kept | limits
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
