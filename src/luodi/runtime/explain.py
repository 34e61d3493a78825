"""What an answer hangs on: how it changes when one part of the record after the other is hidden."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from luodi.runtime.score import Scorer, Scores


@dataclass(frozen=True)
class Explanation:
    """What one answer hangs on.

    Attributes:
        answer: The decided class, or the value.
        given: The probability of that class, or the value.
        without: float64, the same with each part hidden; of the shape of the parts: (columns,),
            or (down, across) of an image.
        names: Names of the parts; empty of an image.
    """

    answer: Any
    given: float
    without: NDArray[np.float64]
    names: tuple[str, ...] = ()

    @property
    def weight(self) -> NDArray[np.float64]:
        """How much each part speaks for the answer: what is lost without it."""
        return self.given - self.without


def explain(scorer: Scorer, row: Mapping[str, Any]) -> Explanation:
    """Hide one part of a record after the other and ask again, by the graph that answers.

    Hiding is no proof of a cause, and two parts that say the same hide each other.

    Args:
        scorer: What answers.
        row: One record.

    Raises:
        LuodiError: ``rows.*`` when a value cannot be what its column is.
    """
    own = scorer.score_batch(scorer.codec.encode_row(row))
    place = None if own.decision is None else int(own.decision[0])
    parts = scorer.codec.hidden(row)
    found = [_of(scorer.score_batch(batch), place) for batch in parts.batches]
    without = np.concatenate(found or [np.zeros(0)]).reshape(parts.shape)
    given = float(_of(own, place)[0])
    answer = given if place is None else scorer.codec.typed_classes[place]
    return Explanation(answer, given, without, parts.names)


def _of(scores: Scores, place: int | None) -> NDArray[np.float64]:
    if place is None:
        assert scores.value is not None
        return np.asarray(scores.value, np.float64)
    assert scores.probabilities is not None
    return np.asarray(scores.probabilities[:, place], np.float64)
