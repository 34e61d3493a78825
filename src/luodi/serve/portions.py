"""Records that take long to read and much room when laid out: answered a portion at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from threading import Lock

from luodi.core.codec import Batch
from luodi.core.errors import LuodiError
from luodi.runtime.score import Scores
from luodi.serve.answers import Question, answer, together

PORTION_BYTES = 2**26
"""Arrays that are scored together, about; a single image may be larger."""
_ALONE = Lock()
"""One portion at a time is in a graph, where it takes ten times its own room; the next one is laid
out meanwhile, which takes longer."""
_Held = list[tuple[Question, Batch]]
_Found = dict[int, list[tuple[Scores, int]]]


def solve(questions: Sequence[Question]) -> None:
    """Answer questions to one release, their arrays a portion at a time.

    A record that cannot be read spoils its own request only. Whoever went away meanwhile is not
    answered any further.
    """
    found: _Found = {id(question): [] for question in questions}
    held: _Held = []
    for question in questions:
        try:
            for batch in _laid(question):
                held.append((question, batch))
                if _size(held) >= PORTION_BYTES:
                    _score(held, found)
                    held = []
        except LuodiError as error:
            question.error = error
            held = [one for one in held if one[0] is not question]
    _score(held, found)
    for question in questions:
        if question.error is None:
            places = found[id(question)]
            question.answers = [answer(question, scores, row) for scores, row in places]


def _laid(question: Question) -> Iterator[Batch]:
    """The records of a question as arrays, part by part."""
    question.read()
    if not question.records:
        return
    for batch in question.served.release.scorer.codec.rows_in_parts(question.records):
        if question.request.gone:
            raise LuodiError("serve.busy")
        yield batch


def _size(held: _Held) -> int:
    return sum(_bytes(batch) for _, batch in held)


def _bytes(batch: Batch) -> int:
    return sum(
        sum(image.nbytes for image in array) if array.dtype == object else array.nbytes
        for array in batch.feeds.values()
    )


def _score(held: _Held, found: _Found) -> None:
    """Answers to what is held, noted for each question in the order of its records."""
    if not held:
        return
    scorer = held[0][0].served.release.scorer
    with _ALONE:
        scores = scorer.score_batch(together([batch for _, batch in held]))
    row = 0
    for question, batch in held:
        for _ in batch.warnings:
            found[id(question)].append((scores, row))
            row += 1
