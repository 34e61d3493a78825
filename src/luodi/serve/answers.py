"""From records to answers and to the rows that the ledger keeps of them."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from luodi.core.codec import Batch
from luodi.core.cuts import joined
from luodi.core.errors import LuodiError
from luodi.core.session import STRANGENESS
from luodi.core.text import canonical
from luodi.runtime.score import Scores
from luodi.serve.models import Model, Served
from luodi.serve.reply import Reply
from luodi.serve.request import Request
from luodi.serve.urgency import urgency
from luodi.store.ledger.clock import now_us
from luodi.store.ledger.rows import Prediction, new_id

Record = Mapping[str, Any]
REVIEW_FULL = "review_full"
NOT_KEPT = "not_kept"
_DETAILS = ("probabilities", "value", STRANGENESS)


@dataclass(slots=True)
class Question:
    """The records of one request, and the release that was in use when it came.

    Attributes:
        model: The task.
        served: The release.
        records: The records.
        request: The request, which says whether anybody waits for the answers.
        answers: One for each record, once they are there.
        error: Why there are none.
        reading: Gives the records and how answers are written, where that takes long.
        written: Writes the answers in the form in which they were asked for.
    """

    model: Model
    served: Served
    records: Sequence[Record]
    request: Request
    answers: list[dict[str, Any]] | None = None
    error: LuodiError | None = None
    reading: Reading | None = None
    written: Written | None = None

    def read(self) -> None:
        """Read the request, unless that is done.

        Raises:
            LuodiError: ``serve.*`` when it is none that can be answered.
        """
        if self.reading is not None:
            self.records, self.written = self.reading()
            self.reading = None


Written = Callable[[Question], Reply]
Reading = Callable[[], tuple[Sequence[Record], Written]]


def solve(questions: Sequence[Question]) -> None:
    """Answer questions to one release as one batch.

    A record that cannot be read spoils its own request only.
    """
    batches: list[Batch] = []
    good: list[Question] = []
    for question in questions:
        try:
            batches += _encoded(question)
            good.append(question)
        except LuodiError as error:
            question.error = error
    if not batches:
        for question in good:
            question.answers = []
        return
    scores = questions[0].served.release.scorer.score_batch(together(batches))
    at = 0
    for question in good:
        end = at + len(question.records)
        question.answers = [answer(question, scores, row) for row in range(at, end)]
        at = end


def _encoded(question: Question) -> list[Batch]:
    encode = question.served.release.scorer.codec.encode_row
    if len(question.records) == 1:
        return [encode(question.records[0])]
    batches = []
    for number, record in enumerate(question.records):
        try:
            batches.append(encode(record))
        except LuodiError as error:
            raise LuodiError(error.code, **{**error.facts, "row": number}) from None
    return batches


def together(batches: Sequence[Batch]) -> Batch:
    """Batches as one."""
    if len(batches) == 1:
        return batches[0]
    feeds = joined([batch.feeds for batch in batches])
    return Batch(feeds, [codes for batch in batches for codes in batch.warnings])


def answer(question: Question, scores: Scores, row: int) -> dict[str, Any]:
    """One answer, in the order in which it is documented."""
    served, warnings = question.served, list(scores.warnings[row])
    action = "accept"
    if scores.review[row]:
        if question.model.takes_review(served):
            action = "review"
        else:
            warnings.append(REVIEW_FULL)
    said: dict[str, Any] = {"id": None}
    if scores.value is not None:
        said["value"] = float(scores.value[row])
    else:
        assert scores.decision is not None and scores.probabilities is not None
        decided = int(scores.decision[row])
        shares = scores.probabilities[row].tolist()
        said["decision"] = served.decisions[decided]
        # of two classes the one that the task is about, of more the one that was decided
        said["probability"] = shares[1] if len(shares) == 2 else shares[decided]
        if len(shares) > 2:
            classes = served.release.scorer.classes
            said["probabilities"] = dict(zip(classes, shares, strict=True))
    if scores.strangeness is not None:
        said[STRANGENESS] = float(scores.strangeness[row])
    said["action"] = action
    said["release"] = served.digest
    said["warnings"] = warnings
    return said


def chosen(questions: Sequence[Question], share: float) -> list[Prediction]:
    """Name the answers that are kept and give their rows; the others keep no name.

    Args:
        questions: Questions that were answered.
        share: The share that is kept, from 0 to 1.
    """
    if share <= 0:
        return []
    rows, at = [], now_us()
    for question in questions:
        for record, answer in zip(question.records, question.answers or (), strict=False):
            if share >= 1 or random.random() < share:
                answer["id"] = new_id(at)
                rows.append(_row(question.served, record, answer, at, share))
    return rows


def _row(
    served: Served, record: Record, answer: dict[str, Any], at: int, share: float
) -> Prediction:
    details: dict[str, Any] = {name: answer[name] for name in _DETAILS if name in answer}
    details["warnings"] = answer["warnings"]
    if share < 1:
        details["share"] = share
    names = served.kept_names
    return Prediction(
        id=answer["id"],
        release=served.digest,
        decision=canonical(answer["value"] if "value" in answer else answer["decision"]),
        record={name: value for name, value in record.items() if name in names},
        action=answer["action"],
        probability=answer.get("probability"),
        details=details,
        at=at,
        urgency=_urgency(served, answer) if answer["action"] == "review" else 0.0,
    )


def _urgency(served: Served, answer: Mapping[str, Any]) -> float:
    """What makes those wait first who teach most; of a value only the warnings are known."""
    warnings = answer["warnings"]
    if "value" in answer:
        return float(len(warnings))
    decided = served.prices[served.decisions.index(answer["decision"])]
    if "probabilities" in answer:
        shares = list(answer["probabilities"].values())
    else:  # of two classes the probability is that of the second one
        shares = [1.0 - answer["probability"], answer["probability"]][-len(decided) :]
    return urgency(shares, decided, bool(warnings))


def forget(questions: Sequence[Question]) -> None:
    """Say in answers that they could not be kept, so that nobody sends feedback for them."""
    for question in questions:
        for answer in question.answers or ():
            if answer["id"] is not None:
                answer["id"] = None
                answer["warnings"] = [*answer["warnings"], NOT_KEPT]
