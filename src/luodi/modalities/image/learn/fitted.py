"""A fitted network: pixels in, logits out, the same every time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor, nn

from luodi.core.values import Epoch

if TYPE_CHECKING:
    from luodi.modalities.image.learn.strange import Strange

BLOCK = 256
"""Images that are answered at a time; memory for what lies between layers grows with it."""


@dataclass(frozen=True)
class Fitted:
    """One model of a member.

    Attributes:
        family: Name of the network.
        network: The network, set to answer (``eval``), float32: normalised images to logits.
        mean: What is subtracted from each channel, 0 to 255.
        spread: What each channel is then divided by.
        rounds: Epochs it was trained for.
        curve: How it stood after each of them; empty for what was not trained by epochs.
        strange: How strange images are to it; None where that is not known.
        mirrored: Whether its score is the mean of those of an image and of its mirror image.
    """

    family: str
    network: nn.Module
    mean: tuple[float, ...]
    spread: tuple[float, ...]
    rounds: int
    curve: tuple[Epoch, ...] = ()
    strange: Strange | None = None
    mirrored: bool = False

    @property
    def size(self) -> None:
        """It sees images in the size of all networks."""

    def logits(self, pixels: np.ndarray) -> np.ndarray:
        """Raw scores, float32 (rows, classes).

        Args:
            pixels: uint8 (rows, height, width, channels) in the size that the network sees.
        """
        found = logits(self.network, pixels, self.mean, self.spread)
        if not self.mirrored:
            return found
        turned = logits(self.network, pixels[:, :, ::-1], self.mean, self.spread)
        return (found + turned) * np.float32(0.5)

    def squares(self, pixels: np.ndarray) -> np.ndarray:
        """How strange images are to it, float64 (rows,), if that is known; see ``Strange.of``."""
        assert self.strange is not None
        return self.strange.of(self.network, pixels, self.mean, self.spread)


def normalised(images: Tensor, mean: Sequence[float], spread: Sequence[float]) -> Tensor:
    """Images as a network sees them, float32.

    Args:
        images: (rows, channels, height, width), 0 to 255.
        mean: Of each channel.
        spread: Of each channel.
    """
    middle, scale = (torch.tensor(v, dtype=torch.float32)[:, None, None] for v in (mean, spread))
    return (images.to(torch.float32) - middle) / scale


def logits(
    network: nn.Module, pixels: np.ndarray, mean: Sequence[float], spread: Sequence[float]
) -> np.ndarray:
    """What a network that is set to answer says of images, float32 (rows, classes)."""
    said = []
    with torch.no_grad():
        for start in range(0, max(len(pixels), 1), BLOCK):
            block = torch.from_numpy(np.ascontiguousarray(pixels[start : start + BLOCK]))
            said.append(network(normalised(block.permute(0, 3, 1, 2), mean, spread)).numpy())
    return np.concatenate(said).astype(np.float32, copy=False)


def softmax(scores: np.ndarray) -> np.ndarray:
    """Probabilities float64 (rows, classes) of raw scores."""
    wide = scores.astype(np.float64)
    powers = np.exp(wide - wide.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))
