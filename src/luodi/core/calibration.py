"""A map that makes probabilities mean what they say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

FLOOR = 1e-12


@dataclass(frozen=True)
class Calibration:
    """Log-odds times ``slope`` plus ``offset`` (Platt 1999); for many classes, log-probabilities
    times ``slope`` (temperature scaling, Guo et al. 2017). Slope 1 and offset 0 change nothing.
    """

    slope: float = 1.0
    offset: float = 0.0

    @property
    def neutral(self) -> bool:
        """Whether the map changes nothing."""
        return self.slope == 1.0 and self.offset == 0.0

    def to_json(self) -> dict[str, float]:
        """The map as JSON data."""
        return {"slope": self.slope, "offset": self.offset}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Calibration:
        """The map from JSON data."""
        return cls(float(data["slope"]), float(data["offset"]))

    def apply(self, probabilities: np.ndarray) -> np.ndarray:
        """Calibrated probabilities, float64 (rows, classes)."""
        if self.neutral:
            return probabilities
        if probabilities.shape[1] == 2:
            held = np.clip(probabilities[:, 1:], FLOOR, 1 - FLOOR)
            with np.errstate(over="ignore"):
                positive = 1 / (1 + np.exp(-(self.slope * log_odds(held) + self.offset)))
            return np.concatenate([1 - positive, positive], axis=1)
        powers = np.exp(self.slope * np.log(np.clip(probabilities, FLOOR, 1.0)))
        return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def log_odds(probability: np.ndarray) -> np.ndarray:
    """``log(p / (1 - p))`` of probabilities strictly between 0 and 1."""
    return np.asarray(np.log(probability) - np.log(1 - probability))
