"""The judge: an exported graph, records it has never seen, and what is to be said of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from luodi.core.events import Event, Listener, silent
from luodi.core.modality import Modality
from luodi.core.task import Task
from luodi.core.values import Artifact, Dataset, Figure, Finding, Verdict
from luodi.evaluate import fairness as fair
from luodi.evaluate.answers import Answers, Opener, Scoring, answered, main_metric
from luodi.evaluate.baselines import aligned, compared
from luodi.evaluate.calibration import calibration
from luodi.evaluate.curves import curves
from luodi.evaluate.decisions import confusion, cost
from luodi.evaluate.figures import Sample, better, panels_of, sampled
from luodi.evaluate.gates import Bench, check_gates, judged
from luodi.evaluate.mistakes import top_errors
from luodi.evaluate.plain import plain
from luodi.evaluate.remarks import remarks
from luodi.evaluate.resample import Panel, Plan, plan, spread, units_of
from luodi.evaluate.residuals import residuals
from luodi.evaluate.robustness import robustness
from luodi.evaluate.slices import slices
from luodi.evaluate.speed import speed
from luodi.modalities import modality

MOST_IMPORTANT = 30


def judge(
    artifact: Artifact,
    holdout: Dataset,
    task: Task,
    *,
    baselines: Mapping[str, Artifact] | None = None,
    findings: Sequence[Finding] = (),
    seed: int = 0,
    listener: Listener = silent,
    opener: Opener | None = None,
) -> Verdict:
    """Judge a release by running its graph on raw holdout records.

    Everything but the speed is the same for the same artifact, records and seed.

    Args:
        artifact: What would be shipped.
        holdout: Raw records with truth that nothing before has seen.
        task: The task, for metric, costs, sensitive columns and gates.
        baselines: Other artifacts to compare with, by name: ``dumb`` and ``linear``.
        findings: Findings of the reader and of the check, carried along.
        seed: Seed of every random choice.
        listener: Hears how far the judge is.
        opener: Opens a graph; ``luodi.runtime.score.Scorer`` when not given.

    Returns:
        The verdict; its details are described in ``luodi.evaluate.details``.

    Raises:
        LuodiError: ``gate.unknown_figure`` or ``gate.no_interval``; ``rows.*`` from scoring.
    """
    check_gates(task)
    opener = opener or _scorer
    listener(Event("stage", {"name": "evaluate"}))
    scorer = opener(artifact.model, artifact.codec)
    metric = main_metric(artifact, holdout, task, tuple(scorer.classes))
    answers, notes = answered(scorer, holdout, task, metric)
    others, strange = _others(baselines or {}, answers, holdout, task, opener)
    _tell(listener, 1)
    samples, drawn, groupings = _sampled(answers, others, holdout, task, seed)
    _tell(listener, 2)
    details = _details(answers, others, samples, groupings)
    kind = modality(task.data.modality)
    weak = _look_around(details, artifact, scorer, answers, holdout, kind, drawn, seed)
    _tell(listener, 3)
    details["speed"] = speed(artifact, opener, scorer, holdout)
    details["unit"] = task.rule(task.data.target).unit
    samples |= _without_interval(details)
    _tell(listener, 4)
    heard = (*notes, *strange, *remarks(answers, drawn, tuple(others)))
    said = (*findings, *heard, *fair.notes(details["fairness"]), *weak)
    bench = Bench(samples, answers, details["baselines"], artifact.parity, findings)
    figures = {name: sample.figure for name, sample in samples.items()}
    return Verdict(figures, judged(task, bench), plain(details), said)


def _look_around(
    details: dict[str, Any],
    artifact: Artifact,
    scorer: Scoring,
    answers: Answers,
    holdout: Dataset,
    kind: Modality,
    drawn: Plan | None,
    seed: int,
) -> tuple[Finding, ...]:
    """Slices and robustness, column by column, and what comes with the artifact."""
    told = kind.described(holdout)
    columns = _columns(artifact, told.columns)
    units = drawn.unit if drawn and drawn.units else None
    details["slices"], weak = slices(answers, told, columns, units, seed)
    details["robustness"] = robustness(scorer, answers, holdout, kind, columns, seed)
    details["resampling"] = _resampling(drawn)
    details["parity"] = artifact.parity
    details["importance"] = artifact.importance[:MOST_IMPORTANT]
    return weak


def _scorer(model: bytes, codec: Any) -> Any:
    from luodi.runtime.score import Scorer

    return Scorer(model, codec)


def _tell(listener: Listener, done: int) -> None:
    listener(Event("progress", {"what": "evaluate", "done": done, "total": 4}))


def _others(
    baselines: Mapping[str, Artifact],
    answers: Answers,
    holdout: Dataset,
    task: Task,
    opener: Opener,
) -> tuple[dict[str, Answers], list[Finding]]:
    """The baselines' answers on the same rows; one that knows other classes is left out."""
    found, strange = {}, []
    for name, artifact in baselines.items():
        scorer = opener(artifact.model, artifact.codec)
        other = aligned(answers, answered(scorer, holdout, task, answers.metric)[0])
        if other is None:
            strange.append(Finding("judge.strange_baseline", "warning", None, {"name": name}))
        else:
            found[name] = other
    return found, strange


