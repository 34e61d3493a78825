"""A first task file, written from a look at the data."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from luodi.core import words
from luodi.core.errors import LuodiError
from luodi.core.events import Listener, silent
from luodi.core.task import Task
from luodi.core.values import Column, Dataset, Finding
from luodi.data.check import check
from luodi.data.draft import Draft, Rule, one_line, write
from luodi.data.guess import Guess, guess
from luodi.data.split import TEST
from luodi.modalities import modality
from luodi.modalities.tabular.inspect.names import sensitive, unit

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
IGNORED = frozenset(
    {
        "leak.flag",
        "leak.copy",
        "leak.one_hot",
        "data.identifier",
        "data.constant",
        "data.missing_mostly",
    }
)
SPLITS = {"data.time_ignored": "time", "data.entity_split": "group"}
ANSWERED = frozenset({*IGNORED, *SPLITS, "data.sentinel"})


def propose(
    name: str,
    source: str,
    target: str,
    listener: Listener = silent,
    reading: Mapping[str, Any] | None = None,
) -> str:
    """The text of a commented ``task.yaml`` for some records.

    Columns that leak, identify or say nothing are ignored, each with the evidence; units are
    taken from names such as ``Torque [Nm]``; a time, a group and sensitive columns are proposed.

    Args:
        name: Name of the task: lower-case letters, digits, hyphens.
        source: A data file, or a database address.
        target: The column to predict.
        listener: Told what is being looked at.
        reading: Further keys of ``data`` that say how to read, such as ``query`` or ``header``.

    Returns:
        The text, in the language of ``LUODI_LANG``.

    Raises:
        LuodiError: ``new.bad_name``, ``read.no_features`` where every column is to be ignored, or
            what reading raises, such as an absent target.
    """
    if not NAME.fullmatch(name):
        raise LuodiError("new.bad_name", name=name, proposed=_slug(name))
    dataset, task, guessed = _read(name, source, target, reading or {}, listener)
    findings = check(dataset, task, None, listener)
    rules = dict(_rules(dataset.columns, findings))
    if all(c.name in rules and not rules[c.name].entries for c in dataset.columns):
        raise LuodiError("read.no_features", source=dataset.source)
    kind = modality(task.data.modality)
    draft = Draft(
        name=name,
        source=source,
        reading=reading or {},
        dataset=dataset,
        guess=guessed,
        time=_splitting(findings, "data.time_ignored"),
        group=_splitting(findings, "data.entity_split"),
        part=_settled(dataset),
        budget=kind.BUDGET,
        latency_ms=kind.USUAL_LIMITS["one_row_ms_p50"],
        sensitive=tuple(c.name for c in dataset.columns if sensitive(c.name)),
        rules=rules,
        rest=tuple(f for f in findings if f.code not in ANSWERED),
    )
    return write(draft, words.language())


def _slug(name: str) -> str:
    """The nearest name that is allowed."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:64] or "my-task"


def _read(
    name: str, source: str, target: str, reading: Mapping[str, Any], listener: Listener
) -> tuple[Dataset, Task, Guess]:
    """The records, read for classes first; if they turn out to be values, read as values."""
    data = {"source": source, "target": target, **reading}
    content = {"name": name, "goal": "classify", "data": data}
    task = Task.load(content)
    dataset = modality(task.data.modality).read(task, listener)
    guessed = guess(dataset)
    if guessed.goal == "regress":
        task = Task.load({**content, "goal": "regress"})
        dataset = modality(task.data.modality).read(task, listener)
    return dataset, task, guessed


def _settled(dataset: Dataset) -> str | None:
    """The column that a reader has made of the parts that the source itself names."""
    named = {column.name for column in dataset.columns} | {dataset.target}
    if "part" in named or "part" not in dataset.table.columns:
        return None
    return "part" if set(dataset.table["part"].drop_nulls()) & TEST else None


def _splitting(findings: Iterable[Finding], code: str) -> tuple[str, bool] | None:
    """The column a finding proposes to split by; only a warning makes the line active."""
    for finding in findings:
        if finding.code == code and finding.column is not None:
            return finding.column, finding.severity == "warning"
    return None


def _rules(columns: Iterable[Column], findings: Iterable[Finding]) -> Iterator[tuple[str, Rule]]:
    """What to write under ``columns``: what is ignored and why, units, values for "missing"."""
    about: dict[str, list[Finding]] = {}
    for finding in findings:
        if finding.column is not None:
            about.setdefault(finding.column, []).append(finding)
    for column in columns:
        mine = about.get(column.name, [])
        against = [f for f in mine if f.code in IGNORED]
        if against:
            yield column.name, Rule(why=[_why(finding) for finding in against])
            continue
        entries = dict(_entries(column, mine))
        if entries:
            yield column.name, Rule(entries, [_why(f) for f in mine if f.code == "data.sentinel"])


def _entries(column: Column, findings: Iterable[Finding]) -> Iterator[tuple[str, object]]:
    found = unit(column.name) if column.kind == "number" else None
    if found:
        yield "unit", found
    for finding in findings:
        if finding.code == "data.sentinel":
            yield "missing", [_short(value) for value in finding.evidence["values"].split(", ")]


def _short(value: str) -> float:
    """A number, whole where it is whole: 96, not 96.0."""
    number = float(value)
    return int(number) if number.is_integer() else number


def _why(finding: Finding) -> str:
    return one_line(f"{finding.code}: {finding.part('seen')}")
