"""Training tables made ready for learners, and the fits themselves."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from luodi.core import metrics
from luodi.core.objective import utility
from luodi.core.task import Task
from luodi.core.values import Member, Parts, Recipe
from luodi.modalities.tabular.learn import linear, portfolio
from luodi.modalities.tabular.learn.abreast import either, halting, shared
from luodi.modalities.tabular.learn.enrich import enriched
from luodi.modalities.tabular.learn.fitted import (
    BOOSTED,
    FORESTS,
    Fitted,
    family_module,
    learner,
    link_of,
    linked,
)
from luodi.modalities.tabular.learn.job import Job, Stop, never
from luodi.modalities.tabular.learn.portfolio import LINEAR, Entry
from luodi.modalities.tabular.learn.prepared import Prepared
from luodi.modalities.tabular.learn.tables import Tables

REFIT_GROWTH = 1.1
"""A refit sees more rows than a fold model did, and may take a few rounds more."""

MOST_CELLS_ABREAST = 50_000_000
"""Above it the folds' copies would crowd the memory, and learners use the cores well alone."""


class TableWorkshop:
    """See ``core.workshop.Workshop``.

    Args:
        parts: The training records and their folds.
        task: The task.
        recorded: A recorded plan whose pairs are used instead of searching for some.
    """

    def __init__(self, parts: Parts, task: Task, recorded: Mapping[str, Any] | None = None) -> None:
        self.task = task
        self.tables = Tables(parts, task, recorded)
        self.classes = self.tables.codec.classes
        self.truth = self.tables.truth
        self.folds = self.tables.folds
        self.metric = task.metric or metrics.default_metric(task.goal, self.truth)
        cores = os.cpu_count() or 1
        cells = len(self.truth) * max(1, self.tables.base.shape[1])
        self.abreast = cores if cells < MOST_CELLS_ABREAST else 1
        self.threads = max(1, cores // self.abreast)
        self._refits: dict[int, tuple[Member, Member]] = {}

    @property
    def prepared(self) -> Prepared:
        """See ``Workshop.prepared``."""
        return self.tables.prepared

    @property
    def keeps_folds(self) -> bool:
        """See ``Workshop.keeps_folds``."""
        return not self.tables.ordered

    @property
    def feature_set(self) -> str:
        """The richest feature set there is."""
        return "pairs" if self.tables.plan.pairs else "plain"

    def portfolio(self, first: Member | None = None) -> Sequence[Recipe]:
        """See ``Workshop.portfolio``."""
        entries = portfolio.ordered(first is not None and not portfolio.settled(first.models))
        return [self._recipe(e, self.feature_set) for e in entries if self._possible(e.family)]

    def _possible(self, family: str) -> bool:
        """Extra trees number the classes that they see: every fold must learn of them all."""
        if family != "extra_trees" or not self.classes:
            return True
        learned = (self.truth[self.tables.training_rows(fold)] for fold in range(len(self.folds)))
        return all(len(np.unique(truth)) == len(self.classes) for truth in learned)

    @property
    def first_share(self) -> float:
        """See ``Workshop.first_share``: many short fits find more than one long one."""
        return 0.25

    def baselines(self) -> tuple[Recipe, Recipe]:
        """See ``Workshop.baselines``."""
        return Recipe("dumb", {}, "plain", 0), self._recipe(LINEAR, "plain")

    def begun(self) -> Sequence[Recipe]:
        """See ``Workshop.begun``: nothing of a table is put aside."""
        return ()

    def _recipe(self, entry: Entry, feature_set: str) -> Recipe:
        params = {**learner(entry.family).DEFAULTS, **entry.params}
        return Recipe(entry.family, params, feature_set, self.task.split.seed)

    def explore(self, suggest: Any, family: str) -> Recipe:
        """See ``Workshop.explore``."""
        params = learner(family).space(suggest)
        return Recipe(family, params, self.feature_set, suggest.number)

    def enrich(self, base: Member, stop: Stop) -> Iterator[Member]:
        """See ``Workshop.enrich``."""
        return enriched(self, base, stop)

    def fit(
        self, recipe: Recipe, stop: Stop = never, seconds: float = math.inf
    ) -> Iterator[Member]:
        """See ``Workshop.fit``.

        Folds run side by side, one thread each: learners gain little from a second thread on
        small tables, and lose much when another process wants the core.
        """
        began = time.perf_counter()
        stops = shared(seconds, len(self.folds), self.abreast)
        models: list[Fitted] = []
        width = (len(self.classes),) if self.classes else ()
        said = np.full((len(self.truth), *width), np.nan)
        with halting(self.abreast, stop) as (pool, ended):
            fits = [
                pool.submit(self._fold, recipe, fold, either(ended, late))
                for fold, late in enumerate(stops)
            ]
            for fold, fit in enumerate(fits):
                model, answers = fit.result()
                said[self.folds[fold]] = answers
                models.append(model)
                done = replace(recipe, rounds=tuple(m.rounds for m in models))
                took = time.perf_counter() - began
                yield Member(done, tuple(models), said.copy(), self.score(said), took)

    def _fold(self, recipe: Recipe, fold: int, stop: Stop) -> tuple[Fitted, np.ndarray]:
        """One fold's model and what it says of the rows that it has not seen."""
        rounds = recipe.rounds[fold] if recipe.rounds else None
        valid, rows = self.folds[fold], self.tables.training_rows(fold)
        model = self._fitted(recipe, rows, fold, valid, rounds, stop)
        return model, self._says(model, recipe, valid, fold)

    def score(self, out_of_fold: np.ndarray) -> float:
        """See ``Workshop.score``."""
        seen = ~np.isnan(out_of_fold.reshape(len(out_of_fold), -1)[:, 0])
        return self.utility(self.truth[seen], out_of_fold[seen])

    def utility(self, truth: np.ndarray, answers: np.ndarray) -> float:
        """The task's metric, signed so that higher is better; decisions as they would be taken."""
        return utility(self.metric, truth, answers, self.task.costs, self.classes)

    def margins(self, model: Fitted, recipe: Recipe, rows: np.ndarray, block: int) -> np.ndarray:
        """Raw scores of a fold's model for rows that it has not seen, (rows, outputs)."""
        if isinstance(model.native, linear.LinearModel):
            return model.native.margins(self.tables.whole(rows), self.tables.slots[rows])
        seen = self.tables.seen(recipe.features, rows, block, learning=False)
        module = family_module(model.family)
        return np.asarray(module.margins(model.native, model.rounds, seen))

    def _says(self, model: Fitted, recipe: Recipe, rows: np.ndarray, block: int) -> np.ndarray:
        """Probabilities or values of a fold's model."""
        raw = self.margins(model, recipe, rows, block)
        if self.tables.shape == "regress":
            return raw[:, 0] * self.tables.spread + self.tables.centre
        return linked(raw, link_of(recipe.family, self.tables.shape))

    def _fitted(
        self,
        recipe: Recipe,
        rows: np.ndarray,
        block: int,
        valid: np.ndarray | None,
        rounds: int | None,
        stop: Stop,
    ) -> Fitted:
        """One model from some rows; ``valid`` are rows to stop early on, if rounds are open."""
        tables = self.tables
        early = valid if rounds is None and recipe.family in FORESTS else None
        is_linear = recipe.family in ("linear", "dumb")
        numeric = tables.numeric(recipe.features)
        if recipe.family == "linear":
            rows = linear.affordable(rows, recipe, len(numeric), tables.plan.slots)
        job = Job(
            features=tables.whole(rows)
            if is_linear
            else tables.seen(recipe.features, rows, block, learning=True),
            truth=tables.target[rows],
            valid_features=None
            if early is None
            else tables.seen(recipe.features, early, block, learning=False),
            valid_truth=None if early is None else tables.target[early],
            shape=tables.shape,
            classes=len(self.classes),
            params=recipe.params,
            seed=recipe.seed,
            threads=self.threads,
            rounds=rounds,
            stop=stop,
        )
        columns = tables.columns(recipe.features, block)
        if recipe.family == "dumb":
            return Fitted("dumb", linear.constant(job, tables.plan.slots), 0, columns)
        if recipe.family == "linear":
            model = linear.fit(job, tables.slots[rows], tables.plan.slots, numeric)
            return Fitted("linear", model, 0, columns)
        native, used = family_module(recipe.family).fit(job)
        return Fitted(recipe.family, native, used, columns)

    def refit(self, member: Member) -> Member:
        """See ``Workshop.refit``."""
        if id(member) in self._refits:
            return self._refits[id(member)][1]
        began = time.perf_counter()
        mean = float(np.mean(member.recipe.rounds)) if member.recipe.rounds else 0.0
        everything = np.arange(len(self.truth))
        rounds = max(1, round(mean * REFIT_GROWTH))
        whole = self._fitted(member.recipe, everything, len(self.folds), None, rounds, never)
        seconds = member.seconds + time.perf_counter() - began
        made = replace(member, models=(whole,), seconds=seconds)
        self._refits[id(member)] = member, made
        return made

    def shipped(self, member: Member, single: bool) -> Member:
        """See ``Workshop.shipped``: boosted trees keep one model a fold, others are refitted.

        In a split by time the fold models have seen too little of the newest records, and a
        forest of fully grown trees or a linear model gains nothing from being kept once a fold.
        """
        if single or not self.keeps_folds or member.recipe.family not in BOOSTED:
            return self.refit(member)
        return member
