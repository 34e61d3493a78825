"""What is put aside of the trainings of a build, so that a killed one goes on where it stood."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from luodi.core.errors import LuodiError
from luodi.core.events import Event, Listener, silent
from luodi.core.manifest import canonical_json, sha256
from luodi.core.values import Recipe
from luodi.core.workshop import Shelf
from luodi.modalities.image.learn.job import Progress, Watch
from luodi.modalities.image.learn.probe import Way, fastest
from luodi.modalities.image.learn.state import State

EVERY_S = 10.0
"""A training is put aside after an epoch, but not sooner than so long after the last time."""
SHARE = 0.02
"""Nor so often that more than this share of its time is spent on it."""
TRAINING, ENDED, WAY = ".training", ".ended", "way"


class Aside:
    """The trainings of a build: one file for each, of its state, or of its network at the end.

    It is an object because it outlives every training: it knows what an earlier process left.

    Args:
        shelf: Where they are put; None to keep nothing.
        listener: Told when something that was put aside cannot be used, or nothing can be put.
    """

    def __init__(self, shelf: Shelf | None, listener: Listener = silent) -> None:
        self._shelf, self._listener = shelf, listener
        self._way: Way | None = None
        self._begun: dict[str, Mapping[str, Any]] = {}
        damaged = [name for name in shelf.names() if not self._known(name)] if shelf else []
        if damaged:
            listener(Event("note", {"text": "aside_damaged", "count": len(damaged)}))

    def way(self, threads: int) -> Way:
        """The way that is fastest here; the one that earlier trainings took, where there are some.

        Another one would be another recipe, which could not go on with them.
        """
        if self._way is None:
            self._way = fastest(threads)
            self._put(WAY, canonical_json(self._way._asdict()))
        return self._way

    def begun(self) -> Sequence[Recipe]:
        """The recipes that an earlier process began, in their order."""
        listed = sorted(self._begun.values(), key=lambda facts: facts["number"])
        return [_recipe(facts["recipe"]) for facts in listed]

    def knows(self, recipe: Recipe) -> bool:
        """Whether an earlier process began this recipe."""
        return _key(recipe) in self._begun

    def ended(self, recipe: Recipe) -> State | None:
        """The network of a training that has ended, and its facts."""
        return self._state(_key(recipe) + ENDED)

    def cut_off(self, recipe: Recipe) -> State | None:
        """Where a training that has not ended goes on."""
        return self._state(_key(recipe) + TRAINING)

    def watch(
        self, recipe: Recipe, resumed: State | None, told: Callable[[Progress], None]
    ) -> Watch:
        """Who follows the training of a recipe.

        Args:
            recipe: What is trained.
            resumed: Where it goes on.
            told: Called after each epoch.
        """
        if self._shelf is None:
            return Watch(told=told)
        last, cost = time.monotonic(), 0.0

        def due() -> bool:
            return time.monotonic() - last >= max(EVERY_S, cost / SHARE)

        def kept(state: State) -> None:
            nonlocal last, cost
            began = time.monotonic()
            self._keep(recipe, TRAINING, state)
            last = time.monotonic()
            cost = last - began

        return Watch(told=told, kept=kept, due=due, resumed=resumed)

    def end(self, recipe: Recipe, state: State) -> None:
        """A training has ended: its network in place of its state."""
        self._keep(recipe, ENDED, state)
        self._try(lambda shelf: shelf.remove(_key(recipe) + TRAINING))

    def _keep(self, recipe: Recipe, kind: str, state: State) -> None:
        about = self._begun.setdefault(
            _key(recipe), {"recipe": asdict(recipe), "number": len(self._begun)}
        )
        self._put(_key(recipe) + kind, replace(state, facts={**state.facts, **about}).to_bytes())

    def _put(self, name: str, data: bytes) -> None:
        self._try(lambda shelf: shelf.put(name, data))

    def _try(self, work: Callable[[Shelf], None]) -> None:
        """Something with the shelf; when the disk refuses, training goes on without it."""
        if self._shelf is None:
            return
        try:
            work(self._shelf)
        except LuodiError as error:
            self._shelf = None
            self._listener(Event("note", {"text": "aside_refused", "reason": str(error)}))

    def _state(self, name: str) -> State | None:
        data = None if self._shelf is None else self._shelf.read(name)
        try:
            return State.from_bytes(data) if data is not None else None
        except LuodiError:
            return None

    def _known(self, name: str) -> bool:
        """Take in one thing that lies there; False when it is damaged."""
        assert self._shelf is not None
        if name == WAY:
            return self._take_way(self._shelf.read(name))
        state = self._state(name)
        if state is None:
            return False
        self._begun[name.partition(".")[0]] = {k: state.facts[k] for k in ("recipe", "number")}
        return True

    def _take_way(self, data: bytes | None) -> bool:
        self._way = None if data is None else Way(**json.loads(data))
        return data is not None


def _key(recipe: Recipe) -> str:
    """The name of a recipe as it was asked for."""
    return sha256(canonical_json(asdict(recipe)))[:16]


def _recipe(told: Mapping[str, Any]) -> Recipe:
    return Recipe(**{**told, "rounds": tuple(told["rounds"])})
