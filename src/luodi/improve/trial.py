"""Champion and challenger on the same outcomes, and on the same traffic."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from luodi.core.promise import Promise, promised
from luodi.improve.losses import (
    Answers,
    Scale,
    answers,
    knowing,
    losses,
    most_error,
    scale,
    truth_of,
    whole,
)
from luodi.improve.paired import ALPHA, Evidence, compare
from luodi.improve.recalibrate import FEWEST, enough, recalibrated
from luodi.improve.returned import Returned, joined

if TYPE_CHECKING:
    from luodi.runtime.load import Release
    from luodi.runtime.score import Scorer

Verdict = Literal["better", "worse", "blind", "rate", "open"]


@dataclass(frozen=True)
class Trial:
    """What the outcomes so far say of a challenger.

    Attributes:
        verdict: ``better``; ``worse``; ``rate`` when it beats the champion, but not yet the
            champion with its scale set right; ``blind`` when it knows less of the cases than that;
            ``open`` while nothing is decided.
        loss: What a case's loss is: ``cost``, ``brier``, ``error``, ``absolute``, ``squared``.
        against: The test against the champion as it is.
        against_recalibrated: The test against the champion with its scale set right, by the Brier
            score or the error of values; None where too little was known before.
        champion: Mean loss of the champion; after a win by values, with no error cut.
        challenger: Mean loss of the challenger, alike.
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
        judged: Cases that the challenger has not seen, in the order in which their truths came.
        alpha: The chance of promoting a challenger that is no better.
        margin: Mean gain a case that a change must exceed, in the unit of the losses.
    """
    every = joined(before, judged)
    start = len(before)
    others = (*challenger.classes, *dict.fromkeys(every.truths))
    said = None if not len(every) else champion.score(list(every.records))
    most = None if said is None else _most(said.value, every.truths, start)
    measure = scale(promise, others if promise.goal == "classify" else (), most)
    if said is None or not len(judged):
        return _trial(measure, np.zeros(0), np.zeros(0), None, alpha, margin)
    truth, known = truth_of(measure, every.truths), answers(measure, champion.classes, said)
    theirs = answers(measure, challenger.classes, challenger.score(list(judged.records)))
    held, came = known.take(np.arange(start, len(every))), truth[start:]
    mine, other = losses(measure, held, came), losses(measure, theirs, came)
    both = _against_recalibrated(measure, known, theirs, truth, start, alpha)
    seen = _trial(measure, mine, other, both, alpha, margin)
    if measure.costs is not None or seen.verdict != "better":
        return seen
    return _with_tails(seen, *whole(measure, held, theirs, came))


def _against_recalibrated(
    measure: Scale,
    known: Answers,
    theirs: Answers,
    truth: np.ndarray,
    start: int,
    alpha: float,
) -> Evidence | None:
    """The test against the champion with its scale set right by what came before.

    Where too little came back before the challenger was made, its first outcomes set the scale,
    and those after them judge.
    """
    first = enough(measure, truth, start)
    if first is None:
        return None
    learned, rest = np.arange(first), np.arange(first, len(truth))
    right = recalibrated(measure, known.take(learned), truth[learned], known.take(rest))
    bare = knowing(measure)
    other = losses(bare, theirs.take(rest - start), truth[rest])
    return compare(losses(bare, right, truth[rest]), other, bare.span, alpha=alpha)


def _most(values: np.ndarray | None, truths: Sequence[str], start: int) -> float | None:
    """Where errors are cut, by what came before where there is enough of it."""
    if values is None:
        return None
    away = np.abs(values - np.array([float(text) for text in truths]))
    return most_error(away[: max(start, FEWEST)])


def _trial(
    measure: Scale,
    mine: np.ndarray,
    other: np.ndarray,
    both: Evidence | None,
    alpha: float,
    margin: float,
) -> Trial:
    against = compare(mine, other, measure.span, alpha=alpha, margin=margin)
    means = [float(one.mean()) if len(one) else 0.0 for one in (mine, other)]
    verdict = _verdict(against, both, margin)
    return Trial(verdict, measure.kind, against, both, means[0], means[1], alpha)


def _with_tails(won: Trial, champion: float, challenger: float) -> Trial:
    """A win by errors that are cut close holds only if no error that is not cut takes it back."""
    verdict: Verdict = "better" if challenger <= champion else "open"
    return replace(won, verdict=verdict, champion=champion, challenger=challenger)


def _verdict(against: Evidence, both: Evidence | None, margin: float) -> Verdict:
    """Both tests must say yes, and what was won must not have been lost again since."""
    if against.decided == "worse":
        return "worse"
    if against.decided != "better" or against.gain <= margin or both is None:
        return "open"
    if both.decided == "worse":
        return "blind"
    return "better" if both.decided == "better" and both.gain > 0 else "rate"


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


def shadow(
    champion: Release, challenger: Release, parts: Iterable[Sequence[Mapping[str, Any]]]
) -> Shadow:
    """What the challenger would have answered to records of service.

    A release is data that answers the same everywhere, so the records in the ledger are shadow
    traffic: nothing runs beside the server, and no answer waits for it.

    Args:
        champion: What answered.
        challenger: What would answer.
        parts: The records, in parts that memory holds one at a time.
    """
    counts = np.zeros(4, np.int64)
    for records in parts:
        if records:
            counts += _shadowed(champion, challenger, list(records))
    return Shadow(*counts.tolist())


def _shadowed(
    champion: Release, challenger: Release, records: list[Mapping[str, Any]]
) -> tuple[int, int, int, int]:
    """The counts of a ``Shadow`` for some records."""
    now, then = champion.score(records), challenger.score(records)
    if now.value is not None and then.value is not None:
        usual = promise_of(champion).value or 0.0
        changed = np.abs(now.value - then.value) > abs(usual)
    else:
        mine = np.array(champion.scorer.classes, object)[now.decision]
        changed = mine != np.array(challenger.scorer.classes, object)[then.decision]
    return len(records), int(changed.sum()), int(then.review.sum()), int(now.review.sum())
