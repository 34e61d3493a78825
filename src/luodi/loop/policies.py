"""Ways to keep a model right: what is trained when, and what takes over."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from luodi.core.task import Task
from luodi.loop.making import made, refitted
from luodi.modalities import modality
from luodi.runtime.load import load
from luodi.runtime.score import Scorer

if TYPE_CHECKING:
    from luodi.core.values import Finding, Parts
    from luodi.improve.returned import Returned
    from luodi.runtime.load import Release
    from luodi.store.home import Home

Name = Literal["never", "always", "alarm", "luodi"]
POLICIES: tuple[Name, ...] = ("never", "always", "alarm", "luodi")
LEAST = 50
QUESTIONS = ("rate", "won", "regret")
"""Steps after which a person has to say what is to be done."""


@dataclass
class Service:
    """A model in use on a replayed stream. It is an object because what is in use changes.

    Attributes:
        task: The task.
        parts: The task's own records, cut.
        findings: What the check said of them.
        home: The home that keeps answers and truths.
        champion: The release that the stream began with; its recipe is repeated.
        delay_s: How long truths take.
        step_s: Length of a period.
        used: What answers now.
        trainings: How often was trained.
        alarms: How many alarms began.
        asked: The releases that a person was asked about.
        changes: When which release took over: moment, how, what answered before, and after.
    """

    task: Task
    parts: Parts
    findings: tuple[Finding, ...]
    home: Home
    champion: Release
    delay_s: float
    step_s: float
    used: Scorer
    trainings: int = 0
    alarms: int = 0
    asked: set[str] = field(default_factory=set)
    changes: list[tuple[int, str, Scorer, Scorer]] = field(default_factory=list)

    def take(self, scorer: Scorer, now: int, how: str) -> None:
        """Let another scorer answer from now on."""
        self.changes.append((now, how, self.used, scorer))
        self.used = scorer


def act(name: Name, service: Service, now: int) -> None:
    """What a policy does at the end of a period.

    Args:
        name: The policy.
        service: What it keeps right.
        now: This moment, in microseconds.
    """
    {"never": _never, "always": _always, "alarm": _alarm, "luodi": _luodi}[name](service, now)


def _never(service: Service, now: int) -> None:
    """Build once and look away."""


def _always(service: Service, now: int) -> None:
    """Train on everything after every period; the newest takes over unasked."""
    cases = _back(service, now)
    if len(cases) < LEAST:
        return
    artifact = refitted(_grown(service, cases), service.task, service.champion.plan)
    service.trainings += 1
    service.take(Scorer(artifact.model, artifact.codec), now, "replaced")


def _alarm(service: Service, now: int) -> None:
    """Watch; when something is wrong, train on everything and let it take over unasked."""
    if not _watch(service, now):
        return
    cases = _back(service, now)
    if len(cases) < LEAST:
        return
    done = made(
        _grown(service, cases), service.findings, service.task,
        recorded=service.champion.plan, force=True,
    )  # fmt: skip
    assert done.packed is not None
    from luodi.improve.past import because

    release = load(done.packed)
    service.trainings += 1
    service.home.add(done.packed, release.digest, service.task.name, {})
    service.home.ledger.promote(service.task.name, release.digest, because("alarm", {}))
    service.take(release.scorer, now, "replaced")


def _luodi(service: Service, now: int) -> None:
    """Watch, train for a reason, and let it take over only when it pays."""
    from luodi.loop.improving import improve

    _watch(service, now)
    how = {"promoted": "promoted", "rolled_back": "rolled_back"}
    for step in improve(service.task, service.home, now=now):
        service.trainings += step.kind in ("trained", "failed")
        if step.kind in QUESTIONS:
            service.asked.add(str(step.facts["release"]))
        if step.kind in how:
            _switch(service, now, how[step.kind])


def _switch(service: Service, now: int, how: str) -> None:
    from luodi.improve.case import loaded

    name = service.task.name
    digest = service.home.ledger.aliases(name)["champion"]
    service.take(loaded(service.home, name, digest).scorer, now, how)


def _watch(service: Service, now: int) -> bool:
    """One round of watching; whether an alarm began."""
    from luodi.monitor import rounds
    from luodi.monitor.alarms import OVER

    name = service.task.name
    pace = rounds.Pace(service.step_s, service.delay_s)
    digest = service.home.ledger.aliases(name)["champion"]
    raised = [one.code for one in rounds.once(service.home, name, digest, pace, now).raised]
    began = sum(code != OVER for code in raised)
    service.alarms += began
    return began > 0


def _back(service: Service, now: int) -> Returned:
    from luodi.improve.returned import returned

    return returned(service.home, service.task.name, now - int(service.delay_s * 1e6))


def _grown(service: Service, cases: Returned) -> Parts:
    """The task's own records, and all that came back."""
    from luodi import data

    kind, parts = modality(service.task.data.modality), service.parts
    moments: Any = cases.at.tolist()
    new = kind.returned(parts.train, cases.records, cases.truths, moments, service.task)
    return data.recut(kind.joined([parts.train, new]), parts.holdout, service.task)
