"""Fitted networks made smaller, with the images that they were trained on at hand."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from luodi.core.errors import LuodiError
from luodi.core.session import Session
from luodi.core.values import Artifact, Change, Member, Recipe
from luodi.core.workshop import Stop, never
from luodi.modalities.image.graph.compose import INPUT
from luodi.modalities.image.learn.workshop import ImageWorkshop
from luodi.modalities.image.shrink import change
from luodi.modalities.image.shrink.own import refuse_others
from luodi.modalities.image.shrink.restore import restored


class ImageShrinker:
    """See ``core.workshop.Shrinker``.

    Args:
        workshop: The training images.
    """

    def __init__(self, workshop: ImageWorkshop) -> None:
        self.workshop = workshop

    def restored(self, model: bytes, plan: Mapping[str, Any]) -> tuple[Member, ...]:
        """See ``Shrinker.restored``."""
        work = self.workshop
        self.refuse(told["family"] for told in plan["members"])
        if (plan["channels"], plan["height"], plan["width"]) != self._shape:
            raise LuodiError("compress.other_data", name=work.task.name)
        found = []
        networks = restored(model, plan, len(work.classes))
        for network, told in zip(networks, plan["members"], strict=True):
            seen = work.prepared
            own = replace(network, mean=seen.mean, spread=seen.spread)
            own = work.measured(own, work.folds[0])
            recipe = Recipe(told["family"], told["params"], told["features"], told["seed"])
            found.append(work.member(recipe, own, 0.0))
        return tuple(found)

    def refuse(self, families: Iterable[str]) -> None:
        """See ``Shrinker.refuse``."""
        refuse_others(self.workshop.task.name, families)

    def changes(self) -> Sequence[Change]:
        """See ``Shrinker.changes``: whole numbers, in weights alone, everywhere, and tuned."""
        return change.WEIGHTS, change.WHOLE, change.TUNED

    def students(self, members: Sequence[Member], most_mb: float | None) -> Sequence[Change]:
        """See ``Shrinker.students``."""
        best = max(members, key=lambda one: one.score)
        return change.students(best, self._shape, len(self.workshop.classes), most_mb)

    def changed(
        self,
        members: Sequence[Member],
        weights: Sequence[float],
        how: Change,
        stop: Stop = never,
        seconds: float = math.inf,
    ) -> Member | None:
        """See ``Shrinker.changed``."""
        began = time.perf_counter()
        work = self.workshop
        recipe = change.recipe_of(members, weights, how)
        if how.trains and not work.proposals.affords(recipe.family, seconds):
            return None
        job = work.job(recipe, work.folds[0], None, stop, seconds)
        sources = [one.models[0] for one in members]
        model = change.changed(job, recipe, sources, weights)
        model = work.measured(model, work.folds[0])
        return work.member(recipe, model, time.perf_counter() - began)

    def weakest(self, members: Sequence[Member]) -> tuple[str, float] | None:
        """See ``Shrinker.weakest``."""
        work, best = self.workshop, max(members, key=lambda one: one.score)
        job = work.job(best.recipe, work.folds[0], None, never, math.inf)
        return change.weakest(job, best.models[0])

    def held_out(self, artifact: Artifact) -> tuple[np.ndarray, np.ndarray]:
        """See ``Shrinker.held_out``."""
        (valid,) = self.workshop.folds
        session = Session(artifact.model, self.workshop.task.goal)
        probabilities, *_ = session({INPUT: self.workshop.images[valid]})
        return self.workshop.truth[valid], probabilities

    @property
    def _shape(self) -> tuple[int, int, int]:
        """Channels, height and width."""
        seen = self.workshop.prepared
        return seen.channels, seen.height, seen.width
