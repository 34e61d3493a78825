"""What the exported graph says of the holdout, beside the truth: all that is judged."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from luodi.core import metrics
from luodi.core.task import CLASSIFY_METRICS, REGRESS_METRICS, Goal, Task
from luodi.core.values import Artifact, Dataset, Finding

Array = NDArray[np.float64]
Index = NDArray[np.int64]
Mask = NDArray[np.bool_]


class Scoring(Protocol):
    """What the judge needs of ``runtime.score.Scorer``."""

    @property
    def goal(self) -> str: ...
    @property
    def classes(self) -> tuple[str, ...]: ...
    def score(self, rows: Any) -> Any: ...
    def predict(self, rows: Any) -> Any: ...


Opener = Callable[[bytes, Any], Scoring]


@dataclass(frozen=True)
class Answers:
    """Truth and answers of the same rows.

    Attributes:
        goal: ``classify`` or ``regress``.
        metric: The main metric.
        truth: Class indices, or values; shape (rows,).
        given: Probabilities (rows, classes), or values (rows,).
        decision: Decided class indices (rows,); empty for ``regress``.
        review: Whether a row goes to a human (rows,).
        rows: Row numbers in the holdout table (rows,).
        classes: Canonical class labels; empty for ``regress``.
        positive: Index of the positive class.
        costs: Table of ``metrics.cost_table``; None when the task gives no costs.
    """

    goal: Goal
    metric: str
    truth: NDArray[Any]
    given: Array
    decision: Index
    review: Mask
    rows: Index
    classes: tuple[str, ...] = ()
    positive: int = 0
    costs: Array | None = None

    def __len__(self) -> int:
        return len(self.truth)

    @property
    def binary(self) -> bool:
        """Whether there are two classes, one of them positive."""
        return len(self.classes) == 2

    @property
    def counts(self) -> Index:
        """Rows of each class; empty for ``regress``."""
        if self.goal == "regress":
            return np.zeros(0, np.int64)
        return np.bincount(self.truth, minlength=len(self.classes))

    @property
    def names(self) -> tuple[str, ...]:
        """The metrics that make sense here, the main one first."""
        known = REGRESS_METRICS if self.goal == "regress" else CLASSIFY_METRICS
        rest = (n for n in known if n != self.metric and (n != "cost" or self.costs is not None))
        return (self.metric, *rest)

    @property
    def acted(self) -> Index:
        """Decisions with review as one more class, where review has a price."""
        if self.costs is None or self.costs.shape[1] == len(self.classes):
            return self.decision
        return np.where(self.review, len(self.classes), self.decision)

    def measure(self, name: str) -> metrics.Weigh:
        """One metric as a function of row weights."""
        decision = self.acted if name == "cost" else self.decision
        return metrics.prepare(
            name,
            self.truth,
            self.given,
            positive=self.positive,
            decision=None if self.goal == "regress" else decision,
            costs=self.costs,
        )

    def score(self, name: str) -> float:
        """One metric over all rows."""
        return self.measure(name)(np.ones(len(self))) if len(self) else float("nan")

    def take(self, chosen: Index | Mask) -> Answers:
        """Some of the rows, in the order given."""
        parts = ("truth", "given", "review", "rows") + (("decision",) if len(self.decision) else ())
        return replace(self, **{name: getattr(self, name)[chosen] for name in parts})


def answered(
    scorer: Scoring, holdout: Dataset, task: Task, metric: str
) -> tuple[Answers, tuple[Finding, ...]]:
    """Score the raw holdout and lay the answers beside the truth.

    Rows without truth, and rows whose class training never saw, cannot be judged: they are left
    out and a finding says how many.

    Args:
        scorer: The opened graph.
        holdout: Raw records with truth.
        task: The task, for costs and the positive class.
        metric: The main metric.

    Returns:
        The answers, and findings about rows that were left out.
    """
    truth, known, notes = _truth(holdout, scorer.goal, scorer.classes)
    rows = np.flatnonzero(known)
    table = holdout.table.select([column.name for column in holdout.columns])
    scores = scorer.score(table[rows]) if len(rows) else None
    classify = scorer.goal == "classify"
    width = (0, len(scorer.classes)) if classify else (0,)
    given = np.zeros(width)
    if scores is not None:
        given = scores.probabilities if classify else scores.value
    positive = metrics.positive_index(scorer.classes, task.data.positive) if classify else 0
    blank = np.zeros(0, np.int64)
    answers = Answers(
        goal="classify" if classify else "regress",
        metric=metric,
        truth=truth[rows],
        given=np.asarray(given, np.float64),
        decision=blank if scores is None or not classify else np.asarray(scores.decision, np.int64),
        review=np.zeros(0, bool) if scores is None else np.asarray(scores.review, bool),
        rows=rows,
        classes=tuple(scorer.classes),
        positive=positive,
        costs=metrics.cost_table(task.costs, scorer.classes, positive) if task.costs else None,
    )
    return answers, notes


def main_metric(artifact: Artifact, holdout: Dataset, task: Task, classes: tuple[str, ...]) -> str:
    """The metric that the task names, else the one training chose, else the goal's default."""
    known = REGRESS_METRICS if task.goal == "regress" else CLASSIFY_METRICS
    chosen = task.metric or artifact.plan.get("metric")
    if chosen in known:
        return str(chosen)
    if task.goal == "regress":
        return metrics.default_metric("regress")
    truth, seen, _ = _truth(holdout, task.goal, classes)
    positive = metrics.positive_index(classes, task.data.positive)
    if len(classes) > 2:
        return "log_loss"
    return metrics.default_metric(task.goal, truth[seen], positive)


def _truth(
    holdout: Dataset, goal: str, classes: tuple[str, ...]
) -> tuple[NDArray[Any], Mask, tuple[Finding, ...]]:
    """Truth as class indices or values, which rows have one, and what was left out."""
    column = holdout.table[holdout.target or ""]
    if goal == "regress":
        values = column.cast(float).fill_null(float("nan")).to_numpy()
        known = np.isfinite(values)
        return values, known, _left_out("judge.no_truth", ~known)
    place = {name: at for at, name in enumerate(classes)}
    labels = column.to_list()
    truth = np.fromiter((place.get(label, -1) for label in labels), np.int64, len(labels))
    absent = np.fromiter((label is None for label in labels), bool, len(labels))
    strange = (truth < 0) & ~absent
    foreign = sorted({labels[at] for at in np.flatnonzero(strange)})[:5]
    notes = (
        *_left_out("judge.no_truth", absent),
        *_left_out("judge.unseen_label", strange, labels=", ".join(foreign)),
    )
    return truth, truth >= 0, notes


def _left_out(code: str, mask: Mask, **evidence: Any) -> tuple[Finding, ...]:
    if not mask.any():
        return ()
    facts = {"rows": int(mask.sum()), "of": len(mask), **evidence}
    return (Finding(code, "warning", evidence=facts),)
