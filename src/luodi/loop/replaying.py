"""A historical stream as if live, to compare policies before one is trusted."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from luodi.core.events import Event, Listener, silent
from luodi.core.task import Task
from luodi.loop.making import made
from luodi.loop.pipeline import TaskLike, examined
from luodi.loop.playing import Setting, played
from luodi.loop.policies import POLICIES, Name
from luodi.modalities import modality
from luodi.runtime.load import load

if TYPE_CHECKING:
    from luodi.core.values import Finding, Parts
    from luodi.improve.hindsight import Run


@dataclass(frozen=True)
class Replay:
    """Policies compared on one stream.

    Attributes:
        task: The task.
        rows: Records of the stream.
        periods: Periods.
        loss: What a record's loss is, such as ``cost`` or ``brier``.
        runs: What each policy came to, in the order in which they were asked for.
    """

    task: str
    rows: int
    periods: int
    loss: str
    runs: Sequence[Run]

    def record(self) -> dict[str, Any]:
        """The comparison as JSON data."""
        return {
            "task": self.task,
            "rows": self.rows,
            "periods": self.periods,
            "loss": self.loss,
            "runs": [run.record() for run in self.runs],
        }


def replay(
    task: TaskLike,
    stream: str | Path,
    *,
    release: str | Path | None = None,
    delay_s: float = 0.0,
    step_s: float = 86_400.0,
    policies: Sequence[Name] = POLICIES,
    listener: Listener = silent,
) -> Replay:
    """Run a stream in order of time under several policies.

    Args:
        task: The task; its own records are what the first release is built from.
        stream: Records with their target, later than the task's own; ``data.time`` says when each
            came, and without it they come one a minute.
        release: The release to begin with; built from the task when not given.
        delay_s: How long a truth takes to come back.
        step_s: Length of a period; at its end a policy may act.
        policies: ``never``, ``always`` (train after every period), ``alarm`` (train when an alarm
            is raised), ``luodi`` (watch, challenge, promote only what pays).
        listener: Told of stages and progress.

    Raises:
        LuodiError: ``task.*``, ``read.*``, ``improve.no_truths``, ``release.*``.
    """
    contract = Task.load(task)
    kind = modality(contract.data.modality)
    parts, findings = examined(contract, listener)
    first = _first(contract, parts, findings, release, listener)
    champion = load(first)
    columns, like = kind.columns(champion.codec), parts.train
    read = kind.read_like(stream, columns, like.target, like.labels, data=contract.data)
    read = kind.usable(read, None, listener)
    for note in read.notes:
        listener(Event("finding", {"finding": note}))
    from luodi.improve.losses import scale
    from luodi.improve.stream import streamed
    from luodi.improve.trial import promise_of

    source = streamed(read, contract, [column.name for column in columns])
    others = source.truths if champion.goal == "classify" else ()
    known = tuple(dict.fromkeys((*champion.scorer.classes, *others)))
    # no error of a value is cut: nothing is tested here, and a policy costs what it costs
    measure = scale(promise_of(champion), known, most=math.inf)
    delay, step = int(delay_s * 1e6), int(step_s * 1e6)
    setting = Setting(contract, parts, findings, first, source, measure, delay, step)
    runs = [played(name, setting, listener) for name in policies]
    periods = sum(1 for _ in source.periods(step))
    return Replay(contract.name, len(source), periods, measure.kind, runs)


def _first(
    task: Task,
    parts: Parts,
    findings: tuple[Finding, ...],
    release: str | Path | None,
    listener: Listener,
) -> bytes:
    if release is not None:
        from luodi.runtime.container import read_bytes

        return read_bytes(release)
    packed = made(parts, findings, task, force=True, listener=listener).packed
    assert packed is not None
    return packed
