"""The champion and who challenges it, judged: promoted, withdrawn, taken back, or waited for."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from luodi.core.errors import LuodiError
from luodi.improve import past
from luodi.improve.case import Case, loaded
from luodi.improve.paired import ALPHA, compare
from luodi.improve.steps import MOST_JUDGED, Kind, Step
from luodi.improve.trial import Shadow, Trial, promise_of, shadow, trial
from luodi.store.ledger.frames import Cut

FEWEST = 50
MOST_SHADOWED = 5_000
NOTHING = Trial("open", "cost", compare(np.zeros(0), np.zeros(0), 1.0), None, 0.0, 0.0, ALPHA)
PROMISING = 0.2
"""A challenger with a p-value below this is not given up for a newer one."""


def challenge_of(case: Case) -> tuple[Trial, Shadow]:
    """How the challenger does: on outcomes that it has not seen, and on live traffic."""
    challenger = loaded(case.home, case.name, case.aliases["challenger"])
    named = past.alias_since(case.home, case.name, "challenger")
    known = past.known_release(case.home, case.name, challenger.digest)
    cases = case.cases().by_arrival()
    unseen = cases.at >= past.cut_of(known, named)
    tried = trial(
        promise_of(case.champion),
        case.champion.scorer,
        challenger.scorer,
        cases.take(~unseen),
        cases.take(unseen),
        margin=case.rules.gain,
    )
    return tried, shadow(case.champion, challenger, _traffic(case, named))


def _traffic(case: Case, since: int) -> Iterator[list[dict[str, Any]]]:
    """The latest records that the champion was asked about since a moment, in parts.

    First their moments are read, for records may be images of which memory holds only some.
    """
    batches, digest = case.home.ledger.batches, case.champion.digest
    asked: list[int] = []
    for frame in batches("predictions", Cut(release=digest, since=since), ("at", "forgotten_at")):
        kept = frame.filter(frame["forgotten_at"].is_null())
        asked = [*asked, *kept["at"].dt.epoch("us").to_list()][-MOST_SHADOWED:]
    if not asked:
        return
    latest = Cut(release=digest, since=asked[0])
    for frame in batches("predictions", latest, ("record", "forgotten_at")):
        kept = frame.filter(frame["forgotten_at"].is_null())
        yield [json.loads(text) for text in kept["record"].to_list()]


def taken_back(case: Case) -> Step | None:
    """Roll back a promoted challenger that did not keep its promise.

    Only to the release that it was made from: what was rolled back is not rolled back again.
    """
    known = past.known_release(case.home, case.name, case.champion.digest)
    made = known.about.get("improve") or {}
    before = case.aliases.get("previous")
    if before is None or made.get("parent") != before:
        return None
    since = past.alias_since(case.home, case.name, "champion")
    later = case.cases(since).by_arrival()
    if len(later) < FEWEST:
        return None
    previous = loaded(case.home, case.name, before)
    nothing = later.take(np.zeros(len(later), bool))
    promise = promise_of(case.champion)
    tried = trial(promise, case.champion.scorer, previous.scorer, nothing, later)
    broken = case.watch.broken and tried.against.gain > 0 and tried.against.p < PROMISING
    if tried.verdict != "better" and not broken:
        return None
    why = "previous_better" if tried.verdict == "better" else "promise_broken"
    facts = _facts(case, before, tried) | {
        "why": why,
        "champion": tried.challenger,
        "challenger": tried.champion,
        "replaced": case.champion.digest[:19],
        "challenger_digest": case.champion.digest,
    }
    if case.rules.promote == "manual":
        past.noted_once(case.home, past.ASKED, before, facts)
        return Step("regret", facts)
    case.home.ledger.roll_back(case.name, past.because(why, facts), case.champion.digest)
    return Step("rolled_back", facts)


def judged(case: Case, *, overtaken: bool) -> Step:
    """Promote the challenger, withdraw it, or wait for more outcomes."""
    digest = case.aliases["challenger"]
    try:
        tried, seen = challenge_of(case)
    except LuodiError as error:
        if not error.code.startswith(("store.", "release.")):
            raise
        return _withdrawn(case, _facts(case, digest, NOTHING), "unreadable")
    facts = _facts(case, digest, tried) | {
        "shadow_answers": seen.answers,
        "shadow_changed": seen.changed,
    }
    if tried.verdict == "better" and case.rules.promote == "auto":
        reason = past.because(past.PAYS, facts)
        case.home.ledger.promote(case.name, digest, reason, case.champion.digest)
        return Step("promoted", facts)
    why = _hopeless(case, tried, overtaken)
    if why is not None:
        return _withdrawn(case, facts, why)
    if tried.verdict in ("better", "rate"):
        past.noted_once(case.home, past.ASKED, digest, facts)
    kinds: dict[str, Kind] = {"better": "won", "rate": "rate"}
    return Step(kinds.get(tried.verdict, "judging"), facts)


def _withdrawn(case: Case, facts: dict[str, Any], why: str) -> Step:
    told = {**facts, "why": why}
    case.home.ledger.challenge(case.name, None, past.because(why, told))
    return Step("withdrawn", told)


def _hopeless(case: Case, tried: Trial, overtaken: bool) -> str | None:
    """Why to judge a challenger no longer; None to go on."""
    if tried.verdict in ("worse", "blind"):
        return tried.verdict
    if tried.verdict == "better":
        return None
    if tried.against.outcomes >= MOST_JUDGED or tried.against.high <= case.rules.gain:
        return "no_gain"
    both = tried.against_recalibrated
    promising = max(tried.against.p, 0.0 if both is None else both.p) < PROMISING
    return "overtaken" if overtaken and not promising else None


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
