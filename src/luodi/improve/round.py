"""One round of improving: take back, judge, promote, train again; each step with its reason."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from luodi.core.errors import LuodiError
from luodi.improve import past, trigger
from luodi.improve.case import Case
from luodi.improve.echo import echoed
from luodi.improve.judging import judged, taken_back
from luodi.improve.returned import Returned
from luodi.improve.steps import Step
from luodi.runtime.load import Release, load


@dataclass(frozen=True)
class Trained:
    """What training again came to.

    Attributes:
        packed: The release; None when a gate failed.
        cut: From this moment on it has not seen what was asked, in microseconds.
        records: How many records it learned from.
        memory: How much of the old records it kept.
        source: Digest of the task's own records for training, as they were read.
        failed: Names of the gates that failed.
        facts: What else the audit should know, JSON data.
    """

    packed: bytes | None
    cut: int
    records: int
    memory: str
    source: str
    failed: Sequence[str] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)


Train = Callable[[Release, Returned], Trained]


def improve(case: Case, train: Train, *, asked: bool = False) -> list[Step]:
    """One round: what was done, and what is waited for.

    Args:
        case: The task as it stands.
        train: Trains again on what came back.
        asked: Whether to train again although nothing calls for it.

    Raises:
        LuodiError: ``improve.nothing_new`` when it was asked for and nothing came back; what
            training and the ledger raise.
    """
    back = taken_back(case)
    if back is not None:
        return [back]
    standing = standing_of(case)
    why = trigger.due(case.rules, standing, asked=asked)
    steps: list[Step] = []
    if "challenger" in case.aliases:
        step = judged(case, overtaken=_is_overtaken(case, standing, why))
        if step.kind != "withdrawn":
            return [step]
        steps.append(step)
    if asked and why is None:
        wanted = trigger.FEWEST
        raise LuodiError("improve.nothing_new", name=case.name, fresh=standing.fresh, wanted=wanted)
    if why is None:
        return [*steps, Step("idle", {"name": case.name, **trigger.waiting(case.rules, standing)})]
    return [*steps, *_again(case, train, why, standing)]


def _is_overtaken(case: Case, standing: trigger.Standing, why: str | None) -> bool:
    """Whether there is so much news that another challenger should be made of it.

    A challenger needs time to be judged; a reason that comes back every day must not take it away.
    """
    return why == "asked" or (why is not None and standing.fresh >= 2 * case.rules.outcomes)


def standing_of(case: Case) -> trigger.Standing:
    """What speaks for training again."""
    last = past.last_training(case.home, case.name)
    since = past.alias_since(case.home, case.name, "champion")
    return trigger.Standing(
        now=case.watch.now,
        known=case.known,
        used=0 if last is None else last.known,
        since=since if last is None else max(last.at, since),
        alarm=case.watch.alarm,
        alarm_since=case.watch.alarm_since,
    )


def _again(case: Case, train: Train, why: str, standing: trigger.Standing) -> list[Step]:
    """Train again, and let what passes every gate challenge the champion."""
    cases = case.cases()
    whole = case.whole(cases)
    if len(whole) < trigger.FEWEST:
        return [Step("faulty", {"name": case.name, "fresh": standing.fresh})]
    echo = echoed(case.champion, cases)
    if echo is not None:
        facts = {"name": case.name, "count": len(cases), "p": echo}
        past.noted(case.home, case.name, case.champion.digest, case.known, facts)
        return [Step("echo", facts)]
    try:
        done = train(case.champion, whole)
    except Exception as error:
        # so that the same is not tried again at every round, until more truths have come
        code = error.code if isinstance(error, LuodiError) else type(error).__name__
        failed = {"name": case.name, "why": why, "error": code}
        past.noted(case.home, case.name, case.champion.digest, case.known, failed)
        raise
    told = {
        "name": case.name,
        "why": why,
        "fresh": standing.fresh,
        "trained": done.records,
        "memory": done.memory,
        **done.facts,
    }
    if done.packed is None:
        gates = ", ".join(done.failed)
        failed = {**told, "count": len(done.failed), "gates": gates}
        past.noted(case.home, case.name, case.champion.digest, case.known, failed)
        return [Step("failed", failed)]
    release = load(done.packed)
    about = {
        "goal": release.goal,
        "signer": release.signer.fingerprint,
        "bytes": len(done.packed),
        "improve": {
            "cut": done.cut,
            "parent": case.champion.digest,
            "memory": done.memory,
            "source": done.source,
        },
    }
    case.home.add(done.packed, release.digest, case.name, about)
    facts = {**told, "digest": release.digest[:19], "release": release.digest}
    # first the challenger: a round that is stopped between the two only trains once more
    aliases = case.home.ledger.challenge(case.name, release.digest, past.because(why, facts))
    past.noted(case.home, case.name, release.digest, case.known, facts)
    steps = [Step("trained", facts)]
    if "challenger" in aliases:
        steps.append(judged(replace(case, aliases=aliases), overtaken=False))
    return steps
