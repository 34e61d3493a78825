"""Whether the target can be learned and judged: its classes, its gaps, the number of rows."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches

import polars as pl

from luodi.core.task import Task
from luodi.core.text import canonical
from luodi.core.values import Dataset, Finding, Severity
from luodi.data.guess import CLASSES_AT_MOST, ROWS_A_CLASS
from luodi.data.split import usual_folds

ROWS_NEEDED = 20
ROWS_WANTED = 100
SHOWN = 5


def find(dataset: Dataset, task: Task) -> Iterator[Finding]:
    """Findings about the target alone: gaps, constants, unknown and rare classes, too few rows."""
    if dataset.target is None:
        return
    truth = dataset.table[dataset.target]
    yield from _gaps(truth, task)
    known = truth.drop_nulls()
    if not len(known):
        return
    if known.n_unique() == 1:
        yield Finding("label.constant", "error", truth.name, {"value": str(known[0])})
    elif task.goal == "classify":
        yield from _unknown(known, task)
        values = _values(known)
        yield from values
        if not values or {f.code for f in values} & set(task.check.accept):
            yield from _rare(known, task)
    yield from _small(len(known))


def _gaps(truth: pl.Series, task: Task) -> Iterator[Finding]:
    missing = truth.null_count()
    if missing:
        evidence = {"rows": missing, "total": len(truth), "share": missing / len(truth)}
        severity: Severity = "error" if missing == len(truth) else "note"
        yield Finding("label.missing", severity, truth.name, evidence)
    if task.goal == "regress":
        broken = int((~truth.drop_nulls().is_finite()).sum())
        if broken:
            yield Finding("label.infinite", "error", truth.name, {"rows": broken})


def _unknown(known: pl.Series, task: Task) -> Iterator[Finding]:
    """Classes that the task speaks of and the target does not have."""
    classes = sorted(map(str, known.unique()))
    for key, label in _named(task):
        if label not in classes:
            nearest = get_close_matches(label, classes, 1, 0.0)[0]
            shown = ", ".join(classes[:SHOWN]) + (", …" if len(classes) > SHOWN else "")
            evidence = {"key": key, "label": label, "known": shown, "nearest": nearest}
            yield Finding("data.unknown_class", "error", known.name, evidence)


def _named(task: Task) -> dict[tuple[str, str], None]:
    """Each class that the task names, with the key it stands under, once."""
    named = [] if task.data.positive is None else [("data.positive", task.data.positive)]
    matrix = (task.costs.matrix if task.costs else None) or {}
    for actual, row in matrix.items():
        named += [("costs.matrix", label) for label in (actual, *row)]
    return {(key, canonical(label)): None for key, label in named}


def _values(known: pl.Series) -> list[Finding]:
    """Numbers so many and so seldom repeated that they are values, not classes."""
    labels = known.unique()
    distinct = len(labels)
    if distinct <= CLASSES_AT_MOST or len(known) >= ROWS_A_CLASS * distinct:
        return []
    numbers = labels.cast(pl.Float64, strict=False)
    if numbers.null_count():
        return []
    evidence = {"distinct": distinct, "rows": len(known)}
    evidence |= {"low": numbers.min(), "high": numbers.max()}
    return [Finding("data.values_as_classes", "error", known.name, evidence)]


def _rare(known: pl.Series, task: Task) -> Iterator[Finding]:
    """Classes that cannot stand in training, in every fold and in the holdout."""
    wanted = (task.split.folds or usual_folds(len(known))) + 1
    counts = sorted((rows, str(label)) for label, rows in known.value_counts().iter_rows())
    rare = [(rows, label) for rows, label in counts if rows < wanted]
    if rare:
        alone = rare[0][0] == 1 and task.split_by == "stratified"
        severity: Severity = "error" if alone else "warning"
        shown = ", ".join(f"{label} ({rows})" for rows, label in rare[:SHOWN])
        evidence = {"classes": len(rare), "shown": shown, "rows": rare[0][0], "wanted": wanted}
        yield Finding("data.rare_class", severity, known.name, evidence)


def _small(rows: int) -> Iterator[Finding]:
    if rows < ROWS_WANTED:
        severity: Severity = "error" if rows < ROWS_NEEDED else "warning"
        yield Finding("data.too_small", severity, None, {"rows": rows, "wanted": ROWS_WANTED})
