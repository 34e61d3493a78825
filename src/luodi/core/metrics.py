"""Every figure a task can name, equal to scikit-learn, as fast functions of row weights.

``prepare`` does the part that costs time (sorting, losses a row) once and returns a function of
row weights; a bootstrap resample is a weight vector, so a thousand resamples cost a thousand
cheap calls. ``score`` is the plain use of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from luodi.core.confusion import of_decisions
from luodi.core.ranking import area, average_precision, by_class
from luodi.core.task import CLASSIFY_METRICS, LOWER_IS_BETTER, REGRESS_METRICS, Costs, Goal
from luodi.core.text import canonical

Array = NDArray[np.float64]
Index = NDArray[Any]
Weigh = Callable[[Array], float]
IMBALANCED = 0.2
NOTHING = float("nan")


def higher_is_better(name: str) -> bool:
    """Whether a larger value of this metric is the better one.

    Example:
        >>> higher_is_better("roc_auc"), higher_is_better("rmse")
        (True, False)
    """
    return name not in LOWER_IS_BETTER


def default_metric(goal: Goal, truth: Index | None = None, positive: int = 1) -> str:
    """The metric to train for when the task names none.

    Args:
        goal: ``classify`` or ``regress``.
        truth: Class indices of the training rows, shape (rows,).
        positive: Index of the positive class.

    Returns:
        ``rmse``; ``log_loss`` for more than two classes; for two, ``average_precision`` when
        fewer than 20 % of the rows are positive, else ``roc_auc``.
    """
    if goal == "regress":
        return "rmse"
    if truth is None or not len(truth):
        return "roc_auc"
    if truth.max() > 1:
        return "log_loss"
    return "average_precision" if np.mean(truth == positive) < IMBALANCED else "roc_auc"


def positive_index(classes: Sequence[str], positive: object = None) -> int:
    """Which of the classes a hit, a miss and a false alarm speak of: as named, else the last.

    Example:
        >>> positive_index(("0", "1")), positive_index(("bad", "good"), "bad")
        (1, 0)
    """
    named = canonical(positive)
    return list(classes).index(named) if named in classes else len(classes) - 1


def cost_table(costs: Costs | None, classes: Sequence[str], positive: int = 1) -> Array:
    """What each decision costs: rows are actual classes, columns decided ones.

    Args:
        costs: The task's costs; None counts every error as 1.
        classes: Canonical class labels.
        positive: Index of the positive class, for ``miss`` and ``false_alarm``.

    Returns:
        Shape (classes, classes), or (classes, classes + 1) when a review has a price: the last
        column is the cost of handing a case of that class to a human.
    """
    table = 1.0 - np.eye(len(classes))
    if costs and costs.miss is not None and costs.false_alarm is not None:
        table[positive, np.arange(len(classes)) != positive] = costs.miss
        table[np.arange(len(classes)) != positive, positive] = costs.false_alarm
    names = {name: place for place, name in enumerate(classes)}
    for actual, row in ((costs.matrix if costs else None) or {}).items():
        for decided, price in row.items():
            if canonical(actual) in names and canonical(decided) in names:
                table[names[canonical(actual)], names[canonical(decided)]] = price
    if costs and costs.review is not None:
        table = np.column_stack([table, np.full(len(classes), costs.review)])
    return table


def cheapest(probabilities: Array, costs: Array) -> Index:
    """The decision of lowest expected cost for each row; index ``classes`` means review."""
    chosen: Index = np.argmin(probabilities @ costs, axis=1)
    return chosen


def score(
    name: str,
    truth: Index,
    answers: Array,
    *,
    positive: int = 1,
    decision: Index | None = None,
    costs: Array | None = None,
    weight: Array | None = None,
) -> float:
    """One metric, as scikit-learn computes it.

    Args:
        name: A name of ``CLASSIFY_METRICS`` or ``REGRESS_METRICS``.
        truth: Class indices, or values, shape (rows,).
        answers: Probabilities of shape (rows, classes), or values of shape (rows,).
        positive: Index of the positive class, where there are two.
        decision: Decided class indices; without them the cheapest for ``cost`` and the most
            probable for the others. Index ``classes`` means review and is only for ``cost``.
        costs: Table of ``cost_table``, for ``cost``; without it every error costs 1.
        weight: Weight of each row.

    Returns:
        The figure. For more than two classes ``roc_auc`` (one against the rest),
        ``average_precision``, ``f1``, ``precision`` and ``recall`` are means over the classes.
        NaN where it is not defined: no rows, one class only, answers that are not finite.

    Raises:
        ValueError: the name is unknown.

    Example:
        >>> chances = np.array([[0.9, 0.1], [0.6, 0.4], [0.65, 0.35], [0.2, 0.8]])
        >>> score("roc_auc", np.array([0, 0, 1, 1]), chances)
        0.75
    """
    weigh = prepare(name, truth, answers, positive=positive, decision=decision, costs=costs)
    return weigh(np.ones(len(truth)) if weight is None else np.asarray(weight, dtype=np.float64))


def utility(name: str, truth: Index, answers: Array, **given: object) -> float:
    """``score`` with its sign set so that higher is better, whatever the metric."""
    value = score(name, truth, answers, **given)  # type: ignore[arg-type]
    return value if higher_is_better(name) else -value


def prepare(
    name: str,
    truth: Index,
    answers: Array,
    *,
    positive: int = 1,
    decision: Index | None = None,
    costs: Array | None = None,
) -> Weigh:
    """The metric as a function of row weights; arguments as in ``score``.

    Example:
        >>> mean_error = prepare("mae", np.array([1.0, 2.0]), np.array([1.0, 4.0]))
        >>> mean_error(np.array([1.0, 1.0])), mean_error(np.array([3.0, 1.0]))
        (1.0, 0.5)
    """
    if name not in CLASSIFY_METRICS + REGRESS_METRICS:
        raise ValueError(f"no metric is called {name!r}")
    if not len(truth) or not np.isfinite(answers).all():
        return lambda weight: NOTHING
    if name in REGRESS_METRICS:
        return _of_values(name, np.asarray(truth, dtype=np.float64), answers)
    if name in ("roc_auc", "average_precision"):
        figure = area if name == "roc_auc" else average_precision
        return by_class(figure, truth, answers, positive)
    if name in ("log_loss", "brier"):
        return _mean(losses(name, truth, answers))
    if name == "cost":
        table = 1.0 - np.eye(answers.shape[1]) if costs is None else costs
        chosen = cheapest(answers, table) if decision is None else decision
        return _mean(table[truth, chosen])
    decided = np.argmax(answers, axis=1) if decision is None else decision
    return of_decisions(name, truth, decided, answers.shape[1], positive)


def _mean(loss: Array) -> Weigh:
    # Not ``loss @ weight``: its threads cost more than they give on a busy machine.
    return lambda weight: float((loss * weight).sum() / weight.sum())


def losses(name: str, truth: Index, answers: Array) -> Array:
    """What each row adds to ``log_loss`` or ``brier``.

    Args:
        name: ``log_loss``: minus the logarithm (nats) of the probability given to what came
            true; ``brier``: squared distance to the truth, halved for two classes.
        truth: Class indices, shape (rows,).
        answers: Probabilities, shape (rows, classes).
    """
    own = answers[np.arange(len(truth)), truth]
    if name == "log_loss":
        floor = float(np.finfo(answers.dtype).eps)
        return np.asarray(-np.log(np.clip(own, floor, 1 - floor)))
    squares = np.square(answers).sum(axis=1) + 1 - 2 * own
    return np.asarray(squares / 2 if answers.shape[1] == 2 else squares)


def _of_values(name: str, truth: Array, answers: Array) -> Weigh:
    error = truth - answers
    if name == "rmse":
        squares = _mean(error * error)
        return lambda weight: float(np.sqrt(squares(weight)))
    if name == "median_absolute_error":
        return _median(np.abs(error))
    if name == "r2":
        return lambda weight: _explained(truth, error, weight)
    least = float(np.finfo(np.float64).eps)
    return _mean(np.abs(error) / (np.maximum(np.abs(truth), least) if name == "mape" else 1.0))


def _explained(truth: Array, error: Array, weight: Array) -> float:
    """R², with scikit-learn's answer for a truth that never varies."""
    if np.count_nonzero(weight) < 2:
        return NOTHING
    left = float((weight * error * error).sum())
    mean = (truth * weight).sum() / weight.sum()
    spread = float((weight * np.square(truth - mean)).sum())
    if spread == 0.0:
        return 1.0 if left == 0.0 else 0.0
    return 1.0 - left / spread


def _median(values: Array) -> Weigh:
    order = np.argsort(values)
    ranked = values[order]

    def weigh(weight: Array) -> float:
        heaped = np.cumsum(weight[order])
        half = heaped[-1] / 2
        lower = np.searchsorted(heaped, half)
        upper = min(np.searchsorted(heaped, half, side="right"), len(ranked) - 1)
        return float(ranked[lower] + ranked[upper]) / 2

    return weigh
