"""Cut a holdout that only the judge sees, and folds for training."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from luodi.core.errors import LuodiError
from luodi.core.task import Task
from luodi.core.values import Dataset, Parts

LEAST_LEARNED = 10
LARGEST_HOLDOUT = 1.5
"""A holdout of groups may be this many times as large as was asked for."""
TEST = frozenset({"test", "testing", "holdout"})
VALIDATION = frozenset({"val", "valid", "validation", "dev"})
"""What sources call their parts; all that is neither is for training."""


def split(dataset: Dataset, task: Task, holdout: Dataset | None = None) -> Parts:
    """Training part, holdout and folds, by the task's way of splitting.

    Args:
        dataset: All records, or the training records when ``holdout`` is given.
        task: The task; its seed decides every random choice.
        holdout: Records of a holdout file, if the task names one.

    Raises:
        LuodiError: ``split.too_few_rows`` when a part would be empty or hold one class only,
            ``split.one_moment`` when a split by time finds no place to cut,
            ``split.no_part`` when no record stands in the part that judges.
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

    The task says how many, or else ``usual_folds``.
    """
    rows = len(train)
    count = task.split.folds or usual_folds(rows)
    by = task.split_by
    if by == "part" and (told := _part(train, task, VALIDATION)).any():
        learned = train.table[train.target].filter(~told)  # type: ignore[index]
        if len(learned) < LEAST_LEARNED or learned.n_unique() < 2:
            facts = {"train": len(learned), "holdout": int(told.sum())}
            distinct = learned.n_unique() if len(learned) else 0
            raise LuodiError(
                "split.too_few_rows", target=task.data.target, **facts, distinct=distinct
            )
        return (np.flatnonzero(told),)
    if by == "time":
        # the first block is only learned from; each fold is judged by what came later
        ends = np.round(np.linspace(0, rows, count + 2)[1:-1]).astype(np.int64)
        cuts = np.unique(_between_moments(train, task, ends))
        cut = tuple(np.split(np.arange(rows), cuts)[1:])
    else:
        grouped = by == "group" or by == "part" and task.data.group
        part = _grouped(train, task, count) if grouped else _shuffled(train, task, count)
        cut = tuple(np.flatnonzero(part == number) for number in range(count))
    return _learnable(tuple(fold for fold in cut if len(fold)), train, task)


def usual_folds(rows: int) -> int:
    """How many folds a table gets: a small one more, a large one fewer.

    The number is even, for folds are fitted side by side and most machines have an even number
    of cores.
    """
    return 8 if rows < 3_000 else 6 if rows < 60_000 else 4


def _learnable(cut: tuple[np.ndarray, ...], train: Dataset, task: Task) -> tuple[np.ndarray, ...]:
    """Without the folds whose other rows hold one class only, unless that leaves none."""
    assert train.target is not None
    truth = _numbered(train.table[train.target].to_list())
    before = task.split_by == "time"
    learned = (np.delete(truth, fold) if not before else truth[: fold[0]] for fold in cut)
    kept = [fold for fold, rest in zip(cut, learned, strict=True) if len(np.unique(rest)) > 1]
    return tuple(kept) or cut


def _in_time_order(dataset: Dataset, task: Task) -> Dataset:
    assert task.data.time is not None
    table = dataset.table.sort(task.data.time, maintain_order=True, nulls_last=False)
    return replace(dataset, table=table)


def _between_moments(dataset: Dataset, task: Task, cuts: np.ndarray) -> np.ndarray:
    """Cuts moved to the nearest place between two moments; records of one moment stay together."""
    moments = dataset.table[task.data.time]  # type: ignore[index]
    known = moments[moments.null_count() :]  # records without a moment come first
    starts = np.flatnonzero((known != known.shift(1)).fill_null(False).to_numpy())
    if not len(starts):
        raise LuodiError("split.one_moment", time=task.data.time, rows=len(dataset))
    starts += moments.null_count()
    after = np.searchsorted(starts, cuts)
    before = starts[np.maximum(after - 1, 0)]
    following = starts[np.minimum(after, len(starts) - 1)]
    return np.where(cuts - before < following - cuts, before, following)


def _rows(dataset: Dataset, rows: np.ndarray) -> Dataset:
    return replace(dataset, table=dataset.table[np.sort(rows)])


def _cut(dataset: Dataset, task: Task, share: float, by: str) -> tuple[np.ndarray, np.ndarray]:
    """Rows to keep for training and rows to judge by."""
    rows = len(dataset)
    wanted = max(1, round(rows * share))
    if by == "time":
        (cut,) = _between_moments(dataset, task, np.array([rows - wanted])).tolist()
        return np.arange(cut), np.arange(cut, rows)
    if by == "group":
        return _cut_groups(dataset, task, wanted)
    if by == "part":
        judging = _part(dataset, task, TEST)
        if not judging.any():
            raise LuodiError("split.no_part", **_parts_told(dataset, task))
        return np.flatnonzero(~judging), np.flatnonzero(judging)
    strata = _strata(dataset, task)
    rng = np.random.default_rng(task.split.seed)
    judged = [rng.permutation(np.flatnonzero(strata == s)) for s in np.unique(strata)]
    judge = np.concatenate([rows[: round(len(rows) * share)] for rows in judged])
    return np.setdiff1d(np.arange(rows), judge), judge


def _cut_groups(dataset: Dataset, task: Task, wanted: int) -> tuple[np.ndarray, np.ndarray]:
    """Whole groups until there are rows enough; one that is far too large is passed over."""
    group = _groups(dataset, task)
    sizes = np.bincount(group)
    chosen: list[int] = []
    taken = 0
    for one in np.random.default_rng(task.split.seed).permutation(len(sizes)).tolist():
        if taken < wanted and taken + sizes[one] <= LARGEST_HOLDOUT * wanted:
            chosen.append(one)
            taken += int(sizes[one])
    inside = np.isin(group, chosen or [int(sizes.argmin())])
    return np.flatnonzero(~inside), np.flatnonzero(inside)


def _part(dataset: Dataset, task: Task, names: frozenset[str]) -> np.ndarray:
    """Which records are of the parts of these names; records of service are of none."""
    if task.data.part not in dataset.table.columns:
        return np.zeros(len(dataset), bool)
    told = dataset.table[task.data.part].to_list()
    return np.array([str(one).strip().lower() in names for one in told], bool)


def _parts_told(dataset: Dataset, task: Task) -> dict[str, str]:
    told = dataset.table[task.data.part].unique().sort().to_list()  # type: ignore[index]
    return {"part": str(task.data.part), "seen": ", ".join(map(str, told[:5]))}


def _strata(dataset: Dataset, task: Task) -> np.ndarray:
    """A number a row: its class in a split by class or part, else the same for all."""
    classes = task.goal == "classify" and task.split_by in ("stratified", "part")
    if not classes or dataset.target is None:
        return np.zeros(len(dataset), np.int64)
    return _numbered(dataset.table[dataset.target].to_list())


def _groups(dataset: Dataset, task: Task) -> np.ndarray:
    return _numbered(dataset.table[task.data.group].to_list())  # type: ignore[index]


def _numbered(values: list[object]) -> np.ndarray:
    place: dict[object, int] = {}
    return np.array([place.setdefault(value, len(place)) for value in values], np.int64)


def _shuffled(train: Dataset, task: Task, count: int) -> np.ndarray:
    """A fold number a row, in a stratified or random split."""
    return _dealt(_strata(train, task), count, task.split.seed + 1)


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
    if len(train) < LEAST_LEARNED or not len(holdout) or seen < 2:
        facts = {"train": len(train), "holdout": len(holdout), "distinct": seen}
        raise LuodiError("split.too_few_rows", target=task.data.target, **facts)


def recut(train: Dataset, holdout: Dataset, task: Task) -> Parts:
    """Parts of records that were cut already and have grown since.

    Args:
        train: What training may see.
        holdout: What only the judge may see.
        task: The task.

    Raises:
        LuodiError: ``split.too_few_rows``.
    """
    by = task.split_by
    train = _in_time_order(train, task) if by == "time" else train
    _enough(train, holdout, task)
    return Parts(train, holdout, folds(train, task), by)
