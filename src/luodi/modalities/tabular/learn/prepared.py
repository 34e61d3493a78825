"""What is fitted before any learner, as a value that goes with a candidate."""

from __future__ import annotations

from dataclasses import dataclass

from luodi.modalities.tabular.codec import Codec
from luodi.modalities.tabular.features import FeaturePlan
from luodi.modalities.tabular.learn.job import Shape


@dataclass(frozen=True)
class Prepared:
    """What was fitted before any learner.

    Attributes:
        codec: How records are laid into arrays.
        plan: How arrays become features.
        shape: ``binary``, ``multiclass`` or ``regress``.
        centre: Mean of the target (``regress``), else 0.
        spread: Standard deviation of the target (``regress``), else 1.
    """

    codec: Codec
    plan: FeaturePlan
    shape: Shape
    centre: float = 0.0
    spread: float = 1.0
