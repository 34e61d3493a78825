"""All records of a task, read for the first time: names, kinds and target are settled here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from luodi.core.errors import LuodiError
from luodi.core.events import Listener, silent
from luodi.core.task import Task
from luodi.core.values import Column, Dataset, Finding
from luodi.modalities.tabular.read import assemble, gather, memory, names, wishes
from luodi.modalities.tabular.read import target as targets
from luodi.modalities.tabular.read.kinds import Reading
from luodi.modalities.tabular.read.raw import Raw, options


def read(task: Task, listener: Listener = silent, *, memory_bytes: float | None = None) -> Dataset:
    """All records that a task names.

    Args:
        task: The task; its sources are relative to its folder.
        listener: Is told of each source that was read.
        memory_bytes: What the records may take; of more a sample is read, with the warning
            ``read.sampled``. None for 40 % of the memory that is free.

    Returns:
        The records that have a target, with the kind of every column, and notes on everything
        that was noticed.

    Raises:
        LuodiError: ``read.*``, exit status 3.
    """
    memory_bytes = memory_bytes or memory.limit()
    known = options(task.data, memory=memory_bytes, text=_CategoriesOf(task))
    addresses = [address(task, source) for source in task.data.source]
    raw, strangers = _spelled(gather.everything(addresses, known, listener), task)
    target, sign = task.data.target, task.data.decimal
    features = raw.frame.drop(target)
    found, hints = assemble.readings(
        features, lambda name: wishes.wish(task, name), sign, raw.decimal
    )
    truth = targets.truth(raw.frame[target], task.goal, wishes.wish(task, target), hints)
    targets.usable(truth, target)
    _refuse_unread_time(found, task.data.time)
    out = assemble.left_out(task)
    columns = [reading.column for name, reading in found.items() if name not in out]
    if not columns:
        raise LuodiError("read.no_features", source=raw.label)
    found[target] = Reading(Column(target, "category"), truth.values, truth.notes)
    return assemble.dataset(found, raw, columns, target, truth.labels, strangers, drop=True)


def address(task: Task, source: str) -> str:
    """Where a source of a task is: files are relative to the task's folder."""
    if source.startswith(("postgresql://", "postgres://")):
        return source
    if source.startswith("sqlite:"):
        return f"sqlite:{task.path(source.removeprefix('sqlite:').removeprefix('//'))}"
    return str(task.path(source))


class _CategoriesOf:
    """Tells which columns the task calls categories, whatever their spelling in the source."""

    def __init__(self, task: Task) -> None:
        self._keys = {names.loose(n) for n, rule in task.columns.items() if rule.kind == "category"}

    def __call__(self, name: str) -> bool:
        return bool(self._keys) and names.loose(name) in self._keys


def _spelled(raw: Raw, task: Task) -> tuple[Raw, tuple[Finding, ...]]:
    """The records under the names that the task uses, and a warning for names that are not there.

    Raises:
        LuodiError: ``read.column_absent`` for the target, time or group column.
    """
    data = task.data
    needed = {"target": data.target, "time": data.time, "group": data.group, "part": data.part}
    mentioned = dict.fromkeys((*data.ignore, *task.columns, *task.sensitive))
    wanted = [*(name for name in needed.values() if name), *mentioned]
    pairs = names.matched(wanted, raw.frame.columns)
    raw = replace(
        raw,
        frame=raw.frame.rename(pairs),
        notes=(*raw.notes, *names.renamed(pairs, raw.label)),
    )
    there = set(raw.frame.columns)
    for key, name in needed.items():
        if name and name not in there:
            raise absent(name, key, raw)
    strange = [name for name in mentioned if name not in there]
    return raw, tuple(_stranger(name, raw) for name in strange)


def _refuse_unread_time(found: Mapping[str, Reading], time: str | None) -> None:
    """Words that are no dates cannot say which record came first."""
    reading = found.get(time) if time else None
    if reading and reading.column.kind == "category":
        filled = reading.values.drop_nulls()
        raise LuodiError(
            "read.time_unread", column=time, examples=names.listed(filled.head(3).to_list())
        )


def absent(name: str, key: str, raw: Raw) -> LuodiError:
    """The error for a column that must be there and is not."""
    close = names.nearest(name, raw.frame.columns)
    return LuodiError("read.column_absent", source=raw.label, column=name, key=key, nearest=close)


def _stranger(name: str, raw: Raw) -> Finding:
    evidence = {"source": raw.label, "nearest": names.nearest(name, raw.frame.columns)}
    return Finding("read.unknown_column", "warning", name, evidence)
