"""The search: baselines always, then a portfolio, richer features, then Optuna, by the clock."""

from __future__ import annotations

import math
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from luodi.core.errors import LuodiError
from luodi.core.events import Event, Listener, silent
from luodi.core.values import Member, Recipe
from luodi.core.workshop import Workshop
from luodi.train.clock import Clock

ENRICH_SHARE = 0.3
LEAST_STEP = 2.0
"""Richer features are looked for if there is time for so many fits like the first."""
LATER_SHARE = 0.35
MAX_TRIALS = 400
WARM_UP_TRIALS = 4


@dataclass(frozen=True)
class Found:
    """Everything that a search fitted to the end.

    Attributes:
        members: Members in the order of fitting, the baselines aside.
        dumb: The dumb baseline.
        linear: The linear baseline.
        tried: Recipes begun, those pruned included.
        interrupted: Whether a person ended it.
    """

    members: tuple[Member, ...]
    dumb: Member
    linear: Member
    tried: int
    interrupted: bool = False


class _Board:
    """Collects members and tells the listener; the only state of a search."""

    def __init__(self, workshop: Workshop, clock: Clock, listener: Listener) -> None:
        self.workshop = workshop
        self.clock = clock
        self.listener = listener
        self.members: list[Member] = []
        self.asked: list[Recipe] = []
        self.tried = 0

    def fit(
        self, recipe: Recipe, seconds: float, prune: Callable[[int, float], bool] | None = None
    ) -> Member | None:
        """Fit a recipe fold by fold, each fold with its share of the time.

        None when it was pruned, or when its learner cannot do with these records: some refuse
        constant columns or a single class, and that must not end the search. On Ctrl-C a member
        that is whole all the same is kept before that is raised again.
        """
        self.tried += 1
        self.asked.append(recipe)
        began = time.monotonic()
        whole: list[Member] = []
        try:
            member = self.folded(recipe, seconds, prune, whole)
        except KeyboardInterrupt:
            self.keep(whole[-1] if whole else None)
            raise
        except LuodiError:
            raise
        except Exception as error:
            reason = f"{type(error).__name__}: {error}"[:200]
            self.listener(Event("note", {"text": f"{recipe.family} left out: {reason}"}))
            member = None
        self.clock.busy_s += time.monotonic() - began
        self.keep(member)
        return member

    def keep(self, member: Member | None) -> None:
        """Take a member in, if there is one."""
        if member is not None:
            self.members.append(member)
            self.tell(member)

    def folded(
        self,
        recipe: Recipe,
        seconds: float,
        prune: Callable[[int, float], bool] | None,
        whole: list[Member],
    ) -> Member | None:
        """The member of all folds; None when pruned, or when its answers are not finite.

        ``whole`` takes it in as soon as it is there, for whoever is interrupted after that.
        """
        folds = len(self.workshop.folds)
        for member in self.workshop.fit(recipe, seconds=seconds):
            done = len(member.models)
            if done == folds and math.isfinite(member.score):
                whole.append(member)
            if prune is not None and done < folds and prune(done, member.score):
                return None
        return whole[-1] if whole else None

    def tell(self, member: Member) -> None:
        """Announce a finished member."""
        best = member.score >= max(m.score for m in self.members)
        facts = {
            "name": f"{member.recipe.family} {len(self.members)}",
            "family": member.recipe.family,
        }
        facts |= {"score": member.score, "seconds": member.seconds, "best": best}
        facts |= {"metric": self.workshop.metric, "left": max(self.clock.left(), 0.0)}
        self.listener(Event("candidate", facts))


def search(workshop: Workshop, clock: Clock, listener: Listener = silent) -> Found:
    """Find good members before the clock is over.

    Ctrl-C ends the search and keeps what was found.

    Args:
        workshop: The training records, ready for learners.
        clock: The budget.
        listener: Told of every finished member.
    """
    board = _Board(workshop, clock, listener)
    dumb, linear = (_whole(workshop, recipe) for recipe in workshop.baselines())
    board.members.append(linear)
    interrupted = False
    try:
        board.tell(linear)
        base = _first(board)
        earlier = _go_on(board)
        if base is not None:
            _richer(board, base)
        _explore(board, base, earlier)
    except KeyboardInterrupt:
        interrupted = True
        listener(Event("note", {"text": "interrupted"}))
    return Found(tuple(board.members), dumb, linear, board.tried, interrupted)


def _whole(workshop: Workshop, recipe: Recipe) -> Member:
    """A member fitted without a clock."""
    *_, member = workshop.fit(recipe)
    return member


