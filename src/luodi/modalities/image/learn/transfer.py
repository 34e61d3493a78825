"""Families that begin with what is known already: heads on features, and networks trained on."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from luodi.core.errors import LuodiError
from luodi.core.events import Event, Listener, silent
from luodi.core.values import Member, Recipe
from luodi.modalities.image.backbone.bank import bank
from luodi.modalities.image.backbone.features import computed
from luodi.modalities.image.backbone.value import Backbone
from luodi.modalities.image.learn import augment, head
from luodi.modalities.image.learn.fitted import softmax
from luodi.modalities.image.learn.frozen import Frozen
from luodi.modalities.image.learn.portfolio import Case, settings
from luodi.modalities.image.learn.prepared import BANK, FROZEN, TUNED, Prepared
from luodi.modalities.image.learn.settings import Settings

SLOWER = 0.1
"""Share of the usual learning rate: what is known already must not be swept away."""


@dataclass(frozen=True)
class Seen:
    """The training images, for features.

    Attributes:
        files: What ``codec.decode`` reads, one a row.
        column: Name of their column, for errors.
        channels: 1 or 3.
        truth: Class index, int64 (rows,).
        classes: Number of classes.
        threads: Threads that there are.
    """

    files: Sequence[Any] = field(repr=False)
    column: str
    channels: int
    truth: np.ndarray = field(repr=False)
    classes: int
    threads: int


class Features:
    """What a backbone makes of the training images; computed once and kept for the build.

    Args:
        family: Name of the family.
        backbone: The backbone.
        seen: The images.
        listener: Told how far it is, and where time is not enough.

    Raises:
        LuodiError: ``backbone.colours``.
    """

    def __init__(
        self, family: str, backbone: Backbone, seen: Seen, listener: Listener = silent
    ) -> None:
        if seen.channels > backbone.channels:
            raise LuodiError("backbone.colours", source=backbone.source)
        self.family, self.backbone, self.seen, self.listener = family, backbone, seen, listener
        self._kept: dict[bool, np.ndarray] = {}

    def recipe(self, case: Case, seed: int) -> Recipe:
        """A head to begin with: of few images each is also seen in a mirror, if they may be."""
        may = augment.may_mirror(case.height, case.width, case.channels)
        return Recipe(self.family, _params(case.few and may), self.family, seed)

    def explored(self, suggest: Any, case: Case) -> Recipe:
        """A recipe from an Optuna trial."""
        may = augment.may_mirror(case.height, case.width, case.channels)
        mirror = suggest.suggest_categorical(f"{self.family}.mirror", [True, False])
        return Recipe(self.family, _params(mirror and may), self.family, suggest.number)

    def member(
        self, recipe: Recipe, valid: np.ndarray, seconds: float = math.inf
    ) -> tuple[Member, np.ndarray] | None:
        """A head that has not learned from some rows, and what it says of those.

        Args:
            recipe: What to fit; a ``strength`` of 0 is chosen on folds of the other rows.
            valid: The rows to keep out, int64.
            seconds: Time that there is.

        Returns:
            The member, not scored yet, and probabilities float64 (rows of ``valid``, classes);
            None where the time is not enough for the features.
        """
        began = time.perf_counter()
        forms = self._forms(bool(recipe.params["mirror"]), seconds)
        if forms is None:
            self.listener(Event("note", {"text": "backbone_slow"}))
            return None
        rows = np.setdiff1d(np.arange(len(self.seen.truth)), valid)
        model = self._fitted(recipe, forms, rows)
        params = {**recipe.params, "strength": model.head.strength}
        said = softmax(model.head.logits(forms[0, valid]))
        done = replace(recipe, params=params, rounds=(0,))
        empty = np.empty((0, self.seen.classes))
        return Member(done, (model,), empty, math.nan, time.perf_counter() - began), said

    def refitted(self, member: Member) -> Member:
        """The member with a head that has learned from all rows, as strictly."""
        forms = self._forms(bool(member.recipe.params["mirror"]), math.inf)
        assert forms is not None
        model = self._fitted(member.recipe, forms, np.arange(len(self.seen.truth)))
        return replace(member, models=(model,))

    def _fitted(self, recipe: Recipe, forms: np.ndarray, rows: np.ndarray) -> Frozen:
        given, seen = forms[:, rows], self.seen
        strength = float(recipe.params.get("strength", 0.0))
        found = head.fitted(given, seen.truth[rows], seen.classes, strength)
        return Frozen(self.backbone, found, self.family)

    def _forms(self, mirror: bool, seconds: float) -> np.ndarray | None:
        """Features float32 (forms, rows, n): of the images, and of them in a mirror."""
        began = time.perf_counter()
        for mirrored in (False, True)[: 1 + mirror]:
            if mirrored in self._kept:
                continue
            left = seconds - (time.perf_counter() - began)
            found = computed(
                self.backbone, self.seen.files, self.seen.column, self.seen.channels,
                mirrored=mirrored, threads=self.seen.threads, seconds=left,
                listener=self.listener,
            )  # fmt: skip
            if found is None:
                return None
            self._kept[mirrored] = found
        return np.stack([self._kept[at] for at in (False, True)[: 1 + mirror]])


def offered(prepared: Prepared, seen: Seen, listener: Listener = silent) -> dict[str, Features]:
    """By family, what makes features of the training images.

    Args:
        prepared: What they have in common, with the backbone that the task names, if it names one.
        seen: The images.
        listener: Told how far features are.
    """
    own = bank(prepared.height, prepared.width, prepared.channels)
    backbones = {FROZEN: prepared.backbone, BANK: own}
    return {name: Features(name, one, seen, listener) for name, one in backbones.items() if one}


def trainable(prepared: Prepared) -> Any:
    """Weights of a network of this house that can be trained on, in the channels seen here; None
    where the task names no such network."""
    backbone = prepared.backbone
    fits = backbone is not None and backbone.channels == prepared.channels
    return backbone.weights if backbone is not None and fits else None


def _params(mirror: bool) -> dict[str, Any]:
    return {"mirror": mirror, "strength": 0.0}


def tuned(house: Any, case: Case) -> Settings:
    """Settings that train a network of this house on, at a low rate."""
    usual = settings(house.family, case)
    return replace(usual, learning_rate=usual.learning_rate * SLOWER, width=house.width)


def tuned_explored(suggest: Any, house: Any, case: Case) -> Settings:
    """The same from an Optuna trial."""
    first = tuned(house, case)
    rate = first.learning_rate
    return replace(
        first,
        learning_rate=suggest.suggest_float(f"{TUNED}.learning_rate", rate / 4, rate * 8, log=True),
        augment=suggest.suggest_float(f"{TUNED}.augment", 0.0, 1.2),
        mixup=suggest.suggest_float(f"{TUNED}.mixup", 0.0, 0.5),
    )


def same_as_planned(backbone: Backbone | None, recorded: Mapping[str, Any] | None) -> None:
    """Refuse to repeat a plan with another backbone than it was made with.

    Raises:
        LuodiError: ``backbone.planned``.
    """
    planned = (recorded or {}).get("backbone")
    if planned is None:
        return
    difference = "-" if backbone is None else backbone.differs(planned)
    if difference is not None:
        digest = str(planned.get("digest", "-")).removeprefix("sha256:")
        facts = {"source": planned.get("source", "-"), "digest": digest}
        raise LuodiError("backbone.planned", difference=difference, **facts)
