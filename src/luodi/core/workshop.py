"""What training asks of a kind of data: records ready for learners, and learners made smaller."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from luodi.core.values import Artifact, Change, Member, Recipe

if TYPE_CHECKING:
    import numpy as np

Stop = Callable[[], bool]


def never() -> bool:
    """A stop that never stops."""
    return False


class Shelf(Protocol):
    """Where unfinished work is put, so that a build goes on where a killed one stood."""

    def names(self) -> Sequence[str]:
        """Names of what lies there."""

    def read(self, name: str) -> bytes | None:
        """What was put there under a name; None when there is nothing, or it is damaged."""

    def put(self, name: str, data: bytes) -> None:
        """Put something there, whole or not at all.

        Raises:
            LuodiError: ``environment.disk``.
        """

    def remove(self, name: str) -> None:
        """Take something away.

        Raises:
            LuodiError: ``environment.disk``.
        """


class Workshop(Protocol):
    """Training records made ready for learners: what is fitted before any learner, and fits."""

    truth: np.ndarray
    classes: tuple[str, ...]
    folds: tuple[np.ndarray, ...]
    metric: str

    @property
    def prepared(self) -> Any:
        """What was fitted before any learner."""

    @property
    def keeps_folds(self) -> bool:
        """Whether a member may ship with one model a fold; if not, it always ships as one."""

    @property
    def first_share(self) -> float:
        """The share of the time that the first of the portfolio may take."""

    def baselines(self) -> tuple[Recipe, Recipe]:
        """The dumb and the linear baseline."""

    def score(self, out_of_fold: np.ndarray) -> float:
        """The metric of out-of-fold answers, higher is better; rows without one are left out."""

    def utility(self, truth: np.ndarray, answers: np.ndarray) -> float:
        """The metric of answers to other rows, higher is better."""

    def portfolio(self, first: Member | None = None) -> Sequence[Recipe]:
        """Good first recipes, best guess first.

        Args:
            first: The first of them, fitted: what it showed decides which come next.
        """

    def begun(self) -> Sequence[Recipe]:
        """Recipes that an earlier, killed process of the same build began, in their order.

        Asked to fit one of them, the workshop hands over what is ready, or goes on with it.
        """

    def explore(self, suggest: Any, family: str) -> Recipe:
        """A recipe of a family from an Optuna trial."""

    def fit(
        self, recipe: Recipe, stop: Stop = never, seconds: float = math.inf
    ) -> Iterator[Member]:
        """Fit fold by fold; each yield holds the folds so far, the last one all of them.

        The caller may stop early by not asking for more. Where a fit can hand over its best so far
        on Ctrl-C, that is raised again only after the last yield.

        Args:
            recipe: What to fit.
            stop: Ends every fold with the rounds so far.
            seconds: Time for all folds. Each gets an even share of it, so that no fold is left
                with a model of one round.
        """

    def enrich(self, base: Member, stop: Stop) -> Iterator[Member]:
        """The base on a richer feature set, if one helps out of fold; else nothing.

        Ctrl-C is raised again only after the best so far was handed over.
        """

    def refit(self, member: Member) -> Member:
        """The member with one model fitted on all rows in place of one a fold."""

    def shipped(self, member: Member, single: bool) -> Member:
        """The member as it would be shipped; as a single model if asked."""


class Shrinker(Protocol):
    """Makes fitted learners smaller, as networks can be; the training records are at hand."""

    def restored(self, model: bytes, plan: Mapping[str, Any]) -> tuple[Member, ...]:
        """The members of a release that was built from the same records, ready to be changed.

        Args:
            model: Its graph.
            plan: Its plan.

        Raises:
            LuodiError: ``compress.not_plain`` when it is small already, ``compress.other_data``.
        """

    def refuse(self, families: Iterable[str]) -> None:
        """Refuse members of families that cannot be made smaller.

        Raises:
            LuodiError: ``compress.brought`` when one began with what was not learned here.
        """

    def changes(self) -> Sequence[Change]:
        """Changes of a single member that keep its form, the cheapest first."""

    def students(self, members: Sequence[Member], most_mb: float | None) -> Sequence[Change]:
        """Changes that make one smaller learner of all members, the likeliest first.

        Args:
            members: The members.
            most_mb: The largest graph wanted after the strongest of ``changes``, MB; None where
                there is no limit.
        """

    def changed(
        self,
        members: Sequence[Member],
        weights: Sequence[float],
        how: Change,
        stop: Stop = never,
        seconds: float = math.inf,
    ) -> Member | None:
        """What a change makes of members, with its own answers for the rows it did not see.

        None where the time is not enough for a training that anything could come of.

        Args:
            members: The members; one, where the change is one of ``changes``.
            weights: Their weights, which sum to 1.
            how: The change.
            stop: Ends a training with the best so far.
            seconds: Time for a training.
        """

    def weakest(self, members: Sequence[Member]) -> tuple[str, float] | None:
        """The layer that rounding hurts most, and its signal over the noise, dB; None if none."""

    def held_out(self, artifact: Artifact) -> tuple[np.ndarray, np.ndarray]:
        """Truth and a graph's probabilities for training rows that no member learned from."""
