"""Training records as arrays, and what a model of each fold may see of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl

from luodi.core.errors import LuodiError
from luodi.core.task import Task
from luodi.core.values import Parts
from luodi.modalities.tabular import features
from luodi.modalities.tabular.features import FeaturePlan, Pair
from luodi.modalities.tabular.learn import encode
from luodi.modalities.tabular.learn.job import Shape
from luodi.modalities.tabular.learn.prepared import Prepared
from luodi.modalities.tabular.records import fitted_codec, laid
from luodi.modalities.target import truth_of

MAX_ENCODED_CLASSES = 12


class Tables:
    """The arrays of one training set; only the pairs change after it is made.

    Args:
        parts: The training records and their folds.
        task: The task.
        recorded: A recorded plan whose pairs are used from the start.
    """

    def __init__(self, parts: Parts, task: Task, recorded: Mapping[str, Any] | None) -> None:
        self.codec = fitted_codec(parts.train, task)
        self.batch = laid(self.codec, parts.train)
        self.truth = truth_of(self.codec, parts.train)
        self.folds = parts.folds
        self.ordered = parts.by == "time"
        self.groups = _groups(parts, task)
        self.shape = _shape(task, len(self.codec.classes))
        regress = self.shape == "regress"
        self.centre = float(self.truth.mean()) if regress else 0.0
        self.spread = _spread(self.truth, task) if regress else 1.0
        self.target = (self.truth - self.centre) / self.spread if regress else self.truth
        plan = features.planned(self.codec, self.batch)
        self.slots = features.codes(plan, self.batch.feeds.get("categories"), len(self.truth))
        self.encodes = bool(plan.categories) and len(self.codec.classes) <= MAX_ENCODED_CLASSES
        self.plan = replace(plan, means=self._means(plan) if self.encodes else None)
        self.base = features.base(self.plan, self.batch, self.slots)
        self.use(_recorded(plan, recorded))

    @property
    def prepared(self) -> Prepared:
        """What was fitted before any learner, as a value."""
        return Prepared(self.codec, self.plan, self.shape, self.centre, self.spread)

    @property
    def numbers(self) -> np.ndarray:
        """The numbers with stand-ins for missing ones, float64 (rows, numbers)."""
        raw = self.batch.feeds.get("numbers", np.empty((len(self.truth), 0)))
        return features.filled(self.plan, raw)

    def use(self, chosen: Sequence[Pair]) -> None:
        """Take these pairs into the plan."""
        self.plan = self.plan.with_pairs(chosen)
        self.pairs = features.combined(self.plan, self.batch)

    def training_rows(self, fold: int) -> np.ndarray:
        """Rows to learn from when a fold is left out; only earlier ones in a split by time."""
        valid = self.folds[fold]
        if self.ordered:
            return np.arange(int(valid.min()))
        return np.setdiff1d(np.arange(len(self.truth)), valid, assume_unique=True)

    def columns(self, feature_set: str, block: int) -> np.ndarray:
        """Places in the whole matrix that a model of a feature set and block reads."""
        plan = self.plan
        means = plan.width + block * plan.block + np.arange(plan.block)
        pairs = plan.pairs_from + np.arange(len(plan.pairs) if feature_set == "pairs" else 0)
        return np.concatenate([np.arange(plan.width), means, pairs]).astype(np.int64)

    def numeric(self, feature_set: str) -> np.ndarray:
        """Places of numbers, calendar parts and pairs: what a linear model reads as numbers."""
        plan = self.plan
        pairs = plan.pairs_from + np.arange(len(plan.pairs) if feature_set == "pairs" else 0)
        base = np.arange(len(plan.numbers) + len(plan.calendar))
        return np.concatenate([base, pairs]).astype(np.int64)

    def seen(self, feature_set: str, rows: np.ndarray, block: int, learning: bool) -> np.ndarray:
        """The features of some rows as a model of a block sees them, float32.

        Args:
            feature_set: ``plain`` or ``pairs``.
            rows: The rows.
            block: Which block of target means.
            learning: Whether the model learns from these rows; their target means then come
                from other rows only.
        """
        parts = [self.base[rows]]
        if self.plan.means is not None:
            if learning:
                count = self.plan.slots
                own = encode.own(self.slots, self.averaged, count, rows, block, self.groups)
            else:
                own = self.plan.means[block][self.slots[rows]].reshape(len(rows), -1)
            parts.append(features.rounded(own))
        if feature_set == "pairs":
            parts.append(self.pairs[rows])
        return np.concatenate(parts, axis=1)

    def whole(self, rows: np.ndarray) -> np.ndarray:
        """The whole matrix for some rows, target means left out as 0: for linear models."""
        gap = np.zeros((len(rows), self.plan.pairs_from - self.plan.width), np.float32)
        return np.concatenate([self.base[rows], gap, self.pairs[rows]], axis=1)

    @cached_property
    def averaged(self) -> np.ndarray:
        """What target means are taken of, float64 (rows, targets)."""
        return encode.targets(self.target, self.shape, len(self.codec.classes))

    def _means(self, plan: FeaturePlan) -> np.ndarray:
        """One block of target means a fold, and one of all rows."""
        groups = [self.training_rows(fold) for fold in range(len(self.folds))]
        groups.append(np.arange(len(self.truth)))
        tables = [encode.means(self.slots, self.averaged, plan.slots, rows) for rows in groups]
        return np.stack(tables)


def _groups(parts: Parts, task: Task) -> np.ndarray | None:
    """A number a training row for its group; None where records stand alone."""
    if task.data.group is None or task.data.group not in parts.train.table.columns:
        return None
    return parts.train.table[task.data.group].cast(pl.String).rank("dense").fill_null(0).to_numpy()


def _spread(truth: np.ndarray, task: Task) -> float:
    """The unit of what is learned: one standard deviation of the target."""
    with np.errstate(over="ignore"):
        spread = float(truth.std())
    if not np.isfinite(spread):
        largest = float(np.abs(truth).max())
        raise LuodiError("train.target_too_large", target=task.data.target, largest=largest)
    return spread or 1.0


def _shape(task: Task, classes: int) -> Shape:
    if task.goal == "regress":
        return "regress"
    return "binary" if classes == 2 else "multiclass"


def _recorded(plan: FeaturePlan, recorded: Mapping[str, Any] | None) -> list[Pair]:
    """The pairs of a recorded plan whose columns are still there."""
    place = {name: i for i, name in enumerate(plan.numbers)}
    return [
        Pair(operation, place[left], place[right])
        for operation, left, right in (recorded or {}).get("pairs", ())
        if left in place and right in place
    ]
