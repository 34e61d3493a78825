"""A release in, a smaller one out, judged by itself and held to a contract."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from luodi.core.errors import LuodiError
from luodi.core.events import Event, Listener, silent
from luodi.core.task import Task
from luodi.core.values import Artifact, Candidate, Finding, GateResult, Parts, Verdict
from luodi.loop.packing import packed_release
from luodi.loop.pipeline import TaskLike, examined, shrinking
from luodi.modalities import modality

if TYPE_CHECKING:
    from luodi.compress import Contract, Smaller
    from luodi.core.workshop import Shrinker, Workshop
    from luodi.runtime.load import Release

ORIGINAL = "original"
SAME = 1e-4
"""Largest difference between a release and its networks read back: the same sums, ordered anew."""


@dataclass(frozen=True)
class Compressed:
    """What a compression ended with.

    Attributes:
        path: The smaller release; None when the contract or a gate is broken.
        digest: ``sha256:…`` of it; None with it.
        table: Every graph that was tried, the original first.
        verdict: What the judge said of the chosen one; None where none kept to the contract.
        seconds: Time that it took.
        artifact: The chosen graph.
        weakest: Where none kept to it, the layer that rounding hurts most, and its signal over
            the noise, dB.
        refused: Why nothing was tried, where nothing can be made smaller.
    """

    path: Path | None
    digest: str | None
    table: Sequence[Mapping[str, Any]]
    verdict: Verdict | None
    seconds: float
    artifact: Artifact | None
    weakest: tuple[str, float] | None = None
    refused: LuodiError | None = None

    @property
    def passed(self) -> bool:
        """Whether there is a graph that keeps to the contract and passes every gate."""
        return self.verdict is not None and self.verdict.passed


@dataclass(frozen=True)
class Ground:
    """What a smaller release is made on.

    Attributes:
        task: The task.
        parts: The records, cut as the original's were.
        findings: What the check said of them.
        workshop: The training records, ready for learners.
        shrinker: What makes learners smaller.
        original: What is made smaller.
        digest: ``sha256:…`` of the release that it is.
        baselines: The dumb and the linear baseline as graphs; None to fit them anew.
    """

    task: Task
    parts: Parts
    findings: tuple[Finding, ...]
    workshop: Workshop
    shrinker: Shrinker
    original: Candidate
    digest: str
    baselines: Mapping[str, Artifact] | None = None


def compress(
    release: str | Path,
    contract: Contract,
    *,
    task: TaskLike | None = None,
    output: str | Path | None = None,
    budget_s: float | None = None,
    force: bool = False,
    listener: Listener = silent,
) -> Compressed:
    """Make a release smaller under a contract.

    Ways are compared on training rows that the networks did not learn from; the chosen graph is
    then judged on the holdout, beside the original, and refused there if it breaks the contract.

    Args:
        release: The release.
        contract: What is to be kept to.
        task: The task that it was built by; ``task.yaml`` beside the release when not given.
        output: Where to write; ``NAME-small.luodi`` beside the release when not given.
        budget_s: Time for trainings, seconds, which is used up; when not given at most the task's
            budget, and only where quick changes break the contract.
        force: Write although a gate failed.
        listener: Told of stages, progress and rows.

    Raises:
        LuodiError: ``compress.*``, ``task.*``, ``read.*``, ``release.*``.
    """
    began = time.monotonic()
    path = Path(release)
    target = Path(output) if output else path.with_name(f"{path.stem}-small.luodi")
    ground = _ground(path, task, listener)
    found = smaller(ground, contract, budget_s, listener)
    if found.chosen is None:
        return refused(found, began)
    return written(ground, contract, found, target, began, force, listener)


def refused(found: Smaller, began: float) -> Compressed:
    """What there is to tell where nothing keeps to the contract."""
    seconds = time.monotonic() - began
    return Compressed(None, None, found.table, None, seconds, None, found.weakest)


def _ground(path: Path, task: TaskLike | None, listener: Listener) -> Ground:
    """The release's task, records and networks, seen to belong together.

    Raises:
        LuodiError: ``compress.no_task``, ``compress.other_task``, ``compress.other_data``,
            ``compress.no_network``, ``compress.brought``, ``compress.not_plain``.
    """
    from luodi.runtime import load

    loaded = load.load(path)
    contract = Task.load(task if task is not None else _beside(path))
    if (contract.name, contract.goal) != (loaded.name, loaded.goal):
        raise LuodiError("compress.other_task", name=loaded.name, other=contract.name)
    kind = shrinking(contract)
    parts, findings = examined(contract, listener)
    # a holdout that the networks have learned from would call anything good
    if loaded.provenance["data"]["train"] != parts.train.digest:
        raise LuodiError("compress.other_data", name=loaded.name)
    workshop = kind.workshop(parts, contract, loaded.plan)
    shrinker = kind.shrinker(workshop)
    original = _original(loaded, workshop, shrinker)
    _same(kind.converted(original), loaded, shrinker)
    return Ground(contract, parts, findings, workshop, shrinker, original, loaded.digest)


def _beside(path: Path) -> Path:
    for folder in (path.parent, Path()):
        if (folder / "task.yaml").is_file():
            return folder / "task.yaml"
    raise LuodiError("compress.no_task", folder=str(path.parent))


def _original(loaded: Release, workshop: Workshop, shrinker: Shrinker) -> Candidate:
    """The release as a candidate, with its own calibration and rule."""
    members = shrinker.restored(loaded.members.model, loaded.plan)
    return Candidate(
        name=ORIGINAL,
        members=members,
        weights=tuple(float(member["weight"]) for member in loaded.plan["members"]),
        calibration=loaded.plan["calibration"],
        decision=loaded.plan["decision"],
        score=max(member.score for member in members),
        prepared=workshop.prepared,
    )


def _same(artifact: Artifact, loaded: Release, shrinker: Shrinker) -> None:
    """Refuse networks that answer differently from the release they were read from."""
    kept = replace(artifact, model=loaded.members.model)
    (_, own), (_, theirs) = shrinker.held_out(artifact), shrinker.held_out(kept)
    if not abs(own - theirs).max() <= SAME:
        raise LuodiError("compress.other_data", name=loaded.name)


def smaller(
    ground: Ground,
    contract: Contract,
    budget_s: float | None,
    listener: Listener,
    whole: bool = False,
) -> Smaller:
    """The ways that there are, measured.

    Args:
        ground: What is made smaller.
        contract: What is to be kept to.
        budget_s: Time for trainings, as for ``compress``.
        listener: Told of rows.
        whole: Whether the same network in 8 bits is wanted and nothing else.
    """
    from luodi import compress as stage
    from luodi import train

    listener(Event("stage", {"name": "smaller"}))
    clock = train.Clock(ground.task.budget if budget_s is None else budget_s)
    work = ground.workshop

    def compose(name: str, members: Any, weights: Any) -> Candidate:
        return train.candidate(name, members, weights, work, ground.task)

    return stage.smaller(
        ground.original, ground.shrinker, modality(ground.task.data.modality), compose, contract,
        metric=work.metric, utility=work.utility, classes=work.classes,
        left=clock.left, whole=whole, thorough=budget_s is not None, listener=listener,
    )  # fmt: skip


def written(
    ground: Ground,
    contract: Contract,
    found: Smaller,
    path: Path,
    began: float,
    force: bool,
    listener: Listener,
) -> Compressed:
    """Prove, judge, pack and write what was chosen.

    Args:
        ground: What it was made of.
        contract: What is to be kept to.
        found: The ways, one of which was chosen.
        path: Where to write.
        began: When the work began, as ``time.monotonic`` tells it.
        force: Write although a gate failed.
        listener: Told of stages.
    """
    from luodi import release
    from luodi.compress import Chosen

    assert found.chosen is not None
    kind, row = modality(ground.task.data.modality), found.chosen
    artifact = kind.proven(row.artifact, row.candidate, ground.parts, ground.task)
    others = {**_baselines(ground), ORIGINAL: kind.converted(ground.original)}
    verdict = _judged(ground, artifact, others, listener)
    verdict = replace(verdict, gates=(*verdict.gates, _kept(verdict, contract)))
    chosen = Chosen(row.candidate, artifact, found.table)
    packed = packed_release(
        ground.task, ground.parts, chosen, verdict, list(found.table), force, ground.digest
    )
    seconds = time.monotonic() - began
    if packed is None:
        return Compressed(None, None, found.table, verdict, seconds, artifact)
    release.write(path, packed)
    digest = release.digest_of(packed)
    return Compressed(path, digest, found.table, verdict, seconds, artifact)


def _baselines(ground: Ground) -> Mapping[str, Artifact]:
    """The simple ways that a release is laid beside."""
    from luodi import train

    if ground.baselines is not None:
        return ground.baselines
    kind = modality(ground.task.data.modality)
    found = train.replay(ground.workshop, ())
    named = train.baselines(found, ground.workshop, ground.task)
    return {name: kind.converted(candidate) for name, candidate in named.items()}


def _judged(
    ground: Ground, artifact: Artifact, others: Mapping[str, Artifact], listener: Listener
) -> Verdict:
    from luodi import evaluate

    return evaluate.judge(
        artifact, ground.parts.holdout, ground.task,
        baselines=others, findings=ground.findings, listener=listener,
    )  # fmt: skip


def _kept(verdict: Verdict, contract: Contract) -> GateResult:
    """Whether the contract's drop holds on the holdout too, by accuracy or the task's figure."""
    from luodi.compress.quality import POINTS

    (beside,) = (one for one in verdict.details["baselines"] if one["name"] == ORIGINAL)
    own = verdict.details["metric"] in POINTS
    gain = beside["difference"] if own else beside["accuracy_difference"]
    drop = None if gain is None else -100 * float(gain)
    passed = drop is not None and drop <= contract.drop + 1e-9
    facts = {"drop": "—" if drop is None else f"{drop:.2f}", "limit": f"{contract.drop:g}"}
    blame = None if passed else Finding("compress.drop", "error", None, facts)
    return GateResult("drop", passed, f"<= {contract.drop:g}", drop, blame)
