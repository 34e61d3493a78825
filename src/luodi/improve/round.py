"""One round of improving: take back, judge, promote, train again; each step with its reason."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from luodi.core.errors import LuodiError
from luodi.improve import past, trigger
from luodi.improve.echo import echoed
from luodi.improve.returned import Returned, returned
from luodi.improve.steps import MOST_JUDGED, Step
from luodi.improve.trial import Shadow, Trial, shadow, trial
from luodi.runtime.load import Release, load
from luodi.store.ledger.frames import Cut

if TYPE_CHECKING:
    from luodi.core.task import Improve
    from luodi.store.home import Home
    from luodi.store.ledger.rows import Alias

MOST_SHADOWED = 5_000
_DAY_US = 86_400_000_000


@dataclass(frozen=True)
class Watch:
    """What watching has to say before a round.

    Attributes:
        now: This moment, in microseconds.
        until: Up to this moment the truths of answers have come.
        broken: Whether the champion's live figure is worse than it promised, beyond chance.
        alarm: Code of the alarm that is open; None when none is.
        alarm_since: When it was raised.
    """

    now: int
    until: int
    broken: bool = False
    alarm: str | None = None
    alarm_since: int | None = None


@dataclass(frozen=True)
class Trained:
    """What training again came to.

    Attributes:
        packed: The release; None when a gate failed.
        cut: From this moment on it has not seen what was asked, in microseconds.
        records: How many records it learned from.
        memory: How much of the old records it kept.
        failed: Names of the gates that failed.
        facts: What else the audit should know, JSON data.
    """

    packed: bytes | None
    cut: int
    records: int
    memory: str
    failed: Sequence[str] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)


Train = Callable[[Release, Returned], Trained]


@dataclass(frozen=True)
class Case:
    """A task in a home, as a round finds it.

    Attributes:
        home: The home.
        name: The task.
        rules: Its ``improve`` part.
        watch: What watching says.
        champion: The release in use.
        aliases: What each alias stands for.
        cases: What came back, and is old enough.
    """

    home: Home
    name: str
    rules: Improve
    watch: Watch
    champion: Release
    aliases: Mapping[Alias, str]
    cases: Returned


def found(home: Home, name: str, rules: Improve, watch: Watch) -> Case:
    """A task as it stands.

    Raises:
        LuodiError: ``improve.no_champion``; ``release.*`` when the champion's file is not whole.
    """
    aliases = home.ledger.aliases(name)
    if "champion" not in aliases:
        raise LuodiError("improve.no_champion", name=name)
    champion = loaded(home, name, aliases["champion"])
    return Case(home, name, rules, watch, champion, aliases, returned(home, name, watch.until))


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
    back = _taken_back(case)
    if back is not None:
        return [back]
    standing = standing_of(case)
    why = trigger.due(case.rules, standing, asked=asked)
    steps: list[Step] = []
    if "challenger" in case.aliases:
        step = _judged(case, overtaken=why in ("asked", "alarm"))
        if step.kind != "withdrawn":
            return [step]
        steps.append(step)
    if asked and why is None:
        wanted = trigger.FEWEST
        raise LuodiError("improve.nothing_new", name=case.name, fresh=standing.fresh, wanted=wanted)
    if why is None:
        return [*steps, Step("idle", {"name": case.name, **trigger.waiting(case.rules, standing)})]
    return [*steps, *_again(case, train, why, standing)]


def loaded(home: Home, name: str, digest: str) -> Release:
    """A release of a home, ready to answer.

    Raises:
        LuodiError: ``release.*``.
    """
    (known,) = [one for one in home.ledger.releases(name) if one.digest == digest]
    return load(home.blobs.get(known.blob))


def standing_of(case: Case) -> trigger.Standing:
    """What speaks for training again."""
    last = past.last_training(case.home, case.name)
    since = past.reign(case.home, case.name).since
    return trigger.Standing(
        now=case.watch.now,
        known=len(case.cases),
        used=0 if last is None else last.known,
        since=since if last is None else max(last.at, since),
        alarm=case.watch.alarm,
        alarm_since=case.watch.alarm_since,
    )


def challenge_of(case: Case) -> tuple[Trial, Shadow]:
    """How the challenger does: on outcomes that it has not seen, and on live traffic."""
    challenger = loaded(case.home, case.name, case.aliases["challenger"])
    named = past.alias_since(case.home, case.name, "challenger")
    (known,) = [r for r in case.home.ledger.releases(case.name) if r.digest == challenger.digest]
    unseen = case.cases.at >= past.cut_of(known, named)
    number = max(1, past.reign(case.home, case.name).challenges)
    tried = trial(
        case.champion,
        challenger,
        case.cases.take(~unseen),
        case.cases.take(unseen),
        alpha=past.alpha_of(number),
        margin=case.rules.gain,
    )
    return tried, shadow(case.champion, challenger, _traffic(case, named))


def _traffic(case: Case, since: int) -> list[dict[str, Any]]:
    """The latest records that the champion was asked about since a moment."""
    import json

    held: list[str] = []
    cut = Cut(release=case.champion.digest, since=since)
    for frame in case.home.ledger.batches("predictions", cut):
        kept = frame.filter(frame["forgotten_at"].is_null())
        held = [*held, *kept["record"].to_list()][-MOST_SHADOWED:]
    return [json.loads(text) for text in held]


def _taken_back(case: Case) -> Step | None:
    """Roll back a promotion of ours that did not keep its promise."""
    reign = past.reign(case.home, case.name)
    if reign.by != past.ACTOR or "previous" not in case.aliases:
        return None
    later = case.cases.take(case.cases.at >= reign.since)
    if not len(later):
        return None
    previous = loaded(case.home, case.name, case.aliases["previous"])
    nothing = case.cases.take(np.zeros(len(case.cases), bool))
    tried = trial(case.champion, previous, nothing, later)
    broken = case.watch.broken and tried.challenger < tried.champion
    if tried.verdict != "better" and not broken:
        return None
    why = "previous_better" if tried.verdict == "better" else "promise_broken"
    facts = _facts(case, previous.digest, tried) | {
        "why": why,
        "champion": tried.challenger,
        "challenger": tried.champion,
        "replaced": case.champion.digest,
    }
    case.home.ledger.roll_back(case.name, past.because(why, facts))
    return Step("rolled_back", facts)


def _judged(case: Case, *, overtaken: bool) -> Step:
    """Promote the challenger, withdraw it, or wait for more outcomes."""
    tried, seen = challenge_of(case)
    digest = case.aliases["challenger"]
    facts = _facts(case, digest, tried) | {
        "shadow_answers": seen.answers,
        "shadow_changed": seen.changed,
    }
    if tried.verdict == "better":
        if case.rules.promote == "manual":
            return Step("won", facts)
        case.home.ledger.promote(case.name, digest, past.because("it pays", facts))
        return Step("promoted", facts)
    why = _hopeless(case, tried, overtaken)
    if why is not None:
        told = {**facts, "why": why}
        case.home.ledger.challenge(case.name, None, past.because(why, told))
        return Step("withdrawn", told)
    return Step("rate" if tried.verdict == "rate" else "judging", facts)


def _hopeless(case: Case, tried: Trial, overtaken: bool) -> str | None:
    """Why to judge a challenger no longer; None to go on."""
    if tried.verdict == "worse":
        return "worse"
    if tried.against.outcomes >= MOST_JUDGED or tried.against.high <= case.rules.gain:
        return "no_gain"
    return "overtaken" if overtaken else None


def _again(case: Case, train: Train, why: str, standing: trigger.Standing) -> list[Step]:
    """Train again, and let what passes every gate challenge the champion."""
    echo = echoed(case.champion, case.cases)
    if echo is not None:
        facts = {"name": case.name, "count": len(case.cases), "p": echo}
        past.noted(case.home, case.name, case.champion.digest, len(case.cases), facts)
        return [Step("echo", facts)]
    done = train(case.champion, case.cases)
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
        past.noted(case.home, case.name, case.champion.digest, len(case.cases), failed)
        return [Step("failed", failed)]
    release = load(done.packed)
    about = {
        "goal": release.goal,
        "signer": release.signer.fingerprint,
        "bytes": len(done.packed),
        "improve": {"cut": done.cut, "parent": case.champion.digest, "memory": done.memory},
    }
    case.home.add(done.packed, release.digest, case.name, about)
    facts = {**told, "digest": release.digest[:19], "release": release.digest}
    past.noted(case.home, case.name, release.digest, len(case.cases), facts)
    aliases = case.home.ledger.challenge(case.name, release.digest, past.because(why, facts))
    steps = [Step("trained", facts)]
    if "challenger" in aliases:
        grown = Case(
            case.home, case.name, case.rules, case.watch, case.champion, aliases, case.cases
        )
        steps.append(_judged(grown, overtaken=False))
    return steps


def _facts(case: Case, digest: str, tried: Trial) -> dict[str, Any]:
    """The numbers of a trial, for texts and for the audit."""
    against = tried.against
    capital = tried.record()["against_recalibrated"]
    return {
        "name": case.name,
        "digest": digest[:19],
        "release": digest,
        "outcomes": against.outcomes,
        "loss": tried.loss,
        "champion": tried.champion,
        "challenger": tried.challenger,
        "gain": against.gain,
        "low": against.low,
        "high": against.high,
        "p": against.p if math.isfinite(against.p) else 1.0,
        "p_recalibrated": None if capital is None else capital["p"],
        "alpha": tried.alpha,
    }
