"""From records that were cut to a judged release, as bytes: train, convert, judge, pack."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from luodi.core.events import Event, Listener, silent
from luodi.core.task import Task
from luodi.core.values import Artifact, Candidate, Finding, Parts, Recipe, Verdict
from luodi.loop.packing import leaderboard, packed_release
from luodi.modalities import modality

if TYPE_CHECKING:
    from luodi.compress import Chosen
    from luodi.core.workshop import Workshop
    from luodi.store.unfinished import Unfinished
    from luodi.train import Found


@dataclass(frozen=True)
class Made:
    """A release that was made and judged, not written yet.

    Attributes:
        packed: Its bytes; None when a gate failed.
        verdict: What the judge said.
        leaderboard: Candidates and members, best first.
        artifact: What was judged.
        candidate: What the graph was made from.
        workshop: The training records, ready for learners.
        baselines: The dumb and the linear baseline as graphs of their own.
    """

    packed: bytes | None
    verdict: Verdict
    leaderboard: Sequence[Mapping[str, Any]]
    artifact: Artifact
    candidate: Candidate
    workshop: Workshop
    baselines: Mapping[str, Artifact]


def made(
    parts: Parts,
    findings: Sequence[Finding],
    task: Task,
    *,
    recorded: Mapping[str, Any] | None = None,
    force: bool = False,
    listener: Listener = silent,
    shelf: Unfinished | None = None,
) -> Made:
    """From records that were cut to the bytes of a release.

    Args:
        parts: The records.
        findings: What the check said of them.
        task: The task.
        recorded: A plan to repeat without a clock; None to search.
        force: Pack although a gate failed.
        listener: Told of stages, progress and candidates.
        shelf: Where trainings are put aside; None to keep nothing.

    Raises:
        LuodiError: ``data.*``, ``convert.*``, ``release.*``.
    """
    from luodi import evaluate

    # of the linear baseline; a few steps more would not change what the folds say of it. Folds run
    # side by side, and only here nobody else is changing the filters of the process
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "lbfgs failed to converge")
        trained = _trained(parts, task, recorded, listener, shelf)
        chosen, baselines = _converted(trained, parts, task, listener)
    verdict = evaluate.judge(
        chosen.artifact, parts.holdout, task,
        baselines=baselines, findings=findings, listener=listener,
    )  # fmt: skip
    board = leaderboard(chosen, trained.found)
    packed = packed_release(task, parts, chosen, verdict, board, force)
    made_of = (chosen.candidate, trained.workshop, baselines)
    return Made(packed, verdict, board, chosen.artifact, *made_of)


def refitted(parts: Parts, task: Task, recorded: Mapping[str, Any]) -> Artifact:
    """A recorded recipe on other records as a graph, neither proven nor judged.

    For comparing policies; what is put into use comes from ``made``.

    Args:
        parts: The records.
        task: The task.
        recorded: The plan to repeat.
    """
    from luodi import train

    trained = _trained(parts, task, recorded, silent)
    return modality(task.data.modality).converted(
        train.finished(trained.candidates[0], trained.workshop)
    )


@dataclass(frozen=True)
class _Trained:
    """What training handed over, and how much of its time is left."""

    workshop: Workshop
    found: Found
    candidates: Sequence[Candidate]
    spare: Callable[[], bool]


def _trained(
    parts: Parts,
    task: Task,
    recorded: Mapping[str, Any] | None,
    listener: Listener,
    shelf: Unfinished | None = None,
) -> _Trained:
    """The search, or the repetition of a recorded one, and the candidates that came of it."""
    from luodi import train

    clock, spent = train.Clock(task.budget), shelf.begin() if shelf else 0.0
    clock.began -= spent  # by a process that was killed
    listener(Event("stage", {"name": "train", "budget": task.budget, "spent": spent}))
    workshop = modality(task.data.modality).workshop(parts, task, recorded, listener, shelf)
    if recorded is None:
        found = train.search(workshop, clock, listener)
        candidates = train.compose(found, workshop, task)

        def spare() -> bool:
            return not found.interrupted and clock.spent() < clock.budget_s

        return _Trained(workshop, found, candidates, spare)
    recipes = [
        Recipe(m["family"], m["params"], m["features"], m["seed"], tuple(m["rounds"]))
        for m in recorded["members"]
    ]
    found = train.replay(workshop, recipes, listener)
    weights = [m["weight"] for m in recorded["members"]]
    candidate = train.replayed(found, weights, recorded["name"], workshop, task)
    return _Trained(workshop, found, [candidate], lambda: True)


def _converted(
    trained: _Trained, parts: Parts, task: Task, listener: Listener
) -> tuple[Chosen, dict[str, Artifact]]:
    """What is shipped, and the baselines as graphs of their own."""
    from luodi import compress, train

    kind = modality(task.data.modality)
    chosen = compress.ship(
        trained.candidates, lambda one: train.finished(one, trained.workshop),
        kind, parts, task, trained.spare, listener,
    )  # fmt: skip
    named = train.baselines(trained.found, trained.workshop, task)
    return chosen, {name: kind.converted(candidate) for name, candidate in named.items()}
