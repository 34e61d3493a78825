"""The champion and who challenges it, judged: promoted, withdrawn, taken back, or waited for."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np

from luodi.improve import past
from luodi.improve.case import Case, loaded
from luodi.improve.steps import MOST_JUDGED, Step
from luodi.improve.trial import Shadow, Trial, promise_of, shadow, trial
from luodi.store.ledger.frames import Cut

MOST_SHADOWED = 5_000
PROMISING = 0.2
"""A challenger with a p-value below this is not given up for a newer one."""


def challenge_of(case: Case) -> tuple[Trial, Shadow]:
    """How the challenger does: on outcomes that it has not seen, and on live traffic."""
    challenger = loaded(case.home, case.name, case.aliases["challenger"])
    named = past.alias_since(case.home, case.name, "challenger")
    (known,) = [r for r in case.home.ledger.releases(case.name) if r.digest == challenger.digest]
    cases = case.cases()
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


def _traffic(case: Case, since: int) -> list[dict[str, Any]]:
    """The latest records that the champion was asked about since a moment."""
    held: list[str] = []
    cut = Cut(release=case.champion.digest, since=since)
    for frame in case.home.ledger.batches("predictions", cut):
        kept = frame.filter(frame["forgotten_at"].is_null())
        held = [*held, *kept["record"].to_list()][-MOST_SHADOWED:]
    return [json.loads(text) for text in held]


def taken_back(case: Case) -> Step | None:
    """Roll back a promotion of ours that did not keep its promise."""
    reign = past.reign(case.home, case.name)
    if reign.by != past.ACTOR or "previous" not in case.aliases:
        return None
    later = case.cases(reign.since)
    if not len(later):
        return None
    previous = loaded(case.home, case.name, case.aliases["previous"])
    nothing = later.take(np.zeros(len(later), bool))
    promise = promise_of(case.champion)
    tried = trial(promise, case.champion.scorer, previous.scorer, nothing, later)
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


def judged(case: Case, *, overtaken: bool) -> Step:
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
