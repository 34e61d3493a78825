"""All detectors in the order they run: leaks first, since what leaks must not steer the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from luodi.core.events import Event, Listener
from luodi.core.task import Task
from luodi.core.values import Dataset, Finding
from luodi.modalities.tabular.inspect import (
    bounds,
    content,
    copied,
    entity,
    flag,
    identifier,
    one_hot,
    order,
    repeated,
    sentinel,
    suspect,
    units,
)
from luodi.modalities.tabular.inspect.about import found
from luodi.modalities.tabular.inspect.look import Look, look

Detector = Callable[[Look], Iterator[Finding]]

IDENTIFIERS: tuple[Detector, ...] = (identifier.find,)
LEAKS: tuple[Detector, ...] = (one_hot.find, copied.find, flag.find)
COLUMNS: tuple[Detector, ...] = (
    content.constant,
    content.missing,
    content.mixed,
    content.crowded,
    sentinel.find,
    bounds.find,
    units.find,
)
ROWS: tuple[Detector, ...] = (
    repeated.duplicates,
    repeated.contradictions,
    entity.find,
    order.find,
    suspect.find,
)


def inspected(dataset: Dataset, task: Task, listener: Listener) -> tuple[Finding, ...]:
    """The findings of all detectors, one finding a column and kind."""
    seen = look(dataset, task)
    if not len(seen) or (seen.classify and len(seen.classes) < 2):
        return ()
    identifiers = _run(IDENTIFIERS, seen, listener)
    honest = seen.without(_columns(identifiers))
    leaks = _once(_run(LEAKS, honest, listener))
    honest = honest.without(_columns(f for f in leaks if f.severity == "error"))
    of_columns = _run(COLUMNS, seen.without(_columns(identifiers)), listener)
    of_rows = _run(ROWS, honest, listener)
    return (*leaks, *identifiers, *_simplified(of_columns), *of_rows, *_sampled(seen))


def _sampled(seen: Look) -> Iterator[Finding]:
    if seen.sampled:
        yield found("data.sampled", "note", rows=len(seen), total=seen.whole.height)


def _run(detectors: tuple[Detector, ...], seen: Look, listener: Listener) -> list[Finding]:
    findings: list[Finding] = []
    for done, detector in enumerate(detectors, 1):
        findings += detector(seen)
        what = detector.__module__.rsplit(".", 1)[-1]
        listener(Event("progress", {"what": what, "done": done, "total": len(detectors)}))
    return findings


def _columns(findings: Iterable[Finding]) -> list[str]:
    return [f.column for f in findings if f.column is not None]


def _once(leaks: list[Finding]) -> list[Finding]:
    """One leak a column: an error before a warning, else the first."""
    best: dict[str | None, Finding] = {}
    for leak in sorted(leaks, key=lambda f: f.severity != "error"):
        best.setdefault(leak.column, leak)
    return list(best.values())


def _simplified(findings: list[Finding]) -> list[Finding]:
    """Without the finding that a mixed column has many values: the mixture explains it."""
    mixed = {f.column for f in findings if f.code == "data.mixed_types"}
    return [f for f in findings if f.code != "data.high_cardinality" or f.column not in mixed]
