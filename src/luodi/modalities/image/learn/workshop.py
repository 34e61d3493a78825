"""Training images made ready for networks, and the fits themselves."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

import numpy as np

from luodi.core import metrics
from luodi.core.errors import LuodiError
from luodi.core.events import Event, Listener, silent
from luodi.core.interrupt import deferred, either, undisturbed
from luodi.core.objective import utility
from luodi.core.task import Task
from luodi.core.values import Dataset, Member, Parts, Recipe
from luodi.core.workshop import Shelf, Stop, never
from luodi.modalities.image.learn import gathered, strange, training, transfer, views
from luodi.modalities.image.learn.aside import Aside
from luodi.modalities.image.learn.baseline import constant
from luodi.modalities.image.learn.ended import ended, restored
from luodi.modalities.image.learn.fitted import Fitted, softmax
from luodi.modalities.image.learn.job import Job, Progress, Validation, Watch
from luodi.modalities.image.learn.portfolio import Case
from luodi.modalities.image.learn.prepared import TUNED, Prepared
from luodi.modalities.image.learn.proposals import Proposals
from luodi.modalities.image.learn.settings import Settings
from luodi.modalities.image.learn.state import State
from luodi.modalities.image.learn.transfer import Features, Seen
from luodi.modalities.image.shrink import change
from luodi.modalities.target import ordered_classes

BASELINES = ("dumb", "linear")
MEASURING = 0.05
"""Share of the time for looking at what images usually look like to a network."""


class ImageWorkshop:
    """See ``core.workshop.Workshop``.

    Only the first fold is validated on, and its network is what ships: one network a fold would
    take a multiple of the time in training and in service, for little.

    Args:
        parts: The training records, with a Binary column of image files, and their folds.
        task: The task.
        recorded: A recorded plan; recipes hold everything, but a backbone must be the same.
        listener: Told of every epoch, and how far features are.
        shelf: Where trainings are put aside; None to keep nothing.

    Raises:
        LuodiError: ``train.image_regress``, ``backbone.*``, ``rows.image_*`` with the number of
            the row.

    Attributes:
        truth: Class index of each training row, int64 (rows,).
        classes: Canonical text of the classes, in order.
        folds: The first fold only.
        metric: What is trained for.
        images: The training images, uint8 (rows, height, width, channels).
        threads: Threads that there are; a recipe says how many of them it uses.
    """

    def __init__(
        self,
        parts: Parts,
        task: Task,
        recorded: Mapping[str, Any] | None = None,
        listener: Listener = silent,
        shelf: Shelf | None = None,
    ) -> None:
        if task.goal != "classify":
            raise LuodiError("train.image_regress", target=task.data.target)
        self.task, self.listener, self.aside = task, listener, Aside(shelf, listener)
        self.threads = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
        self.classes = ordered_classes(parts.train, task)
        self.truth = gathered.truths(parts.train, self.classes)
        self.folds = (gathered.judging(parts, task),)
        self._begun, self._fits = False, 0
        self.metric = task.metric or metrics.default_metric(task.goal, self.truth)
        self._prepared, self.images = gathered.prepared(
            parts.train, task, self.classes, self.threads
        )
        transfer.same_as_planned(self._prepared.backbone, recorded)
        self._features = self._offered(parts.train)
        house = transfer.trainable(self._prepared)
        self.proposals = Proposals(self._case, self._features, house, task.split.seed)

    def _offered(self, train: Dataset) -> dict[str, Features]:
        """By family, what makes features of the training images."""
        (column,), seen = train.columns, self._prepared
        files = train.table[column.name].to_list()
        shown = Seen(files, column.name, seen.channels, self.truth, len(self.classes), self.threads)
        return transfer.offered(seen, shown, self.listener)

    def _case(self) -> Case:
        seen = self._prepared
        rows = len(self.truth) - sum(map(len, self.folds))
        shape = (seen.height, seen.width, seen.channels)
        return Case(*shape, rows, len(self.classes), self.task.budget, self.aside.way(self.threads))

    @property
    def prepared(self) -> Prepared:
        """See ``Workshop.prepared``."""
        return self._prepared

    @property
    def keeps_folds(self) -> bool:
        """See ``Workshop.keeps_folds``."""
        return False

    @property
    def first_share(self) -> float:
        """See ``Workshop.first_share``: one long training is better than several short ones."""
        return 0.9

    def baselines(self) -> tuple[Recipe, Recipe]:
        """See ``Workshop.baselines``."""
        return self.proposals.baselines()

    def portfolio(self, first: Member | None = None) -> Sequence[Recipe]:
        """See ``Workshop.portfolio``."""
        return self.proposals.portfolio()

    def begun(self) -> Sequence[Recipe]:
        """See ``Workshop.begun``; the search asks for its baselines by itself."""
        return [one for one in self.aside.begun() if one.family not in BASELINES]

    def explore(self, suggest: Any, family: str) -> Recipe:
        """See ``Workshop.explore``."""
        return self.proposals.explored(suggest, family)

    def enrich(self, base: Member, stop: Stop) -> Iterator[Member]:
        """See ``Workshop.enrich``: there is nothing richer than the pixels."""
        yield from ()

    def score(self, out_of_fold: np.ndarray) -> float:
        """See ``Workshop.score``."""
        seen = ~np.isnan(out_of_fold[:, 0])
        return self.utility(self.truth[seen], out_of_fold[seen])

    def utility(self, truth: np.ndarray, answers: np.ndarray) -> float:
        """The task's metric, signed so that higher is better; decisions as they would be taken."""
        return utility(self.metric, truth, answers, self.task.costs, self.classes)

    def fit(
        self, recipe: Recipe, stop: Stop = never, seconds: float = math.inf
    ) -> Iterator[Member]:
        """See ``Workshop.fit``; there is one fold, and so one yield.

        There is none where the time is not enough for a few epochs of a network: nothing that
        could be compared would come of it. The first of the portfolio takes what there is.

        Ctrl-C ends a training with its best epoch so far, and is raised again after that is handed
        over. A baseline that was cut off would make all others look better, so none is.
        """
        if recipe.family in self._features:
            yield from self._headed(recipe, seconds)
            return
        begun = self.aside.knows(recipe)
        if self._begun and not begun and not self.proposals.affords(recipe.family, seconds):
            return
        self._begun |= recipe.family not in BASELINES
        with undisturbed() if recipe.family in BASELINES else deferred() as pressed:
            member = self._judged(recipe, either(stop, pressed), seconds)
            plain = recipe.family != "dumb" and not change.sources_of(recipe)
            if plain and not pressed():
                self.aside.end(recipe, ended(recipe, member))
        self._fits += math.isfinite(member.score) and recipe.family != "dumb"
        yield member
        if pressed():
            raise KeyboardInterrupt

    def _judged(self, recipe: Recipe, stop: Stop, seconds: float) -> Member:
        """The network of a recipe and what it says of the fold: trained, gone on with, or ready."""
        began, (valid,) = time.perf_counter(), self.folds
        ready = self.aside.ended(recipe)
        kept = self.aside.cut_off(recipe) if ready is None else None
        spent = (ready or kept or State({}, {})).spent
        epochs = recipe.rounds[0] if recipe.rounds else None
        if ready is not None:
            model = restored(ready, self.job(recipe, valid, epochs, stop, seconds))
        else:
            own, told = not change.sources_of(recipe), self._telling(recipe)
            watch = self.aside.watch(recipe, kept, told.told) if own else told
            model = self._fitted(recipe, valid, epochs, stop, seconds + spent, watch)
            model = self._seeing(recipe, model, valid)
        model = self.measured(model, valid)
        took = spent + (0.0 if ready is not None else time.perf_counter() - began)
        return self.member(self._decided(recipe, model), model, took)

    def member(self, recipe: Recipe, model: Fitted, seconds: float) -> Member:
        """A fitted network with what it says of the rows that it did not see.

        Args:
            recipe: Its recipe.
            model: The network.
            seconds: Time that it took.
        """
        (valid,) = self.folds
        said = np.full((len(self.truth), len(self.classes)), np.nan)
        said[valid] = softmax(model.logits(self.images[valid]))
        done = replace(recipe, rounds=(model.rounds,))
        return Member(done, (model,), said, self.score(said), seconds, model.curve)

    def _telling(self, recipe: Recipe) -> Watch:
        """Who hands the epochs of a recipe on."""
        return Watch(told=lambda one: self._told(replace(one, family=recipe.family)))

    def _told(self, progress: Progress) -> None:
        """Hand an epoch on, under the name that its network gets on the leaderboard."""
        name = f"{progress.family} {self._fits + 1}"
        facts = {**asdict(progress), "name": name, "metric": self.metric}
        self.listener(Event("epoch", facts))

    def _seeing(self, recipe: Recipe, model: Fitted, valid: np.ndarray) -> Fitted:
        """The model with the views that its recipe asks for, or that the fold decides on."""
        asked = Settings.from_json(recipe.params).views
        if asked != views.UNDECIDED or not len(valid):
            return replace(model, mirrored=asked == views.TWO)
        return views.decided(model, self.images[valid], self.truth[valid], self.task)

    def _decided(self, recipe: Recipe, model: Fitted) -> Recipe:
        """The recipe with what was decided, so that a plan repeats it."""
        if Settings.from_json(recipe.params).views != views.UNDECIDED:
            return recipe
        seen = views.TWO if model.mirrored else views.ONE
        return replace(recipe, params={**recipe.params, "views": seen})

    def _headed(self, recipe: Recipe, seconds: float) -> Iterator[Member]:
        """A head on features, where there is time for these; no epochs, so nothing put aside."""
        (valid,) = self.folds
        found = self._features[recipe.family].member(recipe, valid, seconds)
        if found is not None:
            said = np.full((len(self.truth), len(self.classes)), np.nan)
            said[valid] = found[1]
            member = replace(found[0], out_of_fold=said, score=self.score(said))
            self._fits += math.isfinite(member.score)
            yield member

    def refit(self, member: Member) -> Member:
        """See ``Workshop.refit``."""
        if member.recipe.family in self._features:
            return self._features[member.recipe.family].refitted(member)
        began = time.perf_counter()
        nothing = np.empty(0, np.int64)
        rounds, watch = member.recipe.rounds[0], self._telling(member.recipe)
        model = self._fitted(member.recipe, nothing, rounds, never, math.inf, watch)
        model = self.measured(self._seeing(member.recipe, model, nothing), nothing)
        seconds = member.seconds + time.perf_counter() - began
        return replace(member, models=(model,), seconds=seconds)

    def shipped(self, member: Member, single: bool) -> Member:
        """See ``Workshop.shipped``: as it was judged, since a refit would double the time.

        Only a head on features of few images learns from all of them in the end: it takes no time.
        """
        again = member.recipe.family in self._features and self.proposals.case.few
        return self.refit(member) if again else member

    def _fitted(
        self,
        recipe: Recipe,
        valid: np.ndarray,
        epochs: int | None,
        stop: Stop,
        seconds: float,
        watch: Watch,
    ) -> Fitted:
        """One network, from all rows but those to validate on."""
        seen = self._prepared
        rows = np.setdiff1d(np.arange(len(self.truth)), valid)
        if recipe.family == "dumb":
            shape = (seen.channels, seen.height, seen.width)
            return constant(shape, self.truth[rows], len(self.classes), seen.mean, seen.spread)
        job = self.job(recipe, valid, epochs, stop, seconds, watch)
        made_of = change.sources_of(recipe)
        if not made_of:
            return training.fit(job)
        sources = [
            self._fitted(one, valid, one.rounds[0], never, math.inf, self._telling(one))
            for one, _ in made_of
        ]
        return change.changed(job, recipe, sources, [weight for _, weight in made_of])

    def job(
        self,
        recipe: Recipe,
        valid: np.ndarray,
        epochs: int | None,
        stop: Stop,
        seconds: float,
        watch: Watch | None = None,
    ) -> Job:
        """The training of a recipe on all rows but those to validate on."""
        seen, tuning, house = self._prepared, recipe.family == TUNED, self.proposals.house
        mean, spread = seen.mean, seen.spread
        if tuning:
            assert seen.backbone is not None
            mean, spread = seen.backbone.mean, seen.backbone.spread
        return Job(
            family=house.family if tuning else recipe.family,
            settings=Settings.from_json(recipe.params),
            images=self.images,
            truth=self.truth,
            rows=np.setdiff1d(np.arange(len(self.truth)), valid),
            classes=len(self.classes),
            mean=mean,
            spread=spread,
            start=house.inside() if tuning else None,
            valid=self._validation(valid) if len(valid) else None,
            seed=recipe.seed,
            epochs=epochs,
            seconds=seconds * (1 - MEASURING) if seen.strange else seconds,
            stop=stop,
            watch=watch or self._telling(recipe),
        )

    def measured(self, model: Fitted, valid: np.ndarray) -> Fitted:
        """The network with what images usually look like to it, where the task asks for that."""
        seen, rows = self._prepared, np.setdiff1d(np.arange(len(self.truth)), valid)
        if not seen.strange or model.family in BASELINES:
            return model
        found = strange.fitted(model.network, self.images, rows, valid, model.mean, model.spread)
        return replace(model, strange=found)

    def _validation(self, rows: np.ndarray) -> Validation:
        """The rows of a fold, mixed: a training looks at the first of them more often."""
        mixed = np.random.default_rng(0).permutation(rows)
        return Validation(self.images[mixed], self.truth[mixed], self.utility)
