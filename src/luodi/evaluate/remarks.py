"""What a reader must know of the holdout before believing any figure."""

from __future__ import annotations

import numpy as np

from luodi.core.values import Finding
from luodi.evaluate.answers import Answers
from luodi.evaluate.resample import FEW_UNITS, Plan

FEW_ROWS, FEW_CASES = 100, 20


def remarks(answers: Answers, drawn: Plan | None, baselines: tuple[str, ...]) -> list[Finding]:
    """Findings about absent classes, few rows, few groups and answers that never vary."""
    if not len(answers):
        return [Finding("judge.no_rows", "warning")]
    found = [*_classes(answers), *_sizes(answers, drawn), *_constant(answers)]
    absent = [name for name in ("dumb", "linear") if name not in baselines]
    if absent:
        found.append(Finding("judge.no_baseline", "note", None, {"names": ", ".join(absent)}))
    return found


def _classes(answers: Answers) -> list[Finding]:
    counts = answers.counts
    absent = [name for name, count in zip(answers.classes, counts, strict=True) if not count]
    rare = [
        f"{name} ({count})"
        for name, count in zip(answers.classes, counts.tolist(), strict=True)
        if 0 < count < FEW_CASES
    ]
    found = []
    if absent:
        facts = {"names": ", ".join(absent[:5]), "count": len(absent)}
        found.append(Finding("judge.class_absent", "warning", None, facts))
    if rare:
        facts = {"names": ", ".join(rare[:5]), "wanted": FEW_CASES}
        found.append(Finding("judge.class_rare", "warning", None, facts))
    return found


def _sizes(answers: Answers, drawn: Plan | None) -> list[Finding]:
    found = []
    if len(answers) < FEW_ROWS:
        short = {"rows": len(answers), "wanted": FEW_ROWS}
        found.append(Finding("judge.few_rows", "warning", None, short))
    if drawn and drawn.units is not None and drawn.units < FEW_UNITS:
        facts: dict[str, object] = {"units": drawn.units, "by": drawn.by, "wanted": FEW_UNITS}
        found.append(Finding("judge.few_units", "warning", None, facts))
    return found


def _constant(answers: Answers) -> list[Finding]:
    if len(answers) > 1 and np.ptp(answers.given, axis=0).max() == 0.0:
        return [Finding("judge.constant_answers", "warning", None, {"rows": len(answers)})]
    return []
