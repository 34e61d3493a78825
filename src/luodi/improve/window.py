"""How much of the past a challenger learns from: part of its recipe, and judged like the rest.

When the world has changed, old records teach what is no longer so; when it has not, they are the
best there is. The past is the task's own records and, after them, what came back. Tried are all of
it; all with only a quarter of the task's own, drawn by chance, which gives what came back four
times its weight for every learner alike; and its newest half, quarter, eighth and so on. They are
compared on what came back last before the outcomes that will judge. All is kept unless another is
better beyond the spread of the comparison.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from luodi.core.events import Event, Listener, silent
from luodi.core.values import Parts

if TYPE_CHECKING:
    from luodi.core.modality import Modality
    from luodi.core.task import Task
    from luodi.core.values import Dataset
    from luodi.core.workshop import Workshop

FEWEST = 200
"""Fewer returned records cannot stand alone, nor tell memories apart."""
TRIED_SHARE, MOST_TRIED = 0.3, 1000
"""The newest returned records that memories are compared on."""
SHORTEST = 1 / 64
RESAMPLES = 200
SURE = 0.95


@dataclass(frozen=True)
class Memory:
    """What of the past is kept.

    Attributes:
        own: Share of the task's own records.
        newest: Whether these, and what came back, are the newest ones; else drawn by chance.
        back: Share of what came back, the newest.
    """

    own: float = 1.0
    newest: bool = False
    back: float = 1.0

    @property
    def name(self) -> str:
        """``all``, ``25% of the old``, or ``newest 0.125 of what came back`` or of the old."""
        if self.own == self.back == 1.0:
            return "all"
        if not self.newest:
            return f"{self.own:.0%} of the old"
        return (
            f"newest {self.back:.4g} of what came back"
            if not self.own
            else (f"newest {self.own:.4g} of the old")
        )


ALL = Memory()


def memories(old: int, new: int) -> Iterator[Memory]:
    """The memories that are tried.

    Args:
        old: How many records the task has of its own.
        new: How many came back.
    """
    yield ALL
    yield Memory(own=0.25)
    share = 0.5
    while share >= SHORTEST and share * (old + new) >= FEWEST:
        rows = round(share * (old + new))
        if rows >= new:
            yield Memory((rows - new) / max(old, 1), True)
        else:
            yield Memory(0.0, True, rows / new)
        share /= 2


def kept(memory: Memory, old: Dataset, new: Dataset, kind: Modality, seed: int) -> Dataset:
    """What a memory keeps of the task's own records and of what came back, in this order."""
    past = round(len(old) * memory.own)
    rows = np.arange(len(old) - past, len(old))
    if not memory.newest and past < len(old):
        rows = np.sort(np.random.default_rng(seed).permutation(len(old))[:past])
    back = round(len(new) * memory.back)
    later = replace(new, table=new.table[len(new) - back :])
    return kind.joined([replace(old, table=old.table[rows]), later]) if past else later


@dataclass(frozen=True)
class Amount:
    """What of the past is kept, and how that was decided.

    Attributes:
        memory: The memory.
        scores: The metric of each one that was tried, by name; higher is better.
    """

    memory: Memory
    scores: Mapping[str, float]


def chosen(
    old: Dataset,
    new: Dataset,
    task: Task,
    kind: Modality,
    by: str,
    listener: Listener = silent,
) -> Amount:
    """The memory that serves the newest records best.

    Args:
        old: The task's own records for training.
        new: Records that came back, oldest first, without those that will judge.
        task: The task.
        kind: What knows its kind of data.
        by: How the task's records are cut.
        listener: Told how far it is.
    """
    if len(new) < FEWEST:
        return Amount(ALL, {})
    count = min(round(len(new) * TRIED_SHARE), MOST_TRIED)
    learned = replace(new, table=new.table[: len(new) - count])
    tried = replace(new, table=new.table[len(new) - count :])
    said: dict[Memory, _Said] = {}
    listed = list(memories(len(old), len(learned)))
    for number, memory in enumerate(listed):
        listener(Event("progress", {"what": "memory", "done": number, "total": len(listed)}))
        records = kept(memory, old, learned, kind, task.split.seed)
        if not learnable(records):
            continue
        last = np.arange(len(records), len(records) + count)
        workshop = kind.workshop(Parts(kind.joined([records, tried]), tried, (last,), by), task)
        # all by one metric, though another would suit the rates of some of them better
        task = task.model_copy(update={"metric": workshop.metric})
        said[memory] = _said(workshop, last, task.budget / len(listed))
    return _best(said) if ALL in said else Amount(ALL, {})


@dataclass(frozen=True)
class _Said:
    """What was answered after learning from one memory, and how that is scored."""

    workshop: Workshop
    truth: np.ndarray
    answers: np.ndarray

    def score(self, rows: np.ndarray) -> float:
        return float(self.workshop.utility(self.truth[rows], self.answers[rows]))


def _said(workshop: Workshop, rows: np.ndarray, seconds: float) -> _Said:
    """What a first good recipe, fitted on the other rows in so much time, says of these."""
    recipe = next(iter(workshop.portfolio()))
    *_, member = workshop.fit(recipe, seconds=seconds)
    return _Said(workshop, workshop.truth[rows], np.asarray(member.out_of_fold[rows]))


def _best(said: Mapping[Memory, _Said]) -> Amount:
    """All, unless another wins by more than the resampled spread of the difference."""
    rows = len(said[ALL].truth)
    draw = np.random.default_rng(0)
    draws = [draw.integers(0, rows, rows) for _ in range(RESAMPLES)]
    usual = np.array([said[ALL].score(drawn) for drawn in draws])
    scores = {memory: one.score(np.arange(rows)) for memory, one in said.items()}
    best = ALL
    for memory, one in said.items():
        better = np.array([one.score(drawn) for drawn in draws]) > usual
        if better.mean() >= SURE and scores[memory] > scores[best]:
            best = memory
    return Amount(best, {memory.name: value for memory, value in scores.items()})


def learnable(records: Dataset) -> bool:
    """Whether every class, or more than one value, is there to learn from."""
    assert records.target is not None
    return len(records) > 1 and records.table[records.target].n_unique() > 1
