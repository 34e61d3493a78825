"""A backbone as a value: what a graph is written from, and what a plan records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Backbone:
    """A network that turns images into features.

    Attributes:
        source: The file as the task names it, with ``#TENSOR`` where it names one.
        digest: ``sha256:…`` of the file.
        original: The ONNX bytes as they were, but with the tensor as their first output.
        plain: The same made plain: opset and operators of this house, any number of rows, one
            size; its only output is float32 (rows, n).
        height: Height that it sees, pixels.
        width: Width that it sees, pixels.
        channels: 1 or 3.
        whole: Whether it takes whole numbers of 0 to 255 and normalises them itself.
        mean: What is taken off each channel before, of 0 to 255; nothing where ``whole``.
        spread: What each channel is divided by after that.
        size: Number of features.
        alone: Whether the original takes one image at a time.
        weights: Of a network of this house: its weights, to train it on; see ``weights.House``.
    """

    source: str
    digest: str
    original: bytes = field(repr=False)
    plain: bytes = field(repr=False)
    height: int
    width: int
    channels: int
    whole: bool
    mean: tuple[float, ...]
    spread: tuple[float, ...]
    size: int
    alone: bool = False
    weights: Any = field(default=None, repr=False, compare=False)

    def to_json(self) -> dict[str, Any]:
        """What a plan records: enough to see whether it is the same again."""
        return {
            "source": self.source,
            "digest": self.digest,
            "height": self.height,
            "width": self.width,
            "mean": list(self.mean),
            "spread": list(self.spread),
        }

    def differs(self, recorded: Mapping[str, Any]) -> str | None:
        """What differs from a recorded one, as ``name: was, is``; None where nothing does.

        Where the file lies does not matter.
        """
        own = self.to_json()
        for name in ("digest", "height", "width", "mean", "spread"):
            if recorded.get(name) != own[name]:
                return f"{name}: {recorded.get(name)}, {own[name]}"
        return _tensor(recorded.get("source", ""), self.source)

    def seen(self, pixels: np.ndarray) -> np.ndarray:
        """Images as the backbone takes them.

        Args:
            pixels: uint8 (rows, height, width, channels of the images) in its size.

        Returns:
            uint8 or float32 (rows, channels, height, width).
        """
        planes = np.ascontiguousarray(pixels.transpose(0, 3, 1, 2))
        if planes.shape[1] < self.channels:
            planes = np.repeat(planes, self.channels, axis=1)
        if self.whole:
            return planes
        mean, spread = (
            np.array(values, np.float32).reshape(1, -1, 1, 1) for values in (self.mean, self.spread)
        )
        return (planes.astype(np.float32) - mean) / spread


def _tensor(was: str, now: str) -> str | None:
    """Whether another tensor of the file is meant."""
    one, other = (source.partition("#")[2] for source in (was, now))
    return None if one == other else f"tensor: {one or '-'}, {other or '-'}"