def _sampled(
    answers: Answers, others: Mapping[str, Answers], holdout: Dataset, task: Task, seed: int
) -> tuple[dict[str, Sample], Plan | None, list[fair.Grouping]]:
    """Every figure of the answers with its interval."""
    if not len(answers):
        return {}, None, []
    groupings = fair.groupings(holdout, task.sensitive, answers)

    def panels(part: Answers) -> list[Panel]:
        place = None if part is answers else np.searchsorted(answers.rows, part.rows)
        rest = {n: o if place is None else o.take(place) for n, o in others.items()}
        gaps = [fair.gap_panel(part, one) for one in groupings] if part.binary else []
        return [*panels_of(part, rest), *gaps]

    cost_ns = 15.0 + sum(panel.cost_ns for panel in panels(answers))
    drawn = plan(*units_of(answers, holdout.table, task), cost_ns, seed)
    values, resamples = spread(drawn, answers, panels, seed)
    return sampled(values, resamples, answers, drawn), drawn, groupings


def _details(
    answers: Answers,
    others: Mapping[str, Answers],
    samples: Mapping[str, Sample],
    groupings: Sequence[fair.Grouping],
) -> dict[str, Any]:
    """All that needs the answers only."""
    classify = answers.goal == "classify"
    gaps = {name: sample.figure.value for name, sample in samples.items() if ":" in name}
    return {
        "goal": answers.goal,
        "metric": answers.metric,
        "rows": len(answers),
        "classes": answers.classes,
        "positive": answers.classes[answers.positive] if answers.binary else None,
        "class_counts": answers.counts,
        "confusion": confusion(answers) if classify else None,
        "cost": cost(answers) if classify else None,
        "calibration": calibration(answers) if classify else None,
        "curves": curves(answers) if classify else None,
        "residuals": None if classify else residuals(answers, 0),
        "top_errors": top_errors(answers),
        "fairness": [fair.fairness(answers, one, gaps) for one in groupings],
        "baselines": compared(answers, others, samples),
    }


def _columns(artifact: Artifact, own: Sequence[str]) -> list[str]:
    """Columns that tell records apart, the most important first."""
    ranked = [name for name, _ in artifact.importance if name in own]
    return list(dict.fromkeys([*ranked, *own]))


def _resampling(drawn: Plan | None) -> dict[str, Any] | None:
    if drawn is None:
        return None
    return {
        "resamples": drawn.resamples,
        "by": drawn.by,
        "clusters": drawn.units,
        "rows": len(drawn.chosen),
    }


def _without_interval(details: Mapping[str, Any]) -> dict[str, Sample]:
    """Figures without an interval: speed, size, changes under noise, gaps of the metric."""
    found = {n: v for n, v in details["speed"].items() if n not in ("calls", "batch_rows")}
    found.pop("ratio_to_bare", None)
    if details["robustness"]:
        found["changed_by_noise"] = details["robustness"]["noise"]["changed"]
    for one in details["fairness"]:
        found[f"figure_gap:{one['column']}"] = one["figure_gap"]
    return {
        name: Sample(Figure(name, float(value), better=better(name)), np.empty(0), 0)
        for name, value in found.items()
        if value is not None and np.isfinite(value)
    }
