"""What is fitted before any learner, as a value that goes with a candidate."""

from __future__ import annotations

from dataclasses import dataclass

from luodi.modalities.image.backbone.value import Backbone
from luodi.modalities.image.codec import Codec

FROZEN, TUNED = "frozen", "tuned"
"""Families that a plan can only repeat with the same backbone."""
BANK = "bank"
"""A head on filters that are always the same."""


@dataclass(frozen=True)
class Prepared:
    """What was fitted before any learner.

    Attributes:
        codec: How records are laid into images.
        height: Height at which networks see an image, pixels.
        width: Width at which they see it, pixels.
        channels: 1, grey, or 3, colours.
        mean: Mean of each channel over the training images, 0 to 255.
        spread: Standard deviation of each channel, 0 to 255, never 0.
        strange: The share of their own images that releases may call strange; 0 for none at all.
        backbone: The network that the task brings along, if it does.
    """

    codec: Codec
    height: int
    width: int
    channels: int
    mean: tuple[float, ...]
    spread: tuple[float, ...]
    strange: float = 0.0
    backbone: Backbone | None = None
