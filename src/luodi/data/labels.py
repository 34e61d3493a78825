"""Whether the target can be learned and judged: its classes, its gaps, the number of rows."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from luodi.core.task import Task
from luodi.core.values import Dataset, Finding, Severity

ROWS_NEEDED = 20
ROWS_WANTED = 100
USUAL_FOLDS = 5
SHOWN = 5


def find(dataset: Dataset, task: Task) -> Iterator[Finding]:
    """Findings about the target alone: gaps, constants, rare classes, too few rows."""
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


def _rare(known: pl.Series, task: Task) -> Iterator[Finding]:
    """Classes that cannot stand in training, in every fold and in the holdout."""
    wanted = (task.split.folds or USUAL_FOLDS) + 1
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
