"""A backbone with a head on its features: the file as it was, and what was learned here."""

from __future__ import annotations

import os
from dataclasses import dataclass

import numpy as np

from luodi.modalities.image.backbone.features import batch
from luodi.modalities.image.backbone.value import Backbone
from luodi.modalities.image.learn.head import Head


@dataclass(frozen=True)
class Frozen:
    """One model of a member.

    Attributes:
        backbone: The backbone.
        head: What tells the classes apart by its features.
        family: Name of the family.
        rounds: 0, for nothing is trained in epochs.
    """

    backbone: Backbone
    head: Head
    family: str = "frozen"
    rounds: int = 0

    @property
    def strange(self) -> None:
        """How strange images are is only known of networks."""

    @property
    def size(self) -> tuple[int, int]:
        """Height and width that it sees, pixels."""
        return self.backbone.height, self.backbone.width

    def logits(self, pixels: np.ndarray) -> np.ndarray:
        """Raw scores, float64 (rows, classes), by the backbone's file and the head.

        Args:
            pixels: uint8 (rows, height, width, channels) in the backbone's size.
        """
        threads = os.cpu_count() or 1
        return self.head.logits(batch(self.backbone, pixels, original=True, threads=threads))
