"""What a look at the data suggests: the goal, the positive class, the metric."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from luodi.core.task import Goal
from luodi.core.values import Dataset

CLASSES_AT_MOST = 10
ROWS_A_CLASS = 10
IMBALANCED = 0.2
DOMINATED = 0.8


@dataclass(frozen=True)
class Guess:
    """A first idea of the task.

    Attributes:
        goal: ``classify`` or ``regress``.
        metric: The figure to train for.
        positive: The class that a hit speaks of, where there are two.
        counts: Rows of each class, most frequent first; empty for ``regress``.
    """

    goal: Goal
    metric: str
    positive: str | None
    counts: Mapping[str, int]


def guess(dataset: Dataset) -> Guess:
    """The task that a dataset, read for ``classify``, looks like.

    Text and booleans are classes, and so are whole numbers with few values that come up often;
    other numbers are values.
    """
    assert dataset.target is not None, "a dataset without truth suggests nothing"
    truth = dataset.table[dataset.target].drop_nulls()
    counts = {str(label): rows for label, rows in truth.value_counts(sort=True).iter_rows()}
    if not _classes(counts):
        return Guess("regress", "rmse", None, {})
    ordered = dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
    rarest = list(ordered)[-1] if ordered else None
    shares = [rows / max(len(truth), 1) for rows in ordered.values()]
    if len(ordered) == 2:
        metric = "average_precision" if min(shares) < IMBALANCED else "roc_auc"
        return Guess("classify", metric, rarest, ordered)
    metric = "f1_macro" if shares and max(shares) > DOMINATED else "accuracy"
    return Guess("classify", metric, None, ordered)


def _classes(counts: Mapping[str, int]) -> bool:
    numbers = [_number(label) for label in counts]
    if len(counts) <= 2 or None in numbers:
        return True
    whole = all(number is not None and number.is_integer() for number in numbers)
    enough = sum(counts.values()) >= ROWS_A_CLASS * len(counts)
    return whole and len(counts) <= CLASSES_AT_MOST and enough


def _number(label: str) -> float | None:
    try:
        return float(label)
    except ValueError:
        return None
