"""What is wrong with these records and this task, before any training."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from luodi.core.events import Event, Listener, silent
from luodi.core.task import Task
from luodi.core.values import Dataset, Finding, Parts
from luodi.data import holdout, labels
from luodi.modalities import modality

GRAVEST_FIRST = ("error", "warning", "note")


def check(
    dataset: Dataset, task: Task, parts: Parts | None = None, listener: Listener = silent
) -> tuple[Finding, ...]:
    """All findings about records and task, the gravest first.

    Args:
        dataset: The records, as read.
        task: The task; a finding that ``check.accept`` names, by ``code`` or ``code:column``,
            is lowered to a note.
        parts: How the records were cut, if they were: then the holdout is measured, not estimated.
        listener: Told as detectors finish.

    Returns:
        The findings. A build stops if one of them is an error.
    """
    listener(Event("stage", {"name": "check"}))
    seen = (
        modality(task.data.modality).inspect(dataset, task, listener)
        if dataset.target is not None
        else ()
    )
    findings = [
        *dataset.notes,
        *_of_holdout(parts, task),
        *labels.find(dataset, task),
        *(holdout.measured(finding, parts) for finding in seen),
        *holdout.few_positives(dataset, task, parts),
        *holdout.unseen_classes(parts, task),
        *holdout.of_a_file(parts, task),
    ]
    accepted = [_accepted(finding, task.check.accept) for finding in findings]
    unused = _unused(findings, task.check.accept)
    return tuple(sorted([*accepted, *unused], key=lambda f: GRAVEST_FIRST.index(f.severity)))


def _of_holdout(parts: Parts | None, task: Task) -> tuple[Finding, ...]:
    """What reading a holdout file noticed, but for notes: the judge sees what is left of it."""
    if parts is None or not isinstance(task.split.holdout, str):
        return ()
    return tuple(note for note in parts.holdout.notes if note.severity != "note")


def _names(finding: Finding) -> tuple[str, str]:
    return finding.code, f"{finding.code}:{finding.column}"


def _accepted(finding: Finding, accept: Iterable[str]) -> Finding:
    """The finding, lowered to a note if a person accepts it."""
    if not set(_names(finding)) & set(accept):
        return finding
    return replace(finding, severity="note", evidence={**finding.evidence, "accepted": True})


def _unused(findings: Iterable[Finding], accept: Iterable[str]) -> list[Finding]:
    """A note for each entry of ``check.accept`` that no finding answers to."""
    known = {name for finding in findings for name in _names(finding)}
    return [
        Finding("data.accept_unused", "note", None, {"entry": entry})
        for entry in accept
        if entry not in known
    ]
