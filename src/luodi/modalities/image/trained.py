"""What the trained networks themselves say, by torch: the other side of parity."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from luodi.core.calibration import Calibration
from luodi.core.decision import Rule
from luodi.core.values import Candidate
from luodi.modalities.image.graph import strange
from luodi.modalities.image.graph.resize import resize
from luodi.modalities.image.learn.fitted import softmax
from luodi.modalities.image.learn.prepared import Prepared


@dataclass(frozen=True)
class Said:
    """Answers of the trained object.

    Attributes:
        probabilities: float64 (rows, classes).
        decision: int64 (rows,).
        review: bool (rows,).
        margin: float64 (rows,): by how much a probability may change before that does.
        strangeness: float64 (rows,): above 1 an image is strange; None where that is not known.
    """

    probabilities: np.ndarray
    decision: np.ndarray
    review: np.ndarray
    margin: np.ndarray
    strangeness: np.ndarray | None = None


def says(candidate: Candidate, images: Sequence[np.ndarray]) -> Said:
    """The candidate's answers for images, computed outside the graph.

    Args:
        candidate: The candidate.
        images: uint8 (height, width, channels), of any size.
    """
    prepared: Prepared = candidate.prepared
    size = (prepared.height, prepared.width)
    total: np.ndarray | float = 0.0
    for member, weight in zip(candidate.members, candidate.weights, strict=True):
        said = [
            softmax(model.logits(_in_size(images, model.size or size))) for model in member.models
        ]
        total = total + weight * np.mean(said, axis=0)
    assert isinstance(total, np.ndarray)
    probabilities = Calibration.from_json(candidate.calibration).apply(total)
    rule = Rule.from_json(candidate.decision)
    margins = rule.margins(probabilities)
    return Said(probabilities, *rule.apply(probabilities), margins, _strangeness(candidate, images))


def _strangeness(candidate: Candidate, images: Sequence[np.ndarray]) -> np.ndarray | None:
    """How strange images are as they are; their mirror images are not asked about."""
    known = strange.known(candidate)
    if not known:
        return None
    pixels = _in_size(images, (candidate.prepared.height, candidate.prepared.width))
    mean = sum(weight * model.squares(pixels) for model, weight in known)
    return np.asarray(np.sqrt(mean / strange.furthest(candidate)))


def _in_size(images: Sequence[np.ndarray], size: tuple[int, int]) -> np.ndarray:
    return np.concatenate([resize(image[None], *size) for image in images])
