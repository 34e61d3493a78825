"""A pretend workshop: its learners know how much noise to add, and take the time they say."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from luodi.core.objective import utility
from luodi.core.task import Task
from luodi.core.values import Member, Recipe

ROWS = 240
TASK = Task.load(
    {"name": "made", "goal": "classify", "data": {"source": "made.csv", "target": "y"}}
)


def truth(rows: int = ROWS) -> np.ndarray:
    """Two classes, one of them rare."""
    return (np.random.default_rng(0).random(rows) < 0.3).astype(np.int64)


def answers(noise: float, seed: int, of: np.ndarray | None = None) -> np.ndarray:
    """Probabilities that know the truth up to some noise."""
    known = truth() if of is None else of
    rng = np.random.default_rng(seed)
    margin = np.where(known == 1, 1.0, -1.0) + rng.normal(0, noise, len(known))
    positive = 1 / (1 + np.exp(-margin))
    return np.stack([1 - positive, positive], axis=1)


def member(noise: float, seed: int = 0, family: str = "quick") -> Member:
    """A member that was fitted elsewhere."""
    said = answers(noise, seed)
    score = utility("roc_auc", truth(), said)
    return Member(Recipe(family, {"noise": noise}, "plain", seed), ("model",) * 3, said, score, 0.1)


@dataclass
class PretendWorkshop:
    """See ``core.workshop.Workshop``.

    Attributes:
        pause: Seconds that a fold takes.
        families: Families of the portfolio, best guess first.
        before_fold: Called with the recipe and the fold before each fit of a fold.
        fitted: Recipes and folds in the order in which they were fitted.
        earlier: What a process before is said to have begun.
    """

    pause: float = 0.0
    families: tuple[str, ...] = ("quick", "other")
    before_fold: Callable[[Recipe, int], None] = lambda recipe, fold: None
    richer: Callable[[Member], Sequence[Member]] = lambda base: ()
    refits: list[str] = field(default_factory=list)
    fitted: list[tuple[str, int]] = field(default_factory=list)
    truth: np.ndarray = field(default_factory=truth)
    classes: tuple[str, ...] = ("0", "1")
    metric: str = "roc_auc"
    ordered: bool = False
    prepared: Any = None
    earlier: Sequence[Recipe] = ()

    @property
    def first_share(self) -> float:
        return 0.25

    @property
    def keeps_folds(self) -> bool:
        return not self.ordered

    @property
    def folds(self) -> tuple[np.ndarray, ...]:
        return tuple(np.array_split(np.arange(len(self.truth)), 3))

    def baselines(self) -> tuple[Recipe, Recipe]:
        return Recipe("dumb", {"noise": 50.0}, "plain", 0), Recipe("linear", {"noise": 3.0}, "p", 0)

    def score(self, out_of_fold: np.ndarray) -> float:
        seen = ~np.isnan(out_of_fold[:, 0])
        return utility(self.metric, self.truth[seen], out_of_fold[seen])

    def portfolio(self, first: Member | None = None) -> Sequence[Recipe]:
        return [Recipe(f, {"noise": 1.0 + i}, "plain", 0) for i, f in enumerate(self.families)]

    def begun(self) -> Sequence[Recipe]:
        return self.earlier

    def explore(self, suggest: Any, family: str) -> Recipe:
        noise = suggest.suggest_float(f"{family}.noise", 0.5, 5.0)
        return Recipe(family, {"noise": noise}, "plain", suggest.number)

    def fit(
        self, recipe: Recipe, stop: Callable[[], bool] = lambda: False, seconds: float = math.inf
    ) -> Iterator[Member]:
        said = np.full((len(self.truth), 2), np.nan)
        for number, fold in enumerate(self.folds):
            self.before_fold(recipe, number)
            self.fitted.append((recipe.family, number))
            end = time.monotonic() + min(self.pause, seconds / 3)
            while time.monotonic() < end and not stop():
                time.sleep(0.001)
            said[fold] = answers(recipe.params["noise"], recipe.seed, self.truth)[fold]
            done = replace(recipe, rounds=(7,) * (number + 1))
            yield Member(done, ("model",) * (number + 1), said.copy(), self.score(said), 0.0)

    def enrich(self, base: Member, stop: Callable[[], bool]) -> Iterator[Member]:
        yield from self.richer(base)

    def refit(self, member: Member) -> Member:
        self.refits.append(member.recipe.family)
        return replace(member, models=("whole",))

    def shipped(self, member: Member, single: bool) -> Member:
        return self.refit(member) if single else member
