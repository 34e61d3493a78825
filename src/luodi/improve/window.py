"""How much of the past a challenger learns from: part of its recipe, and judged like the rest.

When the world has changed, old records teach what is no longer so; when it has not, they are the
best there is. Three amounts are tried on what came back last before the outcomes that will judge:
all of the old records, a quarter of them drawn by chance (which gives what came back four times
its weight, for every learner alike), and none. All is kept unless another is better beyond the
spread of the comparison.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from luodi.core.events import Event, Listener, silent
from luodi.core.values import Parts

if TYPE_CHECKING:
    from luodi.core.modality import Modality, Workshop
    from luodi.core.task import Task
    from luodi.core.values import Dataset

Memory = Literal["all", "quarter", "none"]
MEMORIES: tuple[Memory, ...] = ("all", "quarter", "none")
TRIED_ON = 0.3
"""Share of the newest returned records that the amounts are compared on."""
FEWEST = 200
"""Fewer returned records cannot stand alone, nor tell amounts apart."""
RESAMPLES = 200
SURE = 0.95


@dataclass(frozen=True)
class Amount:
    """How much of the past is kept, and how that was decided.

    Attributes:
        memory: ``all``, ``quarter`` or ``none`` of the old records.
        scores: The metric of each amount that was tried, higher is better.
    """

    memory: Memory
    scores: dict[str, float]


def kept(memory: Memory, old: Dataset, seed: int) -> Dataset | None:
    """The old records that an amount keeps; None for none."""
    if memory == "none":
        return None
    if memory == "all":
        return old
    rows = np.random.default_rng(seed).permutation(len(old))[: max(1, len(old) // 4)]
    return replace(old, table=old.table[np.sort(rows)])


def chosen(
    old: Dataset,
    new: Dataset,
    task: Task,
    kind: Modality,
    by: str,
    listener: Listener = silent,
) -> Amount:
    """The amount of old records that serves the newest ones best.

    Args:
        old: The task's own records for training.
        new: Records that came back, oldest first, without those that will judge.
        task: The task.
        kind: What knows its kind of data.
        by: How the task's records are cut.
        listener: Told how far it is.
    """
    asked = len(new) - round(len(new) * TRIED_ON)
    if len(new) < FEWEST:
        return Amount("all", {})
    learned, tried = _rows(new, 0, asked), _rows(new, asked, len(new))
    said: dict[Memory, _Said] = {}
    for number, memory in enumerate(MEMORIES):
        listener(Event("progress", {"what": "memory", "done": number, "total": len(MEMORIES)}))
        past = kept(memory, old, task.split.seed)
        records = learned if past is None else kind.joined([past, learned])
        if not _learnable(records):
            continue
        last = np.arange(len(records), len(records) + len(tried))
        parts = Parts(kind.joined([records, tried]), tried, (last,), by)
        workshop = kind.workshop(parts, task)
        # all amounts by one metric, though another would suit the rates of some of them better
        task = task.model_copy(update={"metric": workshop.metric})
        said[memory] = _said(workshop, last)
    return _best(said) if "all" in said else Amount("all", {})


@dataclass(frozen=True)
class _Said:
    """What was answered after learning from one amount, and how that is scored."""

    workshop: Workshop
    truth: np.ndarray
    answers: np.ndarray

    def score(self, rows: np.ndarray) -> float:
        return float(self.workshop.utility(self.truth[rows], self.answers[rows]))


def _said(workshop: Workshop, rows: np.ndarray) -> _Said:
    """What a first good recipe, fitted on the other rows, says of these."""
    recipe = next(iter(workshop.portfolio()))
    *_, member = workshop.fit(recipe)
    return _Said(workshop, workshop.truth[rows], np.asarray(member.out_of_fold[rows]))


def _best(said: dict[Memory, _Said]) -> Amount:
    """All, unless another wins by more than the resampled spread of the difference."""
    rows = len(said["all"].truth)
    draw = np.random.default_rng(0)
    draws = [draw.integers(0, rows, rows) for _ in range(RESAMPLES)]
    usual = np.array([said["all"].score(drawn) for drawn in draws])
    scores = {name: one.score(np.arange(rows)) for name, one in said.items()}
    best: Memory = "all"
    for name, one in said.items():
        better = np.array([one.score(drawn) for drawn in draws]) > usual
        if better.mean() >= SURE and scores[name] > scores[best]:
            best = name
    return Amount(best, {str(name): value for name, value in scores.items()})


def _rows(dataset: Dataset, start: int, end: int) -> Dataset:
    return replace(dataset, table=dataset.table[start:end])


def _learnable(records: Dataset) -> bool:
    """Whether every class, or more than one value, is there to learn from."""
    assert records.target is not None
    return len(records) > 1 and records.table[records.target].n_unique() > 1
