"""From members to candidates: ensembles and single models, calibrated, with a decision rule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from luodi.core.calibration import Calibration
from luodi.core.objective import fitted_rule, utility
from luodi.core.task import Task
from luodi.core.values import Candidate, Member
from luodi.core.workshop import Workshop
from luodi.train.calibrate import calibrated
from luodi.train.ensemble import select
from luodi.train.search import Found

MOST_ROWS = 300_000
"""An ensemble is weighed on so many rows at most: every weight tried asks for the metric again."""
SINGLE = ("lean", "single", "linear")
"""Candidates with one model of all rows in place of one a fold."""


def compose(found: Found, workshop: Workshop, task: Task) -> list[Candidate]:
    """Candidates from the best out of fold to the smallest, not ``finished`` yet.

    The ensemble keeps one model a fold; below it stand the same with one model a member, the
    best member alone, and the best member as a single model of all rows, which is smaller and
    faster; at last the linear baseline, which fits where nothing else does.
    """
    members, weights = _selected(found.members, workshop, task)
    best = max(found.members, key=lambda m: m.score)
    whole = candidate("ensemble", members, weights, workshop, task)
    alone = candidate("best", (best,), (1.0,), workshop, task)
    made = [whole, replace(alone, name="single")]
    if not workshop.keeps_folds:
        made = made if members != (best,) else made[:1]
    elif members != (best,):
        made[1:1] = [replace(whole, name="lean"), alone]
    return [*made, candidate("linear", (found.linear,), (1.0,), workshop, task)]


def _selected(
    members: Sequence[Member], workshop: Workshop, task: Task
) -> tuple[tuple[Member, ...], tuple[float, ...]]:
    """An ensemble, weighed on some of the rows where there are very many."""
    rows = len(workshop.truth)
    if rows <= MOST_ROWS:
        return select(members, workshop.score)
    some = np.sort(np.random.default_rng(0).permutation(rows)[:MOST_ROWS])
    truth = workshop.truth[some]
    fewer = [replace(m, out_of_fold=m.out_of_fold[some]) for m in members]

    def utility_of(answers: np.ndarray) -> float:
        seen = ~np.isnan(answers.reshape(len(answers), -1)[:, 0])
        costs, names = task.costs, workshop.classes
        return utility(workshop.metric, truth[seen], answers[seen], costs, names)

    chosen, weights = select(fewer, utility_of)
    place = {id(small): member for small, member in zip(fewer, members, strict=True)}
    return tuple(place[id(small)] for small in chosen), weights


def finished(candidate: Candidate, workshop: Workshop) -> Candidate:
    """The candidate with the models that it is shipped with, some of which are fitted now."""
    single = candidate.name in SINGLE
    members = tuple(workshop.shipped(member, single) for member in candidate.members)
    return replace(candidate, members=members)


def baselines(found: Found, workshop: Workshop, task: Task) -> dict[str, Candidate]:
    """The dumb and the linear baseline as candidates of their own."""
    named = {"dumb": found.dumb, "linear": found.linear}
    return {
        name: candidate(name, (workshop.shipped(m, single=True),), (1.0,), workshop, task)
        for name, m in named.items()
    }


def replayed(
    found: Found, weights: Sequence[float], name: str, workshop: Workshop, task: Task
) -> Candidate:
    """The candidate of a recorded plan."""
    return candidate(name, found.members, tuple(weights), workshop, task)


def candidate(
    name: str,
    members: tuple[Member, ...],
    weights: tuple[float, ...],
    workshop: Workshop,
    task: Task,
) -> Candidate:
    """Members and weights as a candidate: calibrated and with a decision rule, out of fold."""
    mean = sum(w * m.out_of_fold for w, m in zip(weights, members, strict=True))
    assert isinstance(mean, np.ndarray)
    seen = ~np.isnan(mean.reshape(len(mean), -1)[:, 0])
    answers, truth = mean[seen], workshop.truth[seen]
    map_, rule = Calibration(), None
    if task.goal == "classify":
        map_ = calibrated(answers, truth) if name != "dumb" else map_
        answers = map_.apply(answers)
        rule = fitted_rule(workshop.metric, truth, answers, task.costs, workshop.classes)
    return Candidate(
        name=name,
        members=members,
        weights=weights,
        calibration=map_.to_json(),
        decision=rule.to_json() if rule else {},
        score=utility(workshop.metric, truth, answers, task.costs, workshop.classes),
        prepared=workshop.prepared,
    )
