"""What to try on a set of images: baselines, the portfolio, and what a trial suggests."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any

from luodi.core.values import Recipe
from luodi.modalities.image.learn import portfolio, transfer
from luodi.modalities.image.learn.portfolio import Case
from luodi.modalities.image.learn.prepared import BANK, TUNED
from luodi.modalities.image.learn.transfer import Features

PIXELS = "pixels"
"""The one feature set that networks have."""


class Proposals:
    """Recipes for one set of training images.

    Args:
        asked: Gives what decides which recipes come first; it takes time, and is asked once and
            only where something is to be proposed.
        features: By family, what makes features for a head.
        house: Weights of a network of this house that can be trained on; None without.
        seed: Seed of the first recipes.

    Attributes:
        features: As given.
        house: As given.
    """

    def __init__(
        self, asked: Callable[[], Case], features: Mapping[str, Features], house: Any, seed: int
    ) -> None:
        self._asked, self._seed = asked, seed
        self.features, self.house = features, house

    @cached_property
    def case(self) -> Case:
        """What decides which recipes come first."""
        return self._asked()

    def baselines(self) -> tuple[Recipe, Recipe]:
        """See ``Workshop.baselines``."""
        params = portfolio.linear(self.case).to_json()
        rounds = (portfolio.linear_epochs(self.case),)
        return Recipe("dumb", {}, PIXELS, 0), Recipe("linear", params, PIXELS, 0, rounds)

    def portfolio(self) -> Sequence[Recipe]:
        """Heads on features first, then a network that is known already, then fresh ones."""
        heads = [one.recipe(self.case, self._seed) for one in self.features.values()]
        known = [one for one in heads if one.family != BANK or self.case.few]
        if self.house is not None:
            given = transfer.tuned(self.house, self.case)
            known.append(Recipe(TUNED, given.to_json(), PIXELS, self._seed))
        fresh = portfolio.ordered(self.case)
        return [*known, *(Recipe(name, one.to_json(), PIXELS, self._seed) for name, one in fresh)]

    def explored(self, suggest: Any, family: str) -> Recipe:
        """See ``Workshop.explore``."""
        if family in self.features:
            return self.features[family].explored(suggest, self.case)
        if family == TUNED:
            given = transfer.tuned_explored(suggest, self.house, self.case)
        else:
            given = portfolio.explored(suggest, family, self.case)
        return Recipe(family, given.to_json(), PIXELS, suggest.number)

    def affords(self, family: str, seconds: float) -> bool:
        """Whether so much time is enough for a few epochs of a network."""
        name = self.house.family if family == TUNED else family
        return seconds == math.inf or self.case.affords(name, seconds)
