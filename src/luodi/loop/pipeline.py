"""Records and a task in, one judged release file out."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from luodi.core.errors import LuodiError
from luodi.core.events import Event, Listener, silent
from luodi.core.task import Task
from luodi.core.values import Artifact, Dataset, Finding, Parts, Verdict
from luodi.loop.keeping import kept
from luodi.loop.making import made
from luodi.loop.recording import recording
from luodi.modalities import modality

if TYPE_CHECKING:
    from luodi.compress import Contract
    from luodi.core.modality import Modality
    from luodi.loop.edge import Edge

TaskLike = Task | str | Path | dict[str, Any]


@dataclass(frozen=True)
class Built:
    """What a build ended with.

    Attributes:
        path: The release file; None when a gate failed and nothing was written.
        digest: ``sha256:…`` of the release; None with it.
        verdict: What the judge said.
        leaderboard: Candidates and members, best first.
        seconds: Time of the whole build.
        artifact: What was judged.
        edge: What was made for small devices; None where that was not asked for.
    """

    path: Path | None
    digest: str | None
    verdict: Verdict
    leaderboard: Sequence[Mapping[str, Any]]
    seconds: float
    artifact: Artifact
    edge: Edge | None = None


def check(task: TaskLike, *, listener: Listener = silent) -> tuple[Finding, ...]:
    """What is wrong with the records and the task, before any training.

    Raises:
        LuodiError: ``task.*``, ``read.*`` and ``gate.*``.
    """
    from luodi import evaluate

    contract = Task.load(task)
    evaluate.check_gates(contract)
    return examined(contract, listener)[1]


def build(
    task: TaskLike,
    *,
    output: str | Path | None = None,
    plan: str | Path | None = None,
    force: bool = False,
    edge: Contract | None = None,
    fresh: bool = False,
    tensorboard: str | Path | None = None,
    listener: Listener = silent,
) -> Built:
    """Records and a task in, one judged release file out.

    Args:
        task: A task, a path to a task file, YAML text or a mapping.
        output: Where to write; ``NAME.luodi`` in the current folder when not given.
        plan: A release whose recorded plan is repeated, without a clock.
        force: Go on over error-level findings, and write although a gate failed.
        edge: Limits of what is made for small devices beside it; None for nothing of the kind.
        fresh: Begin anew where a build of the same task and records was cut off.
        tensorboard: A folder that gets the curves of trainings as TensorBoard's event files.
        listener: Told of stages, progress, epochs and candidates.

    Raises:
        LuodiError: ``task.*``, ``read.*``, ``data.*``, ``gate.*``, ``convert.*``, ``release.*``;
            ``compress.no_network`` where ``edge`` is asked of what holds no network.
    """
    from luodi import evaluate

    began = time.monotonic()
    contract = Task.load(task)
    evaluate.check_gates(contract)
    if edge is not None:
        shrinking(contract)
    recorded = _recorded(plan)
    path = _place(output, contract.name)
    from luodi import release

    with recording(tensorboard, path.stem, listener) as told:
        parts, findings = examined(contract, told)
        if not force:
            refuse_errors(findings)
        with kept(path, parts, contract, recorded, fresh, told) as shelf:
            done = made(
                parts, findings, contract, recorded=recorded, force=force, listener=told,
                shelf=shelf,
            )  # fmt: skip
            if done.packed is not None:
                release.write(path, done.packed)
    digest = release.digest_of(done.packed) if done.packed is not None else None
    small = None
    if edge is not None and digest is not None:
        from luodi.loop.edge import edge as made_small

        small = made_small(done, digest, parts, findings, contract, path, edge, listener)
    seconds = time.monotonic() - began
    shipped = path if done.packed is not None else None
    return Built(shipped, digest, done.verdict, done.leaderboard, seconds, done.artifact, small)


def _place(output: str | Path | None, name: str) -> Path:
    """Where the release will be written, tried before anything takes time, as is the key.

    A folder that is there already gets the file under the task's own name.
    """
    from luodi.store import disk, seal

    path = Path(output or ".")
    path = path / f"{name}.luodi" if path.is_dir() else path
    disk.make_folder(path.parent)
    disk.remove(disk.put(path.with_name(f".{path.name}.try"), b""))
    seal.public_key()
    return path


def examined(task: Task, listener: Listener) -> tuple[Parts, tuple[Finding, ...]]:
    """The records, cut, and what the check has to say of them."""
    from luodi import data

    listener(Event("stage", {"name": "data"}))
    kind = modality(task.data.modality)
    data.refuse_brought(task)
    dataset = kind.read(task, listener)
    usable = kind.usable(dataset, task, listener)
    parts = data.split(usable, task, _holdout(task, dataset, listener))
    return parts, tuple(data.check(dataset, task, parts, listener))


def _holdout(task: Task, dataset: Dataset, listener: Listener) -> Dataset | None:
    """The holdout file's records, if the task names one."""
    if not isinstance(task.split.holdout, str):
        return None
    source = task.path(task.split.holdout)
    kind = modality(task.data.modality)
    held = kind.read_like(source, dataset.columns, dataset.target, dataset.labels, data=task.data)
    return kind.usable(held, None, listener)


def shrinking(task: Task) -> Modality:
    """The task's kind of data, if what is learned from it can be made smaller.

    Raises:
        LuodiError: ``compress.no_network``.
    """
    kind = modality(task.data.modality)
    if not kind.SHRINKS:
        raise LuodiError("compress.no_network", name=task.name, modality=task.data.modality)
    return kind


def refuse_errors(findings: Sequence[Finding]) -> None:
    """Stop where the check found an error that nobody has accepted.

    Raises:
        LuodiError: ``build.findings``.
    """
    errors = [f for f in findings if f.severity == "error"]
    if errors:
        named = dict.fromkeys(f"{f.code}:{f.column}" if f.column else f.code for f in errors)
        listed = ", ".join(list(named)[:8])
        raise LuodiError("build.findings", count=len(errors), listed=listed)


def _recorded(plan: str | Path | None) -> Mapping[str, Any] | None:
    from luodi.runtime import load

    return None if plan is None else load.load(plan).plan
