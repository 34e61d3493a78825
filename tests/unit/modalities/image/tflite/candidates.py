"""Candidates of every family, tiny and with weights drawn at random, as if they were trained."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from untrained import drawn

from luodi.core.values import Candidate, Member, Recipe
from luodi.modalities.image.codec import Codec
from luodi.modalities.image.learn.fitted import Fitted
from luodi.modalities.image.learn.networks import built
from luodi.modalities.image.learn.prepared import Prepared

SIDE, ROWS = (12, 16), 24
NEUTRAL = {"slope": 1.0, "offset": 0.0}


def candidate(
    *families: str, classes: int = 3, channels: int = 1, least: float = 0.5,
    calibration: dict[str, float] = NEUTRAL, weights: Sequence[float] = (1.0,),
) -> Candidate:  # fmt: skip
    """A candidate of these families, for images of 12 x 16 pixels."""
    torch.manual_seed(5)
    mean, spread = (80.0, 100.0, 120.0)[:channels], (60.0, 70.0, 50.0)[:channels]
    names = tuple("abc"[:classes])
    codec = Codec(goal="classify", target="label", classes=names, labels="string",
                  channels=channels, least=8, most=24)  # fmt: skip
    members = []
    for family in families:
        network = drawn(built(family, (channels, *SIDE), classes, 0.125), least)
        recipe = Recipe(family, {}, "pixels", 0, (1,))
        fitted = Fitted(family, network, mean, spread, 1)
        members.append(Member(recipe, (fitted,), np.full((1, classes), np.nan), 0.0, 0.0))
    rule = {"costs": (1 - np.eye(classes)).tolist(), "threshold": None, "review": 0.4}
    prepared = Prepared(codec, *SIDE, channels, mean, spread)
    return Candidate("tiny", tuple(members), tuple(weights), calibration, rule, 0.0, prepared)


def pictures(rows: int = ROWS, channels: int = 1) -> np.ndarray:
    """Coarse noise, uint8 (rows, height, width, channels)."""
    random = np.random.default_rng(3)
    coarse = random.integers(0, 256, (rows, SIDE[0] // 4, SIDE[1] // 4, channels))
    return coarse.repeat(4, 1).repeat(4, 2).astype(np.uint8)
