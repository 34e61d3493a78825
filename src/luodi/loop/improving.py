"""The way back: what came true becomes training records, and a challenger."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from luodi.core.errors import LuodiError
from luodi.core.events import Listener, silent
from luodi.core.task import Task
from luodi.loop.making import made
from luodi.loop.pipeline import TaskLike, examined, refuse_errors
from luodi.modalities import modality

if TYPE_CHECKING:
    from luodi.core.modality import Modality
    from luodi.core.task import Improve
    from luodi.core.values import Dataset, Parts
    from luodi.improve.case import Case, Watch
    from luodi.improve.returned import Returned
    from luodi.improve.round import Trained
    from luodi.improve.steps import Step
    from luodi.improve.window import Memory
    from luodi.runtime.load import Release
    from luodi.store.home import Home
    from luodi.store.lock import Lock

JUDGING = 0.3
"""Share of what came back last that no challenger learns from, for it is judged by it; but never
more than half of the new truths that call for training again: the newest teach the most, and more
outcomes come."""


def improve(
    task: TaskLike,
    home: str | Path | Home = ".",
    *,
    again: bool = False,
    now: int | None = None,
    listener: Listener = silent,
) -> list[Step]:
    """One round of improving a task: take back, judge, promote, train again.

    Args:
        task: The task.
        home: The home that serves it.
        again: Train again although nothing calls for it.
        now: This moment, in microseconds since 1970 in UTC.
        listener: Told of stages and progress.

    Returns:
        What was done and what is waited for, in order.

    Raises:
        LuodiError: ``improve.*``, ``home.*``, ``ledger.*``, ``task.*``, ``read.*``, ``build.*``.
    """
    from luodi.store.home import Home as Opened

    contract = Task.load(task)
    if isinstance(home, Opened):
        with _alone(home, contract.name):
            return _round(contract, home, again, now, listener)
    with Opened.open(Path(home)) as opened, _alone(opened, contract.name):
        return _round(contract, opened, again, now, listener)


def _alone(home: Home, name: str) -> Lock:
    """One round of a task at a time, in whatever process."""
    from luodi.store.lock import Lock

    return Lock(home.folder / f"improve-{name}.lock")


def _round(task: Task, home: Home, again: bool, now: int | None, listener: Listener) -> list[Step]:
    from luodi.improve import round as rounds

    case = standing(home, task.name, task.improve, now)

    def train(champion: Release, cases: Returned) -> Trained:
        source = _source(home, task.name, champion)
        return trained(task, champion, cases, source, case.watch.now, listener)

    return rounds.improve(case, train, asked=again)


def _source(home: Home, name: str, champion: Release) -> str | None:
    """Digest of the task's own records, as the champion's training read them."""
    from luodi.improve.past import known_release

    made = known_release(home, name, champion.digest).about.get("improve") or {}
    found = made.get("source") or (champion.provenance.get("data") or {}).get("train")
    return None if found is None else str(found)


def standing(home: Home, name: str, rules: Improve, now: int | None = None) -> Case:
    """A task in a home with what watching says of it.

    Raises:
        LuodiError: ``improve.no_champion``.
    """
    from luodi.improve import case

    return case.found(home, name, rules, _watched(home, name, rules, now))


def _watched(home: Home, name: str, rules: Improve, now: int | None) -> Watch:
    """What watching says: up to when truths have come, and whether the promise holds."""
    from luodi.improve.case import Watch
    from luodi.monitor import rounds
    from luodi.monitor.intake import watched
    from luodi.monitor.quality import worse
    from luodi.monitor.settled import broken_spans, settled_until
    from luodi.monitor.told import before
    from luodi.store.ledger.clock import now_us

    moment = now_us() if now is None else now
    digest = home.ledger.aliases(name).get("champion")
    if digest is None:
        raise LuodiError("improve.no_champion", name=name)
    until = settled_until(home, name, moment, rules.delay)
    one = watched(home, name, digest)
    pace = rounds.Pace(delay_s=rules.delay)
    live, _, _ = rounds.quality(home, one, pace, moment)
    broken = worse(one.promise, live, pace.budget.for_quality(pace.window_s))
    faults = broken_spans(home, name)
    alarm = before(rounds.history(home, digest), one.since).alarm
    if alarm is None:
        return Watch(moment, until, broken, faults=faults)
    return Watch(moment, until, broken, str(alarm["code"]), int(alarm["since"]), faults)


def challenge(home: Home, name: str, now: int | None = None) -> dict[str, Any] | None:
    """How the challenger of a task does; None where there is none.

    Args:
        home: The home.
        name: The task.
        now: This moment, in microseconds.

    Returns:
        JSON data: ``trial`` (on outcomes that it has not seen) and ``shadow`` (on live traffic); or
        ``error``, where its file cannot be read.
    """
    from luodi.core.task import Improve
    from luodi.improve.judging import challenge_of

    case = standing(home, name, Improve(), now)
    if "challenger" not in case.aliases:
        return None
    try:
        trial, shadow = challenge_of(case)
    except LuodiError as error:
        return {"error": error.record()}
    return {"trial": trial.record(), "shadow": shadow.record()}


def trained(
    task: Task,
    champion: Release,
    cases: Returned,
    source: str | None,
    now: int,
    listener: Listener = silent,
) -> Trained:
    """The champion's recipe on old and new records, judged by the task's gates.

    Where that fails a gate, recipes are searched for anew, once.

    Args:
        task: The task.
        champion: The release whose plan is repeated.
        cases: What came back, in the order in which it was asked.
        source: Digest of the task's own records that the champion, or the first one before it,
            learned from; None where that is not known.
        now: This moment, in microseconds.
        listener: Told of stages and progress.

    Raises:
        LuodiError: ``read.*``, ``data.*``, ``build.findings``.
    """
    from luodi.improve.round import Trained as Done
    from luodi.improve.window import ALL, chosen

    kind = modality(task.data.modality)
    parts, findings = examined(task, listener)
    refuse_errors(findings)
    learned, judging, cut = _halves(cases, task.improve.outcomes // 2)
    if source not in (None, parts.train.digest):
        # its own records have changed: they may hold what came true, so nothing that is known
        # already may judge
        grown, memory, scores = parts, ALL, {}
        cut = max(now, int(cases.at[-1]) + 1)
    else:
        new = _laid(parts.train, cases.take(learned), task)
        amount = chosen(parts.train, new, task, kind, parts.by, listener)
        memory, scores = amount.memory, dict(amount.scores)
        judged = _laid(parts.train, cases.take(judging), task)
        grown = _grown(parts, new, judged, memory, task)
    done, searched = made(grown, findings, task, recorded=champion.plan, listener=listener), False
    if done.packed is None:
        # what suited the old world may not suit this one: a new search, as for a first build
        done, searched = made(grown, findings, task, listener=listener), True
    failed = [gate.name for gate in done.verdict.gates if not gate.passed]
    facts: Mapping[str, Any] = {
        "memories": scores, "judged_by": len(judging), "searched": searched,
    }  # fmt: skip
    records = len(grown.train)
    return Done(done.packed, cut, records, memory.name, parts.train.digest, failed, facts)


def _halves(cases: Returned, most: int) -> tuple[np.ndarray, np.ndarray, int]:
    """Row numbers to learn from, the newest to judge by, and the moment that parts them.

    One moment is never on both sides; where all are of one, later ones will judge.
    """
    count = max(1, min(round(len(cases) * JUDGING), most))
    cut = int(cases.at[len(cases) - count])
    if cut == int(cases.at[0]):
        cut = int(cases.at[-1]) + 1
    return np.flatnonzero(cases.at < cut), np.flatnonzero(cases.at >= cut), cut


def _laid(like: Dataset, cases: Returned, task: Task) -> Dataset:
    kind, moments = modality(task.data.modality), cases.at.tolist()
    return kind.returned(like, cases.records, cases.truths, moments, task)


def _grown(parts: Parts, new: Dataset, judging: Dataset, memory: Memory, task: Task) -> Parts:
    """The old parts with the new records: the same holdout, and the newest that came back.

    Of the holdout as much is kept as of the records for training: where those teach what is no
    longer so, it would judge by what is no longer so.
    """
    from luodi import data
    from luodi.improve.window import ALL, kept, learnable

    kind, seed = modality(task.data.modality), task.split.seed
    train = kept(memory, parts.train, new, kind, seed)
    own = replace(memory, back=1.0) if learnable(judging) else ALL
    holdout = _unknown(_without_groups(parts.holdout, new, task), new, kind)
    judging = _unknown(judging, new, kind)
    return data.recut(train, kept(own, holdout, judging, kind, seed), task)


def _unknown(holdout: Dataset, new: Dataset, kind: Modality) -> Dataset:
    """The holdout without what came back as well: somebody tried the service with it."""
    return replace(holdout, table=holdout.table.filter(~kind.known(new, holdout)))


def _without_groups(holdout: Dataset, new: Dataset, task: Task) -> Dataset:
    """The holdout without the groups that came back: they are learned from now."""
    group = task.data.group
    if group is None or group not in new.table.columns:
        return holdout
    known = new.table[group].unique().drop_nulls().implode()
    return replace(holdout, table=holdout.table.filter(~holdout.table[group].is_in(known)))
