"""Bootstrap resamples as row weights, drawn the way the holdout was drawn.

A stratified holdout is resampled within its classes, so no resample loses one; a holdout cut by
group is resampled by whole groups, one cut by time by about √n neighbouring blocks, because rows
that belong together carry less news than their number says (Efron and Tibshirani 1993, ch. 8;
Lahiri 2003). Above a bound on the work only a random part of the rows is resampled and
deviations shrink by √(part / all), the rate at which every smooth figure settles.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from luodi.core.task import Task
from luodi.evaluate.answers import Answers, Array, Index

By = Literal["classes", "rows", "groups", "blocks"]
MOST, FEWEST = 1000, 200
WORK_NS = 2.5e9
FEW_UNITS = 10


@dataclass(frozen=True)
class Panel:
    """Figures that share their work: names, and a function of row weights to their values."""

    names: tuple[str, ...]
    weigh: Callable[[Array], Sequence[float]]
    cost_ns: float = 5.0


Panels = Callable[[Answers], Sequence[Panel]]


@dataclass(frozen=True)
class Plan:
    """How the holdout is resampled.

    Attributes:
        by: What is drawn: rows within classes, rows, groups, or blocks of time.
        unit: For each row its class, group or block; zeros for plain rows.
        chosen: The rows that take part.
        resamples: How many resamples are drawn.
        shrink: What deviations are multiplied with, because only a part takes part.
    """

    by: By
    unit: Index
    chosen: Index
    resamples: int
    shrink: float

    @property
    def units(self) -> int | None:
        """How many groups or blocks there are; None when rows are drawn."""
        return int(self.unit.max()) + 1 if self.by in ("groups", "blocks") else None


def units_of(answers: Answers, table: Any, task: Task) -> tuple[By, Index]:
    """What to draw, and the unit that each judged row belongs to."""
    by = task.split_by
    grouped = by == "group" or by == "part" and task.data.group
    if grouped and task.data.group in table.columns:
        codes = table[task.data.group].cast(str).fill_null("").to_numpy()[answers.rows]
        return "groups", np.unique(codes, return_inverse=True)[1].astype(np.int64)
    if by == "time" and task.data.time in table.columns:
        order = np.argsort(table[task.data.time].to_physical().to_numpy()[answers.rows])
        length = max(1, round(len(answers) ** 0.5))
        place = np.empty(len(answers), np.int64)
        place[order] = np.arange(len(answers)) // length
        return "blocks", place
    if by in ("stratified", "part") and answers.goal == "classify":
        return "classes", answers.truth.astype(np.int64)
    return "rows", np.zeros(len(answers), np.int64)


def plan(by: By, unit: Index, cost_ns: float, seed: int) -> Plan:
    """Bound the work: fewer resamples first, then fewer rows.

    Args:
        by: What is drawn.
        unit: The unit of each row.
        cost_ns: Time that one resample takes a row, in nanoseconds.
        seed: Seed of the choice of rows.
    """
    rows = len(unit)
    bound = int(WORK_NS / (FEWEST * cost_ns))
    chosen, shrink = np.arange(rows), 1.0
    if rows > bound:
        random = np.random.default_rng([seed, 1])
        if by in ("groups", "blocks"):
            count = int(unit.max()) + 1
            part = max(FEW_UNITS, count * bound // rows)
            kept = np.zeros(count, bool)
            kept[random.permutation(count)[:part]] = True
            chosen, shrink = np.flatnonzero(kept[unit]), min(1.0, part / count) ** 0.5
        else:
            chosen = np.sort(random.permutation(rows)[:bound])
            shrink = (bound / rows) ** 0.5
    resamples = int(np.clip(WORK_NS / max(1.0, len(chosen) * cost_ns), FEWEST, MOST))
    return Plan(by, unit, chosen, resamples, shrink)


def draws(plan: Plan, seed: int) -> Iterator[Array]:
    """Row weights of each resample, for the chosen rows."""
    random = np.random.default_rng([seed, 2])
    unit = np.unique(plan.unit[plan.chosen], return_inverse=True)[1]
    if plan.by in ("groups", "blocks"):
        count = int(unit.max()) + 1
        for _ in range(plan.resamples):
            yield np.bincount(random.integers(0, count, count), minlength=count)[unit].astype(float)
        return
    members = [np.flatnonzero(unit == one) for one in range(int(unit.max()) + 1)]
    for _ in range(plan.resamples):
        weight = np.empty(len(unit))
        for rows in members:
            drawn = random.integers(0, len(rows), len(rows))
            weight[rows] = np.bincount(drawn, minlength=len(rows))
        yield weight


def spread(
    plan: Plan, answers: Answers, panels: Panels, seed: int
) -> tuple[Mapping[str, float], Mapping[str, Array]]:
    """Each figure over all rows, and over every resample.

    Args:
        plan: How to resample.
        answers: All judged rows.
        panels: The figures of some answers.
        seed: Seed of the draws.

    Returns:
        Values by name, and arrays of shape (resamples,) by name; NaN where undefined.
    """
    whole = panels(answers)
    values = _once(whole, np.ones(len(answers)))
    part = whole if len(plan.chosen) == len(answers) else panels(answers.take(plan.chosen))
    centre = _once(part, np.ones(len(plan.chosen)))
    names = [name for panel in part for name in panel.names]
    found = np.empty((plan.resamples, len(names)))
    with np.errstate(all="ignore"):
        for at, weight in enumerate(draws(plan, seed)):
            found[at] = [value for panel in part for value in panel.weigh(weight)]
    return values, {
        name: values[name] + (found[:, at] - centre[name]) * plan.shrink
        for at, name in enumerate(names)
    }


def _once(panels: Sequence[Panel], weight: NDArray[Any]) -> dict[str, float]:
    with np.errstate(all="ignore"):
        pairs = ((panel.names, panel.weigh(weight)) for panel in panels)
        return {n: float(v) for names, values in pairs for n, v in zip(names, values, strict=True)}
