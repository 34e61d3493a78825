"""Whether the holdout can judge: enough cases of each class, nothing that training never saw."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from difflib import get_close_matches
from math import sqrt

import polars as pl

from luodi.core.task import Task
from luodi.core.text import canonical
from luodi.core.values import Dataset, Finding, Parts, Severity
from luodi.modalities import modality

RATE_GATES = ("average_precision", "recall", "precision", "f1", "balanced_accuracy")
USUAL_RATE = 0.8
WIDTH_AT_MOST = 0.25
MOST_UNSEEN = 0.5
KNOWN_AT_LEAST, KNOWN_AT_MOST = 0.01, 0.5
Z_95 = 1.959964


def interval_width(rate: float, cases: float) -> float:
    """Width of Wilson's 95 % interval for a rate seen on so many cases (Wilson, JASA 1927).

    Example:
        >>> round(interval_width(0.8, 68), 2)
        0.19
    """
    square = Z_95**2
    inside = rate * (1 - rate) / cases + square / (4 * cases**2)
    return 2 * Z_95 * sqrt(inside) / (1 + square / cases)


def few_positives(dataset: Dataset, task: Task, parts: Parts | None) -> Iterator[Finding]:
    """A class too rare in the holdout for a gate on it to mean anything."""
    counts = _counts(dataset, task, parts)
    if task.goal != "classify" or len(counts) < 2:
        return
    label = _watched(counts, task)
    cases = counts[label]
    rate = _gated_rate(task)
    width = 1.0 if cases < 1 else interval_width(rate, cases)
    if width >= WIDTH_AT_MOST:
        severity: Severity = "warning" if len(counts) == 2 else "note"
        evidence = {"label": label, "cases": round(cases), "rate": rate, "width": round(width, 3)}
        yield Finding("data.few_positives", severity, dataset.target, evidence)


def unseen_classes(parts: Parts | None, task: Task) -> Iterator[Finding]:
    """Classes of the holdout that training has no row of; an error where most rows are of them."""
    if parts is None or task.goal != "classify" or parts.train.target is None:
        return
    trained = set(parts.train.table[parts.train.target].drop_nulls().unique())
    asked = parts.holdout.table[parts.holdout.target].drop_nulls()  # type: ignore[index]
    unseen = sorted(set(asked.unique()) - trained)
    lost = int(asked.is_in(unseen).sum())
    severity: Severity = "error" if lost > MOST_UNSEEN * len(asked) else "warning"
    for label in unseen:
        evidence = {
            "label": label,
            "rows": int((asked == label).sum()),
            "nearest": ", ".join(get_close_matches(label, sorted(trained), 1, 0.0)),
        }
        yield Finding("data.unseen_class", severity, parts.train.target, evidence)


def of_a_file(parts: Parts | None, task: Task) -> Iterator[Finding]:
    """What a holdout file shares with training: rows, groups, or a time that is not later."""
    if parts is None or not isinstance(task.split.holdout, str) or not len(parts.holdout):
        return
    yield from _known_rows(parts)
    yield from modality(task.data.modality).repeated(parts.train, parts.holdout)
    if task.data.group:
        yield from _known_groups(parts, task.data.group, task)
    if task.data.time:
        yield from _not_later(parts, task.data.time)


def _known_rows(parts: Parts) -> Iterator[Finding]:
    """Rows that training has as well, beyond what such coarse records repeat by themselves."""
    known_by = [*(column.name for column in parts.train.columns), parts.train.target]
    shared = [name for name in known_by if name in parts.holdout.table.columns]
    trained = parts.train.table.select(shared).hash_rows()
    known = parts.holdout.table.select(shared).hash_rows().is_in(trained.implode())
    by_itself, share = _share(trained.is_duplicated()), _share(known)
    if share - by_itself > KNOWN_AT_LEAST:
        severity: Severity = "error" if share - by_itself > KNOWN_AT_MOST else "warning"
        evidence = {"rows": int(known.sum()), "share": share, "by_itself": by_itself}
        yield Finding("data.holdout_known", severity, None, evidence)


def _known_groups(parts: Parts, group: str, task: Task) -> Iterator[Finding]:
    if group not in parts.holdout.table.columns:
        return
    # a column that is no feature is read afresh: its kind may differ from file to file
    trained = {canonical(value) for value in parts.train.table[group].drop_nulls().unique()}
    both = pl.Series(canonical(value) in trained for value in parts.holdout.table[group])
    if both.any():
        severity: Severity = "error" if task.split_by == "group" else "warning"
        evidence = {"rows": int(both.sum()), "share": _share(both)}
        yield Finding("data.holdout_group", severity, group, evidence)


def _not_later(parts: Parts, time: str) -> Iterator[Finding]:
    there = time in parts.holdout.table.columns
    last = parts.train.table[time].max()
    if last is None or not there or not parts.holdout.table[time].dtype.is_temporal():
        return
    early = (parts.holdout.table[time] <= last).fill_null(False)
    if early.any():
        evidence = {"rows": int(early.sum()), "share": _share(early)}
        yield Finding("data.holdout_time", "warning", time, {**evidence, "last": str(last)})


def _share(mask: pl.Series) -> float:
    return int(mask.sum()) / max(len(mask), 1)


def measured(finding: Finding, parts: Parts | None) -> Finding:
    """A finding about owners on both sides of a split, with the share that the split really has."""
    if finding.code != "data.entity_split" or parts is None:
        return finding
    if finding.column not in parts.holdout.table.columns:  # a holdout file may lack it
        return finding
    trained = parts.train.table[finding.column].drop_nulls().unique()
    both = float(parts.holdout.table[finding.column].is_in(trained.implode()).mean() or 0.0)  # type: ignore[arg-type]
    return replace(finding, evidence={**finding.evidence, "both_sides": round(both, 6)})


def _counts(dataset: Dataset, task: Task, parts: Parts | None) -> dict[str, float]:
    """How many rows of each class the holdout has, or would have."""
    if dataset.target is None or (parts is None and isinstance(task.split.holdout, str)):
        return {}
    whole = _by_class(dataset)
    if parts is not None:
        held = _by_class(parts.holdout)
        return {label: held.get(label, 0) for label in whole}
    return {label: rows * float(task.split.holdout) for label, rows in whole.items()}


def _by_class(dataset: Dataset) -> dict[str, int]:
    truth = dataset.table[dataset.target].drop_nulls().cast(pl.String)  # type: ignore[index]
    return dict(truth.value_counts().iter_rows())


def _watched(counts: dict[str, float], task: Task) -> str:
    """The positive class of two, as named or else the rarer; of more, the rarest."""
    named = canonical(task.data.positive)
    if named in counts and len(counts) == 2:
        return named
    return min(sorted(counts), key=counts.__getitem__)


def _gated_rate(task: Task) -> float:
    """The rate that a gate asks for, or a usual one."""
    for name in RATE_GATES:
        gate = task.gates.get(name)
        if gate and gate.at_least is not None and 0.0 < gate.at_least < 1.0:
            return gate.at_least
    return USUAL_RATE
