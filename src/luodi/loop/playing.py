"""One policy over a whole stream, in a home of its own and by the stream's clock."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np

from luodi.core.events import Event, Listener
from luodi.core.task import Task
from luodi.loop.policies import Name, Service, act
from luodi.runtime.load import load

if TYPE_CHECKING:
    from luodi.core.values import Finding, Parts
    from luodi.improve.hindsight import Run
    from luodi.improve.losses import Answers, Scale
    from luodi.improve.stream import Stream
    from luodi.runtime.score import Scorer
    from luodi.store.home import Home

AT_ONCE = 1000


@dataclass(frozen=True)
class Setting:
    """What is the same for every policy.

    Attributes:
        task: The task.
        parts: The task's own records, cut.
        findings: What the check said of them.
        packed: The release that the stream begins with.
        stream: The stream.
        scale: How losses are measured.
        delay_us: How long truths take.
        step_us: Length of a period.
    """

    task: Task
    parts: Parts
    findings: tuple[Finding, ...]
    packed: bytes
    stream: Stream
    scale: Scale
    delay_us: int
    step_us: int


def played(name: Name, setting: Setting, listener: Listener) -> Run:
    """One policy over the whole stream, in a home of its own, by the stream's clock."""
    from luodi.improve.past import because
    from luodi.store.home import Home
    from luodi.store.ledger import clock

    now = int(setting.stream.at[0])
    listener(Event("stage", {"name": f"replay_{name}"}))
    with (
        TemporaryDirectory() as folder,
        clock.replaying(lambda: now),
        Home.create(Path(folder) / "home") as home,
    ):
        champion = load(setting.packed)
        home.add(setting.packed, champion.digest, setting.task.name, {})
        home.ledger.promote(setting.task.name, champion.digest, because("to begin", {}))
        service = Service(
            setting.task, setting.parts, setting.findings, home, champion,
            setting.delay_us / 1e6, setting.step_us / 1e6, champion.scorer,
        )  # fmt: skip
        losses, right, seconds, told = [], [], 0.0, 0
        waiting: list[tuple[int, str, str]] = []
        for end, first, last in setting.stream.periods(setting.step_us):
            loss, correct = _answered(setting, service, first, last, waiting)
            losses.append(loss)
            right.append(correct)
            now = end
            _tell(home, waiting, now)
            began = time.perf_counter()
            act(name, service, now)
            seconds += time.perf_counter() - began
            told += last - first
            listener(Event("progress", {"what": name, "done": told, "total": len(setting.stream)}))
    return _summed(name, setting, service, losses, right, seconds)


def _answered(
    setting: Setting,
    service: Service,
    first: int,
    last: int,
    waiting: list[tuple[int, str, str]],
) -> tuple[np.ndarray, np.ndarray]:
    """Answer a period's records and keep the answers; the losses, and which were right."""
    from luodi.improve.losses import losses, truth_of

    if first == last:
        return np.zeros(0), np.zeros(0, bool)
    said = _said(setting, service.used, first, last)
    truths = setting.stream.truths[first:last]
    truth = truth_of(setting.scale, truths)
    right = said.decision == truth if setting.scale.classes else np.zeros(last - first, bool)
    _keep(setting, service, said, first, last, waiting)
    return losses(setting.scale, said, truth), right


def _said(setting: Setting, scorer: Scorer, first: int, last: int) -> Answers:
    from luodi.improve.losses import answers

    scores = scorer.score(list(setting.stream.records[first:last]))
    return answers(setting.scale, scorer.classes, scores)


def _keep(
    setting: Setting,
    service: Service,
    said: Answers,
    first: int,
    last: int,
    waiting: list[tuple[int, str, str]],
) -> None:
    """Keep answers as the server would, under the release that the ledger calls champion."""
    from luodi.store.ledger.rows import Prediction, new_id

    digest = service.home.ledger.aliases(setting.task.name)["champion"]
    classes = setting.scale.classes
    rows = []
    for place, row in enumerate(range(first, last)):
        at = int(setting.stream.at[row])
        action = "review" if said.review[place] else "accept"
        decision, chance, details = "", None, {}
        if classes:
            shares = said.held[place]
            decided = int(said.decision[place])
            decision = classes[decided]
            chance = float(shares[1] if len(classes) == 2 else shares[decided])
            if len(classes) > 2:
                shared = dict(zip(classes, shares.tolist(), strict=True))
                details = {"probabilities": shared}
        else:
            details = {"value": float(said.held[place])}
            decision = repr(details["value"])
        record = setting.stream.records[row]
        made = Prediction(new_id(at), digest, decision, record, action, chance, details, at)
        rows.append(made)
        waiting.append((at + setting.delay_us, made.id, setting.stream.truths[row]))
    for start in range(0, len(rows), AT_ONCE):
        service.home.ledger.keep_predictions(rows[start : start + AT_ONCE], synced=False).result()


def _tell(home: Home, waiting: list[tuple[int, str, str]], now: int) -> None:
    """Keep the truths that have come by now."""
    from luodi.store.ledger.rows import Outcome

    due = [one for one in waiting if one[0] <= now]
    waiting[:] = [one for one in waiting if one[0] > now]
    for start in range(0, len(due), AT_ONCE):
        part = [Outcome(name, truth, at) for at, name, truth in due[start : start + AT_ONCE]]
        home.ledger.keep_outcomes(part).result()


def _summed(
    name: Name,
    setting: Setting,
    service: Service,
    losses: Sequence[np.ndarray],
    right: Sequence[np.ndarray],
    seconds: float,
) -> Run:
    from luodi.improve.hindsight import Change, Run

    changes = [
        Change(at, how, _saved(setting, service, number))
        for number, (at, how, _, _) in enumerate(service.changes)
    ]
    correct = np.concatenate(right) if setting.scale.classes else None
    return Run(
        name, np.concatenate(losses), correct, setting.stream.at,
        service.trainings, changes, service.alarms, len(service.asked), seconds,
    )  # fmt: skip


def _saved(setting: Setting, service: Service, number: int) -> float:
    """What a change saved until the next one, or the end of the stream."""
    from luodi.improve.losses import losses, truth_of

    at, _, before, after = service.changes[number]
    later = [one[0] for one in service.changes[number + 1 :]]
    edges = np.searchsorted(setting.stream.at, [at, *(later[:1])], side="left").tolist()
    first, last = edges[0], edges[1] if later else len(setting.stream)
    if first == last:
        return 0.0
    truth = truth_of(setting.scale, setting.stream.truths[first:last])
    cost = [
        losses(setting.scale, _said(setting, one, first, last), truth).sum()
        for one in (before, after)
    ]
    return float(cost[0] - cost[1])
