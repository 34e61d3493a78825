"""How unlike the training images an image is, by what the network makes of it on its way.

Each stage is laid beside the training images by its Mahalanobis distance with a shrunk covariance
(Lee et al., NeurIPS 2018, "A simple unified framework for detecting out-of-distribution samples";
Ledoit and Wolf 2004); squares of all stages are added up, each by how much it wanders. Labels take
no part: distances to the nearest class told strange images hardly better, energy and the largest
logit far worse (docs/decisions/12-images.md). A network knows its training images too well, so how
far an image may lie is read off images that it did not learn from.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from torch import nn

from luodi.modalities.image.learn.stages import Seen, summaries
from luodi.modalities.image.shrink.whole import LEAVES

Floats = NDArray[np.float64]
MOST_FITTED, FEWEST_ENOUGH, MOST_PIXELS = 3_000, 800, 2**24
"""Training images that the distances are fitted on: fewer where they are large, for time."""
FEWEST_FITTED, FEWEST_OWN = 30, 20
"""With fewer images nothing can be said of what is usual."""
MOST_NUMBERS, FEWEST_NUMBERS = 128, 12
"""Numbers of a stage that count; of more, some are taken evenly, for channels have no order."""
MOST_SIZE = 0.1
"""What is known of usual images takes at most this share of the network's own size, about: a
network that was made small for a device must stay small."""
NARROWEST = 0.01
"""A number that hardly varies in training counts as if it varied so much, as a share of the
most varied: what was never seen active would else decide everything."""
FLAT = 1e-3
TAIL = 0.2


@dataclass(frozen=True, eq=False)
class Stage:
    """How one stage is measured.

    Attributes:
        name: Its node.
        dense: Whether it is numbers already, and no channels of an image.
        width: How many numbers it has.
        taken: Which of them count, int64 (numbers,).
        centre: Their means in training, float64 (numbers,).
        whitening: float32 (numbers, numbers): what brings them to unit variance, and the stage
            to its weight beside the others.
    """

    name: str
    dense: bool
    width: int
    taken: NDArray[np.int64]
    centre: Floats
    whitening: NDArray[np.float32]

    def squares(self, numbers: Floats) -> Floats:
        """Squared distances (rows,) of a stage in numbers (rows, all numbers)."""
        white = (numbers[:, self.taken] - self.centre) @ self.whitening.astype(np.float64)
        return np.asarray((white * white).sum(axis=1))


@dataclass(frozen=True, eq=False)
class Strange:
    """How strange images are to one network.

    Attributes:
        stages: First to last.
        own: Sums of squares of the validation images, in their order, float64 (rows,).
    """

    stages: tuple[Stage, ...]
    own: Floats

    def of(
        self,
        network: nn.Module,
        pixels: np.ndarray,
        mean: tuple[float, ...],
        spread: tuple[float, ...],
    ) -> Floats:
        """Sums of squares of images, (rows,); as ``stages.summaries`` takes them."""
        names = [stage.name for stage in self.stages]
        seen = summaries(network, pixels, mean, spread, names)
        if not seen:
            return np.zeros(0)
        return np.asarray(sum(stage.squares(seen[stage.name].numbers) for stage in self.stages))


def fitted(
    network: nn.Module,
    images: np.ndarray,
    rows: np.ndarray,
    valid: np.ndarray,
    mean: tuple[float, ...],
    spread: tuple[float, ...],
) -> Strange | None:
    """Learn what images usually look like to a network.

    Args:
        network: The network, set to answer.
        images: uint8 (all rows, height, width, channels).
        rows: Which of them it learned from; distances are fitted on at most 3,000.
        valid: Which of them it did not; how far images usually lie is read off them.
        mean: Of each channel.
        spread: Of each channel.

    Returns:
        None where the network hides nothing, or where there are too few images to tell.
    """
    if len(rows) < FEWEST_FITTED or len(valid) < FEWEST_OWN:
        return None
    most = max(FEWEST_ENOUGH, min(MOST_FITTED, MOST_PIXELS // math.prod(images.shape[1:3])))
    some = rows[np.linspace(0, len(rows) - 1, min(most, len(rows))).astype(np.int64)]
    learned = summaries(network, images[some], mean, spread)
    if not learned:
        return None
    fresh = summaries(network, images[valid], mean, spread, list(learned))
    most = _most_numbers(network, len(learned))
    pairs = [
        _weighed(_stage(name, seen, most), fresh[name].numbers) for name, seen in learned.items()
    ]
    stages = tuple(stage for stage, _ in pairs)
    return Strange(stages, np.asarray(sum(squares for _, squares in pairs)))


def _most_numbers(network: nn.Module, stages: int) -> int:
    """Numbers of a stage for which the matrices of all stages keep to their share of the size."""
    small = any(isinstance(layer, LEAVES) for layer in network.modules())
    held = sum(weight.numel() for weight in network.parameters()) * (1 if small else 4)
    return min(MOST_NUMBERS, max(FEWEST_NUMBERS, math.isqrt(int(MOST_SIZE * held / 4 / stages))))


def _stage(name: str, seen: Seen, most: int) -> Stage:
    """A stage of training images, whitened."""
    numbers, width = seen.numbers, seen.numbers.shape[1]
    taken = np.unique(np.linspace(0, width - 1, min(most, width)).astype(np.int64))
    held = numbers[:, taken]
    centre, spread = held.mean(axis=0), held.std(axis=0)
    widest = float(spread.max()) or 1.0
    spread = np.maximum(spread, NARROWEST * widest)
    values, vectors = np.linalg.eigh(shrunk((held - centre) / spread))
    whitening = vectors / np.sqrt(np.maximum(values, FLAT)) / spread[:, None]
    return Stage(name, seen.dense, width, taken, centre, whitening.astype(np.float32))


def _weighed(stage: Stage, fresh: Floats) -> tuple[Stage, Floats]:
    """The stage scaled so that its squares wander by 1 from image to image, and those squares."""
    wander = max(float(stage.squares(fresh).std()), 1e-9)
    whitening = (stage.whitening / math.sqrt(wander)).astype(np.float32)
    scaled = replace(stage, whitening=whitening)
    return scaled, scaled.squares(fresh)


def shrunk(held: Floats) -> Floats:
    """Covariance of centred numbers (rows, numbers), shrunk to a multiple of the identity.

    Ledoit and Wolf (2004, Journal of Multivariate Analysis 88), section 3.3.
    """
    rows, width = held.shape
    whole: Floats = held.T @ held / rows
    level = float(np.trace(whole)) / width
    apart = float(((whole - level * np.eye(width)) ** 2).sum())
    noise = float(((held**2).sum(axis=1) ** 2).mean() - (whole**2).sum()) / rows
    share = min(1.0, max(0.0, noise) / apart) if apart > 0 else 1.0
    return np.asarray((1 - share) * whole + share * level * np.eye(width))


def limit(own: Floats, rate: float) -> float:
    """The square that at most a share of the task's own images exceeds.

    With enough images it is the one of them that an image like them exceeds with a probability
    of at most ``rate``, whatever the distribution (Vovk, Gammerman and Shafer 2005, conformal
    prediction). With fewer than 1 / rate images no such one exists; then their upper tail is
    carried on as an exponential one, as is that of a chi-square (Pickands 1975), to where the
    next image lies with that probability.

    Args:
        own: Sums of squares of images that were not learned from, (rows,).
        rate: The share, above 0 and below 1.

    Example:
        >>> limit(np.arange(1.0, 200.0), 0.01)
        198.0
    """
    ordered = np.sort(own)
    place = math.ceil((len(ordered) + 1) * (1 - rate))
    if place <= len(ordered):
        return float(ordered[place - 1])
    most = max(2, round(TAIL * len(ordered)))
    start, above = float(ordered[-most - 1]), ordered[-most:]
    rarer = rate * (len(ordered) + 1) / (most + 1)
    # not the quantile itself: how far it may lie, for the mean is only known from so many
    beyond: float = float((above - start).mean()) * most * (rarer ** (-1 / most) - 1)
    return max(float(ordered[-1]), start + beyond)
