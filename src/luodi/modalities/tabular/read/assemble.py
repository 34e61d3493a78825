"""Columns as understood to a ``Dataset``: kinds, rows that have a target, digest, notes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import polars as pl

from luodi.core.task import Task
from luodi.core.values import Column, Dataset, Finding, Labels
from luodi.modalities.tabular.read import kinds, wishes
from luodi.modalities.tabular.read.digest import digest
from luodi.modalities.tabular.read.kinds import Reading
from luodi.modalities.tabular.read.numbers import Sign
from luodi.modalities.tabular.read.raw import Raw
from luodi.modalities.tabular.read.wishes import Hints, Wish


def left_out(task: Task) -> frozenset[str]:
    """Columns of a task that are no features."""
    splitting = {name for name in (task.data.group, task.data.part) if name}
    return task.ignored | splitting | {task.data.target}


def readings(
    table: pl.DataFrame,
    wanted: Callable[[str], Wish],
    given: Sign | None = None,
    usual: Sign | None = None,
) -> tuple[dict[str, Reading], Hints]:
    """Every column as understood, in order, and what they prove for each other.

    Args:
        table: A raw frame.
        wanted: What is known of a column, by name.
        given: Decimal sign that the task names.
        usual: Decimal sign that the form of the source suggests.
    """
    looks = {series.name: wishes.look(series, wanted(series.name)) for series in table}
    known = wishes.hints(looks, given, usual)
    found = {s.name: kinds.understand(s, looks[s.name], wanted(s.name), known) for s in table}
    return found, known


def dataset(
    found: Mapping[str, Reading],
    raw: Raw,
    columns: Sequence[Column],
    target: str | None,
    labels: Labels,
    notes: Sequence[Finding] = (),
    *,
    drop: bool = False,
) -> Dataset:
    """A dataset of all columns that were read, in the order of the source.

    Args:
        found: All columns, the target among them.
        raw: Where they come from.
        columns: The feature columns.
        target: Name of the target, if it is there.
        labels: Type of the target.
        notes: Remarks beside those of the source and of the columns.
        drop: Whether rows without a target are dropped, with a warning.
    """
    order = list(dict.fromkeys((*(n for n in raw.frame.columns if n in found), *found)))
    remarks = [note for name in order for note in found[name].notes]
    table = pl.DataFrame([found[name].values.alias(name) for name in order])
    if drop and target and (lost := table[target].null_count()):
        evidence = {"count": lost, "rows": table.height}
        remarks.append(Finding("read.target_dropped", "warning", target, evidence))
        table = table.filter(table[target].is_not_null())
    return Dataset(
        table=table,
        columns=tuple(columns),
        target=target,
        digest=digest(table, map(_kind, table)),
        source=raw.label,
        labels=labels,
        notes=(*raw.notes, *notes, *remarks),
    )


def _kind(series: pl.Series) -> str:
    return next(kind for kind, dtype in kinds.TYPES.items() if dtype == series.dtype)