def _first(board: _Board) -> Member | None:
    """The best first guess."""
    first, *_ = board.workshop.portfolio()
    return board.fit(first, max(board.clock.left() * board.workshop.first_share, 1.0))


def _go_on(board: _Board) -> list[Member]:
    """Members that a killed process of the same build began; one that it did not end goes on."""
    known = [*(member.recipe for member in board.members), *board.asked]
    begun = [recipe for recipe in board.workshop.begun() if not _known(recipe, known)]
    fits = [board.fit(one, max(board.clock.left() * LATER_SHARE, 1.0)) for one in begun]
    return [member for member in fits if member is not None]


def _richer(board: _Board, base: Member) -> None:
    """The first guess on richer features, where they help and can be tried in time."""
    began = time.monotonic()
    seconds = board.clock.left() * ENRICH_SHARE
    if board.clock.over() or base.seconds * LEAST_STEP > seconds:
        return
    for member in board.workshop.enrich(base, board.clock.slice(seconds)):
        board.members.append(member)
        board.tell(member)
    board.clock.busy_s += time.monotonic() - began


def _explore(board: _Board, base: Member | None, earlier: Sequence[Member] = ()) -> None:
    """The portfolio through Optuna, then its proposals, until the clock is over.

    What was fitted earlier is told to Optuna first.
    """
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    portfolio = board.workshop.portfolio(base)
    families = list(dict.fromkeys(recipe.family for recipe in portfolio))
    study = _study(portfolio[0].seed)
    earlier = [member for member in earlier if member.recipe.family in families]
    # what was asked for: a fit may settle what its recipe left open
    fitted = [*(m.recipe for m in board.members), *board.asked]
    for recipe in [*(member.recipe for member in earlier), *portfolio]:
        named = {f"{recipe.family}.{k}": v for k, v in recipe.params.items()}
        study.enqueue_trial({"family": recipe.family, **named})
    slow = {member.recipe.family: member.seconds for member in earlier}
    for number in range(MAX_TRIALS):
        if board.clock.over():
            return
        trial = study.ask()
        family = trial.suggest_categorical("family", families)
        recipe = board.workshop.explore(trial, family)
        if number < len(earlier):
            study.tell(trial, earlier[number].score)
            continue
        if _known(recipe, fitted) or slow.get(family, 0.0) > board.clock.left() * 1.5:
            study.tell(trial, state=optuna.trial.TrialState.FAIL)
            continue
        began = time.monotonic()
        member = board.fit(recipe, board.clock.left() * LATER_SHARE, _pruner(trial))
        fitted.append(recipe)
        slow[family] = time.monotonic() - began
        if member is None:
            study.tell(trial, state=optuna.trial.TrialState.PRUNED)
        else:
            study.tell(trial, member.score)


def _study(seed: int) -> Any:
    import optuna

    with warnings.catch_warnings():
        # grouped sampling keeps the families' settings apart; it is old but still marked as new
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        sampler = optuna.samplers.TPESampler(seed=seed, multivariate=True, group=True)
    pruner = optuna.pruners.MedianPruner(n_startup_trials=WARM_UP_TRIALS)
    return optuna.create_study(direction="maximize", sampler=sampler, pruner=pruner)


def _known(recipe: Recipe, fitted: Sequence[Recipe]) -> bool:
    """Whether the same settings were fitted before."""
    return any(
        (r.family, r.features, dict(r.params))
        == (recipe.family, recipe.features, dict(recipe.params))
        for r in fitted
    )


def _pruner(trial: Any) -> Callable[[int, float], bool]:
    def prune(done: int, score: float) -> bool:
        trial.report(score, done)
        return bool(trial.should_prune())

    return prune


def replay(workshop: Workshop, recipes: Sequence[Recipe], listener: Listener = silent) -> Found:
    """Fit recorded recipes again, without a clock.

    Args:
        workshop: The training records, with the recorded features.
        recipes: The recipes with their rounds; rounds are dropped when the number of folds
            has changed, and the fits then stop early by themselves.

    Raises:
        LuodiError: ``train.not_repeated`` when a learner cannot do with these records.
    """
    board = _Board(workshop, Clock(float("inf")), listener)
    dumb, linear = (_whole(workshop, recipe) for recipe in workshop.baselines())
    for recipe in recipes:
        rounds = recipe.rounds if len(recipe.rounds) == len(workshop.folds) else ()
        if board.fit(replace(recipe, rounds=rounds), float("inf")) is None:
            raise LuodiError("train.not_repeated", family=recipe.family)
    return Found(tuple(board.members), dumb, linear, board.tried)
