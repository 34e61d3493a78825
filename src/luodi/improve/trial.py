"""Champion and challenger on the same outcomes, and on the same traffic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from luodi.core.promise import Promise, promised
from luodi.improve.losses import Answers, Scale, answers, knowing, losses, scale, truth_of
from luodi.improve.paired import ALPHA, Evidence, compare
from luodi.improve.recalibrate import recalibrated
from luodi.improve.returned import Returned

if TYPE_CHECKING:
    from luodi.runtime.load import Release
    from luodi.runtime.score import Scorer

Verdict = Literal["better", "worse", "rate", "open"]


@dataclass(frozen=True)
class Trial:
    """What the outcomes so far say of a challenger.

    Attributes:
        verdict: ``better``; ``worse``; ``rate`` when it beats the champion, but not yet the
            champion with its scale set right; ``open`` while nothing is decided.
        loss: What a case's loss is: ``cost``, ``brier``, ``error``, ``absolute``, ``squared``.
        against: The test against the champion as it is.
        against_recalibrated: The test against the champion with its scale set right, by the Brier
            score or the error of values; None where too little was known before.
        champion: Mean loss of the champion.
        challenger: Mean loss of the challenger.
        alpha: The chance of an error that was allowed.
    """

    verdict: Verdict
    loss: str
    against: Evidence
    against_recalibrated: Evidence | None
    champion: float
    challenger: float
    alpha: float

    def record(self) -> dict[str, Any]:
        """The trial as JSON data."""
        both = self.against_recalibrated
        return {
            "verdict": self.verdict,
            "loss": self.loss,
            "outcomes": self.against.outcomes,
            "champion": self.champion,
            "challenger": self.challenger,
            "alpha": self.alpha,
            "against": asdict(self.against) | {"p": self.against.p},
            "against_recalibrated": None if both is None else asdict(both) | {"p": both.p},
        }


def promise_of(release: Release) -> Promise:
    """What a release promised."""
    return promised(release.goal, release.codec, release.plan, release.card)


def trial(
    promise: Promise,
    champion: Scorer,
    challenger: Scorer,
    before: Returned,
    judged: Returned,
    *,
    alpha: float = ALPHA,
    margin: float = 0.0,
) -> Trial:
    """Compare two releases on outcomes that neither was trained on.

    Args:
        promise: What the champion promised.
        champion: What answers now.
        challenger: The other.
        before: Cases that came back before the challenger was made; the champion's scale may be
            set right by them.
        judged: Cases that the challenger has not seen, in the order in which they were asked.
        alpha: The chance of promoting a challenger that is no better.
        margin: Mean gain a case that a change must exceed, in the unit of the losses.
    """
    others = (*challenger.classes, *dict.fromkeys((*before.truths, *judged.truths)))
    earlier, usual = None, None
    if len(before):
        earlier = champion.score(list(before.records))
        usual = _usual(earlier.value, before.truths)
    now = champion.score(list(judged.records)) if len(judged) else None
    if usual is None and now is not None:
        usual = _usual(now.value, judged.truths)
    measure = scale(promise, others if promise.goal == "classify" else (), usual)
    if now is None:
        return _trial(measure, np.zeros(0), np.zeros(0), None, alpha, margin)
    truth = truth_of(measure, judged.truths)
    held = answers(measure, champion.classes, now)
    theirs = answers(measure, challenger.classes, challenger.score(list(judged.records)))
    mine, other = losses(measure, held, truth), losses(measure, theirs, truth)
    right: Answers | None = None
    if earlier is not None:
        first = answers(measure, champion.classes, earlier)
        right = recalibrated(measure, first, truth_of(measure, before.truths), held)
    known = None
    if right is not None:
        bare = knowing(measure)
        known = compare(
            losses(bare, right, truth), losses(bare, theirs, truth), bare.span, alpha=alpha
        )
    return _trial(measure, mine, other, known, alpha, margin)


def _usual(values: np.ndarray | None, truths: Sequence[str]) -> float | None:
    if values is None or not len(truths):
        return None
    return float(np.median(np.abs(values - np.array([float(text) for text in truths]))))


def _trial(
    measure: Scale,
    mine: np.ndarray,
    other: np.ndarray,
    both: Evidence | None,
    alpha: float,
    margin: float,
) -> Trial:
    against = compare(mine, other, measure.span, alpha=alpha, margin=margin)
    verdict: Verdict = "open"
    if against.decided == "worse":
        verdict = "worse"
    elif against.decided == "better":
        verdict = "better" if both is None or both.decided == "better" else "rate"
    means = [float(one.mean()) if len(one) else 0.0 for one in (mine, other)]
    return Trial(verdict, measure.kind, against, both, means[0], means[1], alpha)


@dataclass(frozen=True)
class Shadow:
    """A challenger on live traffic: what it would have answered, truth or no truth.

    Attributes:
        answers: How many answers were looked at.
        changed: How many decisions would have been others; of values, how many would differ by
            more than the champion's usual error.
        reviews: How many it would have sent to a person.
        reviews_now: How many the champion sent.
    """

    answers: int = 0
    changed: int = 0
    reviews: int = 0
    reviews_now: int = 0

    def record(self) -> dict[str, Any]:
        """As JSON data."""
        return asdict(self)


def shadow(champion: Release, challenger: Release, records: Sequence[Mapping[str, Any]]) -> Shadow:
    """What the challenger would have answered to records of service.

    A release is data that answers the same everywhere, so the records in the ledger are shadow
    traffic: nothing runs beside the server, and no answer waits for it.
    """
    if not records:
        return Shadow()
    now, then = champion.score(list(records)), challenger.score(list(records))
    if now.value is not None and then.value is not None:
        usual = promise_of(champion).value or 0.0
        changed = np.abs(now.value - then.value) > abs(usual)
    else:
        mine = np.array(champion.scorer.classes, object)[now.decision]
        changed = mine != np.array(challenger.scorer.classes, object)[then.decision]
    counts = (len(records), changed.sum(), then.review.sum(), now.review.sum())
    return Shadow(*(int(count) for count in counts))
