"""Another source, read with the kinds that were decided when the task's own records were read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import polars as pl

from luodi.core.errors import LuodiError
from luodi.core.task import Data, Goal
from luodi.core.values import Column, Dataset, Finding, Labels
from luodi.modalities.tabular.read import assemble, fresh, gather, kinds, memory, names
from luodi.modalities.tabular.read import target as targets
from luodi.modalities.tabular.read.kinds import Reading
from luodi.modalities.tabular.read.raw import Options, Raw, options
from luodi.modalities.tabular.read.wishes import Wish


def read_like(
    source: str | Path,
    columns: Sequence[Column],
    target: str | None,
    labels: Labels = "string",
    *,
    data: Data | None = None,
    truth: bool = False,
    memory_bytes: float | None = None,
) -> Dataset:
    """Another source, with the kinds that were decided before.

    Args:
        source: A file, ``sqlite:FILE`` or ``postgresql://…``, as the caller resolved it.
        columns: The feature columns.
        target: Name of the target; it may be absent unless ``truth`` is asked for.
        labels: What the target is: ``number`` for a value, else the type of class labels.
        data: How to read the source.
        truth: Whether the target must be there; rows without it are then dropped with a warning.
        memory_bytes: What the records may take; more is refused, never sampled. None for 40 % of
            the memory that is free.

    Returns:
        The records in their order. A column that is absent is null, with the warning
        ``read.missing_column``; one that is not known stays in the table.

    Raises:
        LuodiError: ``read.*``, exit status 3.
    """
    known = _options(columns, target, data, memory_bytes or memory.limit())
    raw = gather.one(source, known)
    return understood(raw, columns, target, labels, data=data, truth=truth)


def understood(
    raw: Raw,
    columns: Sequence[Column],
    target: str | None,
    labels: Labels = "string",
    *,
    data: Data | None = None,
    truth: bool = False,
) -> Dataset:
    """Records that were read already, with the kinds that were decided before; see ``read_like``.

    Raises:
        LuodiError: ``read.foreign``, ``read.absent`` and what a column's values may raise.
    """
    held = {column.name: column for column in columns}
    raw = _spelled(raw, [*held, *([target] if target else [])])
    there = set(raw.frame.columns)
    if not there & set(held):
        facts = {"seen": names.listed(raw.frame.columns), "wanted": names.listed(list(held))}
        raise LuodiError("read.foreign", source=raw.label, **facts)
    given = target if target in there else None
    if truth and target and not given:
        raise fresh.absent(target, "target", raw)
    found, notes = _readings(raw, held, given, labels, data)
    return assemble.dataset(found, raw, columns, given, labels, notes, drop=truth)


def _options(
    columns: Sequence[Column], target: str | None, data: Data | None, limit: float
) -> Options:
    """Categories stay text, so that ``007`` is not taken for 7."""
    keys = {names.loose(column.name) for column in columns if column.kind == "category"}
    return options(
        data,
        memory=limit,
        sample=False,
        spare=target,
        text=lambda name: names.loose(name) in keys,
    )


def _spelled(raw: Raw, wanted: Sequence[str]) -> Raw:
    pairs = names.matched(wanted, raw.frame.columns)
    notes = (*raw.notes, *names.renamed(pairs, raw.label))
    return replace(raw, frame=raw.frame.rename(pairs), notes=notes)


def _readings(
    raw: Raw, held: Mapping[str, Column], given: str | None, labels: Labels, data: Data | None
) -> tuple[dict[str, Reading], list[Finding]]:
    """All columns, the absent ones as null, and remarks on what is absent or not known."""
    missing = data.missing if data else ()

    def wanted(name: str) -> Wish:
        if name in held:
            return Wish(held[name], decided=True, trained=True)
        return Wish(Column(name, "number", missing=missing))

    rest = raw.frame.drop(given) if given else raw.frame
    found, hints = assemble.readings(rest, wanted, data.decimal if data else None, raw.decimal)
    notes = []
    if extra := [name for name in found if name not in held]:
        evidence = {"source": raw.label, "columns": names.listed(extra), "count": len(extra)}
        notes.append(Finding("read.extra_columns", "note", None, evidence))
    for name, column in held.items():
        if name not in found:
            found[name] = Reading(column, _nothing(column, raw.frame.height))
            notes.append(Finding("read.missing_column", "warning", name, {"source": raw.label}))
    if given:
        goal: Goal = "regress" if labels == "number" else "classify"
        truth = targets.truth(raw.frame[given], goal, wanted(given), hints)
        found[given] = Reading(Column(given, "category"), truth.values, truth.notes)
    return found, notes


def _nothing(column: Column, rows: int) -> pl.Series:
    return pl.Series(column.name, [None] * rows, kinds.TYPES[column.kind])
