"""One training: the images, the settings, when to stop and who is told. The same for all."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from torch import nn

from luodi.core.workshop import Stop, never
from luodi.modalities.image.learn.settings import Settings
from luodi.modalities.image.learn.state import State
from luodi.modalities.image.learn.teacher import Teacher

RARE = 0.1
"""A class is rare if it has so few rows for each of the most frequent one."""
KNOWN = 1e-3


@dataclass(frozen=True)
class Progress:
    """One epoch of a training, for a live curve.

    Attributes:
        family: What is trained.
        epoch: Epochs done.
        epochs: Epochs planned, as it looks now.
        loss: Mean loss of the epoch, over varied images.
        score: Score on the validation rows, higher is better; NaN without such rows.
        seconds: Since the training began.
    """

    family: str
    epoch: int
    epochs: int
    loss: float
    score: float
    seconds: float


@dataclass(frozen=True)
class Validation:
    """Rows that a training does not learn from.

    Attributes:
        images: uint8 (rows, height, width, channels).
        truth: Class index, int64 (rows,).
        score: The metric of a truth and probabilities, higher is better.
    """

    images: np.ndarray
    truth: np.ndarray
    score: Callable[[np.ndarray, np.ndarray], float]


@dataclass(frozen=True)
class Watch:
    """Who follows a training.

    Attributes:
        told: Called after each epoch.
        kept: Given what is needed to go on, after each epoch; None if nobody keeps it.
        due: Asked after each epoch whether ``kept`` wants it: copies of all weights take time.
        resumed: Where to go on, if it is a state of the same training; None to begin.
    """

    told: Callable[[Progress], None] = lambda progress: None
    kept: Callable[[State], None] | None = None
    due: Callable[[], bool] = lambda: True
    resumed: State | None = None


@dataclass(frozen=True)
class Job:
    """What is trained on what.

    Attributes:
        family: Name of the network.
        settings: Its settings.
        images: uint8 (all rows, height, width, channels).
        truth: Class index, int64 (all rows,).
        rows: Which of them are learned from, int64 (rows,).
        classes: Number of classes.
        mean: Of each channel, 0 to 255.
        spread: Of each channel, 0 to 255.
        valid: Rows that decide which epoch was best; None to take the last.
        seed: Seed of all random choices.
        epochs: Epochs; None to plan them by the time there is.
        seconds: Time for all epochs; not looked at when they are given.
        stop: Asked between steps; true ends the training with the best so far.
        watch: Who follows it.
        begin: The network to go on from; None for fresh weights.
        teacher: What it is to say beside the truth; None for the truth alone.
        start: Weights to begin with, by name; those that are not given are drawn.
    """

    family: str
    settings: Settings
    images: np.ndarray
    truth: np.ndarray
    rows: np.ndarray
    classes: int
    mean: tuple[float, ...]
    spread: tuple[float, ...]
    valid: Validation | None = None
    seed: int = 0
    epochs: int | None = None
    seconds: float = math.inf
    stop: Stop = never
    watch: Watch = Watch()
    begin: nn.Module | None = None
    teacher: Teacher | None = None
    start: Mapping[str, np.ndarray] | None = None

    @property
    def shape(self) -> tuple[int, int, int]:
        """Channels, height and width."""
        height, width, channels = self.images.shape[1:]
        return channels, height, width

    @property
    def identity(self) -> dict[str, Any]:
        """What a saved state must be of to go on with it, as JSON values."""
        sizes = {"rows": len(self.rows), "classes": self.classes, "shape": [*self.shape]}
        given = {"family": self.family, "seed": self.seed, "epochs": self.epochs}
        given |= {"begun": self.begin is not None, "taught": self.teacher is not None}
        given |= {"start": sorted(self.start)} if self.start else {}
        return {**given, **sizes, "settings": self.settings.to_json()}

    @property
    def steps(self) -> int:
        """Steps of an epoch; a rest of images that fills no batch waits for another epoch."""
        return max(1, len(self.rows) // self.settings.batch)

    @property
    def least_loss(self) -> float:
        """The log loss at which everything is known, a thousandth of what the shares give."""
        shares = np.bincount(self.truth[self.rows]) / len(self.rows)
        shares = shares[shares > 0]
        return -KNOWN * float(shares @ np.log(shares))

    def class_weights(self) -> np.ndarray | None:
        """Weight of each class, float32 (classes,); None where no class is rare.

        The square root of how rare it is: full weights would let few images decide everything.
        """
        counts = np.bincount(self.truth[self.rows], minlength=self.classes).astype(np.float64)
        present = counts[counts > 0]
        if present.min() >= RARE * present.max():
            return None
        weights = np.sqrt(present.max() / np.maximum(counts, 1))
        weights /= (weights * counts).sum() / counts.sum()
        return np.asarray(weights, np.float32)
