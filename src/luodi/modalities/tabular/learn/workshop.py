"""Training tables made ready for learners, and the fits themselves."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from luodi.core import metrics
from luodi.core.objective import utility
from luodi.core.task import Task
from luodi.core.values import Member, Parts, Recipe
from luodi.modalities.tabular import features
from luodi.modalities.tabular.codec import Codec
from luodi.modalities.tabular.features import FeaturePlan
from luodi.modalities.tabular.learn import encode, linear, pairs
from luodi.modalities.tabular.learn.fitted import BOOSTED, FORESTS, Fitted, family_module, learner, link_of, linked
from luodi.modalities.tabular.learn.job import Job, Shape, Stop, never
from luodi.modalities.tabular.learn.portfolio import LINEAR, PORTFOLIO, Entry
from luodi.modalities.tabular.records import fitted_codec, laid, truth_of

MAX_ENCODED_CLASSES = 12


@dataclass(frozen=True)
class Prepared:
    """What was fitted before any learner.

    Attributes:
        codec: How records are laid into arrays.
        plan: How arrays become features.
        shape: ``binary``, ``multiclass`` or ``regress``.
        centre: Mean of the target (``regress``), else 0.
        spread: Standard deviation of the target (``regress``), else 1.
    """

    codec: Codec
    plan: FeaturePlan
    shape: Shape
    centre: float = 0.0
    spread: float = 1.0


class TableWorkshop:
    """See ``core.modality.Workshop``.

    Args:
        parts: The training records and their folds.
        task: The task.
        recorded: A recorded plan whose pairs are used instead of searching for some.
    """

    def __init__(self, parts: Parts, task: Task, recorded: Mapping[str, Any] | None = None) -> None:
        self.task = task
        self.threads = os.cpu_count() or 1
        self.codec = fitted_codec(parts.train, task)
        self.batch = laid(self.codec, parts.train)
        self.classes = self.codec.classes
        self.truth = truth_of(self.codec, parts.train)
        self.folds = parts.folds
        self.ordered = parts.by == "time"
        self.shape: Shape = (
            "regress" if task.goal == "regress" else "binary" if len(self.classes) == 2 else "multiclass"
        )
        self.metric = task.metric or metrics.default_metric(task.goal, self.truth)
        self.centre = float(self.truth.mean()) if self.shape == "regress" else 0.0
        self.spread = float(self.truth.std()) or 1.0 if self.shape == "regress" else 1.0
        self.target = (self.truth - self.centre) / self.spread if self.shape == "regress" else self.truth
        plan = features.planned(self.codec, self.batch)
        self.slots = features.codes(plan, self.batch.feeds.get("categories"), len(self.truth))
        self.plan = replace(plan, means=self._means(plan)).with_pairs(_recorded(plan, recorded))
        self.base = features.base(self.plan, self.batch, self.slots)

    @property
    def prepared(self) -> Prepared:
        """What was fitted before any learner, as a value."""
        return Prepared(self.codec, self.plan, self.shape, self.centre, self.spread)

    def _training_rows(self, fold: int) -> np.ndarray:
        """Rows to learn from when a fold is left out; only earlier ones in a split by time."""
        valid = self.folds[fold]
        if self.ordered:
            return np.arange(int(valid.min()))
        return np.setdiff1d(np.arange(len(self.truth)), valid, assume_unique=True)

    def _means(self, plan: FeaturePlan) -> np.ndarray | None:
        """One block of target means a fold, and one of all rows."""
        if not plan.categories or len(self.classes) > MAX_ENCODED_CLASSES:
            return None
        self._averaged = encode.targets(self.target, self.shape, len(self.classes))
        groups = [self._training_rows(f) for f in range(len(self.folds))]
        groups.append(np.arange(len(self.truth)))
        tables = [encode.means(self.slots, self._averaged, plan.slots, rows) for rows in groups]
        return np.stack(tables)

    def _columns(self, feature_set: str, block: int) -> np.ndarray:
        """Places in the whole matrix that a model of a feature set and block reads."""
        width, pairs_in = self.plan.width, len(self.plan.pairs)
        base = np.arange(width if feature_set == "pairs" else width - pairs_in)
        means = width + block * self.plan.block + np.arange(self.plan.block)
        return np.concatenate([base, means]).astype(np.int64)

    def _seen(self, columns: np.ndarray, rows: np.ndarray, block: int, learning: bool) -> np.ndarray:
        """The features of some rows as a model of a block sees them, float32."""
        base = self.base[np.ix_(rows, columns[columns < self.plan.width])]
        if self.plan.means is None:
            return base
        if learning:
            own = encode.own(self.slots, self._averaged, self.plan.slots, rows, seed=block)
        else:
            own = self.plan.means[block][self.slots[rows]].reshape(len(rows), -1)
        return np.concatenate([base, features.rounded(own)], axis=1)

    def portfolio(self) -> Sequence[Recipe]:
        """See ``Workshop.portfolio``."""
        feature_set = "pairs" if self.plan.pairs else "plain"
        return [self._recipe(entry, feature_set) for entry in PORTFOLIO]

    def baselines(self) -> tuple[Recipe, Recipe]:
        """The dumb and the linear baseline."""
        return Recipe("dumb", {}, "plain", 0), self._recipe(LINEAR, "plain")

    def _recipe(self, entry: Entry, feature_set: str) -> Recipe:
        params = {**learner(entry.family).DEFAULTS, **entry.params}
        return Recipe(entry.family, params, feature_set, self.task.split.seed)

    def explore(self, trial: Any, family: str) -> Recipe:
        """See ``Workshop.explore``."""
        params = learner(family).space(trial)
        return Recipe(family, params, "pairs" if self.plan.pairs else "plain", trial.number)

    def fit(self, recipe: Recipe, stop: Stop = never) -> Iterator[Member]:
        """See ``Workshop.fit``."""
        began = time.perf_counter()
        models: list[Fitted] = []
        said = self._unsaid()
        for fold, valid in enumerate(self.folds):
            model = self._fit_one(recipe, self._training_rows(fold), fold, valid, fold, stop)
            said[valid] = self._says(model, recipe, valid, fold)
            models.append(model)
            done = replace(recipe, rounds=tuple(m.rounds for m in models))
            score = self.score(said)
            yield Member(done, tuple(models), said.copy(), score, time.perf_counter() - began)

    def _unsaid(self) -> np.ndarray:
        width = (len(self.classes),) if self.shape != "regress" else ()
        return np.full((len(self.truth), *width), np.nan)

    def score(self, out_of_fold: np.ndarray) -> float:
        """The task's metric over the rows that have an answer; higher is better."""
        seen = ~np.isnan(out_of_fold.reshape(len(out_of_fold), -1)[:, 0])
        return self.utility(self.truth[seen], out_of_fold[seen])

    def utility(self, truth: np.ndarray, answers: np.ndarray) -> float:
        """The task's metric, signed so that higher is better; decisions as they would be taken."""
        return utility(self.metric, truth, answers, self.task.costs, self.classes)

    def _fit_one(
        self, recipe: Recipe, rows: np.ndarray, block: int, valid: np.ndarray | None, fold: int | None, stop: Stop
    ) -> Fitted:
        columns = self._columns(recipe.features, block)
        rounds = recipe.rounds[fold or 0] if recipe.rounds else None
        early = valid is not None and rounds is None and recipe.family in FORESTS
        job = Job(
            features=self._seen(columns, rows, block, learning=True),
            truth=self.target[rows],
            valid_features=self._seen(columns, valid, block, learning=False) if early and valid is not None else None,
            valid_truth=self.target[valid] if early and valid is not None else None,
            shape=self.shape,
            classes=len(self.classes),
            params=recipe.params,
            seed=recipe.seed,
            threads=self.threads,
            rounds=rounds,
            stop=stop,
        )
        if recipe.family == "dumb":
            return Fitted("dumb", linear.constant(job, self.plan.slots), 0, columns)
        if recipe.family == "linear":
            return Fitted("linear", self._linear(job, columns, rows), 0, columns)
        native, used = family_module(recipe.family).fit(job)
        return Fitted(recipe.family, native, used, columns)

    def _linear(self, job: Job, columns: np.ndarray, rows: np.ndarray) -> linear.LinearModel:
        """A linear model; ranks and target means of categories are left to the level weights."""
        plan = self.plan
        numbers = len(plan.numbers) + len(plan.calendar)
        pairs_from = numbers + len(plan.categories)
        numeric = columns[(columns < numbers) | ((columns >= pairs_from) & (columns < plan.width))]
        return linear.fit(job, self.slots[rows], plan.slots, numeric)

    def _says(self, model: Fitted, recipe: Recipe, rows: np.ndarray, block: int) -> np.ndarray:
        """Probabilities or values for some rows."""
        raw = self._raw(model, rows, block)
        if self.shape == "regress":
            return raw[:, 0] * self.spread + self.centre
        return linked(raw, link_of(recipe.family, self.shape))

    def _raw(self, model: Fitted, rows: np.ndarray, block: int) -> np.ndarray:
        if isinstance(model.native, linear.LinearModel):
            return model.native.margins(self.base[rows], self.slots[rows])
        seen = self._seen(model.columns, rows, block, learning=False)
        return np.asarray(family_module(model.family).margins(model.native, model.rounds, seen))

    def enrich(self, base: Member, stop: Stop) -> Sequence[Recipe]:
        """See ``Workshop.enrich``: pairs that gain out of fold are added to the plan."""
        numbers = features.filled(self.plan, self.batch.feeds.get("numbers", np.empty((len(self.truth), 0))))
        ranked = self._ranked_pairs(base, numbers, stop)
        best, kept = base, self.plan.pairs
        plain = replace(base.recipe, features="pairs", rounds=())
        for size in pairs.SIZES:
            if stop() or not ranked or size > max(3, 2 * len(ranked)):
                break
            self._use(ranked[:size])
            member = base
            for member in self.fit(plain, stop):
                pass
            if len(member.models) == len(self.folds) and member.score > best.score:
                best, kept = member, self.plan.pairs
        self._use(kept if best is base or self._truly(best, base) else ())
        return [replace(best.recipe, rounds=())] if self.plan.pairs else []

    def _truly(self, better: Member, base: Member) -> bool:
        """Whether a gain shows in most folds, not in one."""
        gains = [
            self.utility(self.truth[f], better.out_of_fold[f])
            - self.utility(self.truth[f], base.out_of_fold[f])
            for f in self.folds
        ]
        return float(np.mean(gains)) > 0 and sum(g > 0 for g in gains) * 2 > len(gains)

    def _use(self, chosen: Sequence[pairs.Pair]) -> None:
        self.plan = self.plan.with_pairs(chosen)
        self.base = features.base(self.plan, self.batch, self.slots)

    def _ranked_pairs(self, base: Member, numbers: np.ndarray, stop: Stop) -> list[pairs.Pair]:
        gain = np.zeros(len(self.plan.numbers))
        for model in base.models:
            seen = model.columns < len(gain)
            gain[model.columns[seen]] += family_module("lightgbm").gains(model.native)[seen]
        strongest = [int(i) for i in np.argsort(-gain, kind="stable") if gain[i] > 0]
        start = self._unsaid_margins()
        for fold, (model, valid) in enumerate(zip(base.models, self.folds, strict=True)):
            start[valid] = self._raw(model, valid, fold)
        seen_rows = ~np.isnan(start[:, 0])
        return pairs.ranked(
            numbers[seen_rows], strongest, self.target[seen_rows], start[seen_rows],
            self.shape, base.recipe.seed, self.threads, stop,
        )  # fmt: skip

    def _unsaid_margins(self) -> np.ndarray:
        return np.full((len(self.truth), len(self.classes) if self.shape == "multiclass" else 1), np.nan)

    def refit(self, member: Member) -> Member:
        """See ``Workshop.refit``."""
        last = len(self.folds)
        recipe = member.recipe
        rounds = (max(1, round(float(np.mean(recipe.rounds)) * 1.1)),) if recipe.rounds else ()
        began = time.perf_counter()
        whole = self._fit_one(replace(recipe, rounds=rounds), np.arange(len(self.truth)), last, None, 0, never)
        seconds = member.seconds + time.perf_counter() - began
        return replace(member, models=(whole,), seconds=seconds)

    def shipped(self, member: Member, single: bool) -> Member:
        """See ``Workshop.shipped``: boosted trees keep one model a fold, others are refitted.

        In a split by time the fold models have seen too little of the newest records, and a
        forest of fully grown trees or a linear model gains nothing from being kept five times.
        """
        if single or self.ordered or member.recipe.family not in BOOSTED:
            return self.refit(member)
        return member

    def weigh(self, members: Sequence[Member]) -> float:
        """See ``Workshop.weigh``."""
        return float(sum(m.rounds for member in members for m in member.models if m.family in FORESTS))


def _recorded(plan: FeaturePlan, recorded: Mapping[str, Any] | None) -> list[pairs.Pair]:
    """The pairs of a recorded plan whose columns are still there."""
    place = {name: i for i, name in enumerate(plan.numbers)}
    return [
        pairs.Pair(operation, place[left], place[right])
        for operation, left, right in (recorded or {}).get("pairs", ())
        if left in place and right in place
    ]
