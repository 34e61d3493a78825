"""What the trained object itself says, by the learners' own code: the other side of parity."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from luodi.core.calibration import Calibration
from luodi.core.codec import Batch
from luodi.core.decision import Rule
from luodi.core.values import Candidate
from luodi.modalities.tabular import features
from luodi.modalities.tabular.learn.fitted import link_of, linked
from luodi.modalities.tabular.learn.prepared import Prepared


@dataclass(frozen=True)
class Said:
    """Answers of the trained object: ``probabilities`` and ``decision``, or ``value``."""

    answers: np.ndarray
    decision: np.ndarray | None
    review: np.ndarray | None


def says(candidate: Candidate, batch: Batch) -> Said:
    """The candidate's answers for a batch, computed outside the graph.

    Args:
        candidate: The candidate.
        batch: Records, laid out by the candidate's codec.
    """
    prepared: Prepared = candidate.prepared
    matrix = features.matrix(prepared.plan, batch)
    slots = features.codes(prepared.plan, batch.feeds.get("categories"), len(matrix))
    total: np.ndarray | float = 0.0
    for member, weight in zip(candidate.members, candidate.weights, strict=True):
        margins = np.mean([m.margins(matrix, slots) for m in member.models], axis=0)
        total = total + weight * linked(margins, link_of(member.recipe.family, prepared.shape))
    assert isinstance(total, np.ndarray)
    if prepared.shape == "regress":
        return Said(total[:, 0] * prepared.spread + prepared.centre, None, None)
    probabilities = Calibration.from_json(candidate.calibration).apply(total)
    return Said(probabilities, *Rule.from_json(candidate.decision).apply(probabilities))
