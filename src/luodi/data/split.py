"""Cut a holdout that only the judge sees, and folds for training."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from luodi.core.errors import LuodiError
from luodi.core.task import Task
from luodi.core.values import Dataset, Parts


def split(dataset: Dataset, task: Task, holdout: Dataset | None = None) -> Parts:
    """Training part, holdout and folds, by the task's way of splitting.

    Args:
        dataset: All records, or the training records when ``holdout`` is given.
        task: The task; its seed decides every random choice.
        holdout: Records of a holdout file, if the task names one.

    Raises:
        LuodiError: ``split.too_few_rows`` when a part would be empty or hold one class only.
    """
    by = task.split_by
    dataset = _in_time_order(dataset, task) if by == "time" else dataset
    if holdout is None:
        share = task.split.holdout
        assert not isinstance(share, str)
        keep, judge = _cut(dataset, task, share, by)
        train, holdout = _rows(dataset, keep), _rows(dataset, judge)
    else:
        train = dataset
    _enough(train, holdout, task)
    return Parts(train, holdout, folds(train, task), by)


def folds(train: Dataset, task: Task) -> tuple[np.ndarray, ...]:
    """Row numbers of each fold's validation part, in ascending order.

    A small table gets more folds, a large one fewer, unless the task says how many.
    """
    rows = len(train)
    count = task.split.folds or (8 if rows < 3_000 else 5 if rows < 60_000 else 3)
    by = task.split_by
    if by == "time":
        # the first block is only learned from; each fold is judged by what came later
        return tuple(np.array_split(np.arange(rows), count + 1)[1:])
    if by == "group":
        part = _grouped(train, task, count)
    else:
        part = _dealt(_strata(train, task), count, task.split.seed + 1)
    cut = tuple(np.flatnonzero(part == number) for number in range(count))
    return tuple(fold for fold in cut if len(fold))


def _in_time_order(dataset: Dataset, task: Task) -> Dataset:
    assert task.data.time is not None
    table = dataset.table.sort(task.data.time, maintain_order=True, nulls_last=False)
    return replace(dataset, table=table)


def _rows(dataset: Dataset, rows: np.ndarray) -> Dataset:
    return replace(dataset, table=dataset.table[np.sort(rows)])


def _cut(dataset: Dataset, task: Task, share: float, by: str) -> tuple[np.ndarray, np.ndarray]:
    """Rows to keep for training and rows to judge by."""
    rows = len(dataset)
    wanted = max(1, round(rows * share))
    if by == "time":
        return np.arange(rows - wanted), np.arange(rows - wanted, rows)
    if by == "group":
        return _cut_groups(dataset, task, wanted)
    strata = _strata(dataset, task)
    rng = np.random.default_rng(task.split.seed)
    judged = [rng.permutation(np.flatnonzero(strata == s)) for s in np.unique(strata)]
    judge = np.concatenate([rows[: round(len(rows) * share)] for rows in judged])
    return np.setdiff1d(np.arange(rows), judge), judge


def _cut_groups(dataset: Dataset, task: Task, wanted: int) -> tuple[np.ndarray, np.ndarray]:
    group = _groups(dataset, task)
    order = np.random.default_rng(task.split.seed).permutation(group.max() + 1)
    sizes = np.bincount(group)[order]
    chosen = order[: int(np.searchsorted(np.cumsum(sizes), wanted)) + 1]
    inside = np.isin(group, chosen)
    return np.flatnonzero(~inside), np.flatnonzero(inside)


def _strata(dataset: Dataset, task: Task) -> np.ndarray:
    """A number a row: its class in a stratified split, else the same for all."""
    if task.split_by != "stratified" or dataset.target is None:
        return np.zeros(len(dataset), np.int64)
    return _numbered(dataset.table[dataset.target].to_list())


def _groups(dataset: Dataset, task: Task) -> np.ndarray:
    return _numbered(dataset.table[task.data.group].to_list())  # type: ignore[index]


def _numbered(values: list[object]) -> np.ndarray:
    place: dict[object, int] = {}
    return np.array([place.setdefault(value, len(place)) for value in values], np.int64)


def _dealt(strata: np.ndarray, count: int, seed: int) -> np.ndarray:
    """A fold number a row, dealt out evenly within each stratum."""
    rng = np.random.default_rng(seed)
    part = np.empty(len(strata), np.int64)
    dealt = 0
    for stratum in np.unique(strata):
        rows = rng.permutation(np.flatnonzero(strata == stratum))
        part[rows] = (np.arange(len(rows)) + dealt) % count
        dealt += len(rows)
    return part


def _grouped(train: Dataset, task: Task, count: int) -> np.ndarray:
    """A fold number a row; groups stay whole, the largest are dealt first to the smallest fold."""
    group = _groups(train, task)
    sizes = np.bincount(group)
    order = np.random.default_rng(task.split.seed + 1).permutation(len(sizes))
    load, fold_of = np.zeros(count), np.empty(len(sizes), np.int64)
    for one in sorted(order.tolist(), key=lambda g: -sizes[g]):
        fold_of[one] = int(load.argmin())
        load[fold_of[one]] += sizes[one]
    return np.asarray(fold_of[group])


def _enough(train: Dataset, holdout: Dataset, task: Task) -> None:
    """Refuse parts that nothing can be learned from or judged by."""
    assert train.target is not None
    seen = train.table[train.target].n_unique() if len(train) else 0
    if len(train) < 10 or not len(holdout) or seen < 2:
        facts = {"train": len(train), "holdout": len(holdout), "distinct": seen}
        raise LuodiError("split.too_few_rows", target=task.data.target, **facts)
