"""A fitted model of any family: what it reads and what it says, as probabilities or values."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from typing import Any, Literal

import numpy as np

from luodi.modalities.tabular.forest import Forest
from luodi.modalities.tabular.learn import linear
from luodi.modalities.tabular.learn.linear import LinearModel

Link = Literal["sigmoid", "softmax", "none"]
BOOSTED = ("lightgbm", "catboost", "xgboost")
FORESTS = (*BOOSTED, "extra_trees")


def family_module(family: str) -> Any:
    """The module of a tree learner, with ``fit``, ``margins``, ``forest`` and ``space``."""
    return import_module(f"luodi.modalities.tabular.learn.{family}")


def learner(family: str) -> Any:
    """The module of any learner; it has ``DEFAULTS`` and ``space``."""
    return linear if family == "linear" else family_module(family)


def link_of(family: str, shape: str) -> Link:
    """How a family's raw scores become probabilities."""
    if shape == "regress" or family == "extra_trees":
        return "none"
    return "sigmoid" if shape == "binary" else "softmax"


@dataclass(frozen=True)
class Fitted:
    """One model of a member.

    Attributes:
        family: Name of the learner.
        native: The library's own object, or a ``LinearModel``.
        rounds: Boosting rounds to use of it.
        columns: Places in the plan's whole feature matrix that it reads, in its own order.
    """

    family: str
    native: Any
    rounds: int
    columns: np.ndarray

    @cached_property
    def forest(self) -> Forest | None:
        """The trees, converted once; None for a linear model."""
        if self.family not in FORESTS:
            return None
        found: Forest = family_module(self.family).forest(self.native, self.rounds)
        return found

    def margins(self, matrix: np.ndarray, slots: np.ndarray) -> np.ndarray:
        """Raw scores, float64 (rows, outputs).

        Args:
            matrix: The plan's whole feature matrix, float32.
            slots: Category slots, int64 (rows, categories).
        """
        if isinstance(self.native, LinearModel):
            return self.native.margins(matrix, slots)
        return np.asarray(
            family_module(self.family).margins(self.native, self.rounds, matrix[:, self.columns])
        )


def linked(margins: np.ndarray, link: Link) -> np.ndarray:
    """Probabilities (rows, classes) from raw scores; values stay as they are.

    A sigmoid's single score becomes two classes.
    """
    if link == "sigmoid":
        positive = sigmoid(margins)
        return np.concatenate([1.0 - positive, positive], axis=1)
    if link == "softmax":
        powers = np.exp(margins - margins.max(axis=1, keepdims=True))
        return np.asarray(powers / powers.sum(axis=1, keepdims=True))
    return margins


def sigmoid(x: np.ndarray) -> np.ndarray:
    """``1 / (1 + exp(-x))`` without overflow."""
    with np.errstate(over="ignore"):
        return np.asarray(
            np.where(x >= 0, 1 / (1 + np.exp(-np.abs(x))), 1 - 1 / (1 + np.exp(-np.abs(x))))
        )
