"""What training strives for: the task's metric, taken with the decisions that would be taken."""

from __future__ import annotations

import numpy as np

from luodi.core import metrics
from luodi.core.decision import Rule
from luodi.core.task import Costs

DECIDED = ("f1", "f1_macro", "accuracy", "balanced_accuracy", "mcc")
RANKED = ("average_precision", "roc_auc", "precision", "recall")


def utility(
    metric: str,
    truth: np.ndarray,
    answers: np.ndarray,
    costs: Costs | None = None,
    names: tuple[str, ...] = (),
) -> float:
    """The metric on answers, signed so that higher is better.

    Metrics of decisions are taken at the decision rule that these answers would get. Where the
    metric is not defined because a class is absent, minus the log loss stands in.

    Args:
        metric: A name of ``CLASSIFY_METRICS`` or ``REGRESS_METRICS``.
        truth: Class index or value, (rows,).
        answers: Probabilities (rows, classes) or values (rows,).
        costs: The task's costs.
        names: Canonical class labels, for costs given by label.
    """
    if answers.ndim == 1:
        return metrics.utility(metric, truth, answers)
    table = cost_square(costs, answers.shape[1], names)
    decision = None
    if metric in (*DECIDED, "precision", "recall") and len(truth):
        decision, _ = fitted_rule(metric, truth, answers, costs, names).apply(answers)
    found = metrics.utility(metric, truth, answers, decision=decision, costs=table)
    return metrics.utility("log_loss", truth, answers) if np.isnan(found) else found


def cost_square(costs: Costs | None, classes: int, names: tuple[str, ...] = ()) -> np.ndarray:
    """Cost by actual and decided class, without the column for reviews."""
    labels = names or tuple(map(str, range(classes)))
    return metrics.cost_table(costs, labels, classes - 1)[:, :classes]


def fitted_rule(
    metric: str,
    truth: np.ndarray,
    probabilities: np.ndarray,
    costs: Costs | None = None,
    names: tuple[str, ...] = (),
) -> Rule:
    """The decision rule for a task, from answers to rows that the model had not seen.

    Costs decide where the task gives any. Without them two classes get the threshold that is
    best for the metric itself if it judges decisions, and the one of highest F1 if it judges
    ranks, because 0.5 would then hardly ever find the rare class. Otherwise the most probable
    class is decided.
    """
    classes = probabilities.shape[1]
    table = tuple(map(tuple, cost_square(costs, classes, names).tolist()))
    review = costs.review if costs else None
    priced = costs is not None and (costs.miss is not None or costs.matrix is not None)
    if classes != 2 or priced or metric not in (*DECIDED, *RANKED):
        return Rule(table, None, review)
    aim = metric if metric in DECIDED else "f1"
    return Rule(table, best_threshold(aim, truth == 1, probabilities[:, 1]), review)


def best_threshold(aim: str, positive: np.ndarray, probability: np.ndarray) -> float:
    """The threshold of highest ``aim``, half-way between two answers that occur.

    It may stand above all of them, so that no row is decided positive. Of the thresholds that
    come within a thousandth of the best, the middle one is taken: the highest peak of a jagged
    curve is chance.

    Args:
        aim: A name of ``DECIDED``.
        positive: Whether each row is of the second class, bool (rows,).
        probability: Probability of the second class, (rows,).
    """
    order = np.argsort(-probability, kind="stable")
    ranked = probability[order]
    above = 1.0 if ranked[0] < 1 else 2.0
    ranked = np.concatenate([[above], ranked, [0.0]])
    taken = np.flatnonzero(ranked[1:] != ranked[:-1])
    taken = np.union1d(taken, [len(order)])
    hits = np.concatenate([[0.0], np.cumsum(positive[order])])[taken]
    values = _curve(aim, hits, taken - hits, float(positive.sum()), float((~positive).sum()))
    near = np.flatnonzero(values >= values.max() - 1e-3)
    chosen = int(taken[near[len(near) // 2]])
    return float((ranked[chosen] + ranked[chosen + 1]) / 2)


def _curve(
    aim: str, hits: np.ndarray, false_alarms: np.ndarray, positives: float, negatives: float
) -> np.ndarray:
    """The metric when the first rows are decided positive, for every cut."""
    misses, passes = positives - hits, negatives - false_alarms
    with np.errstate(invalid="ignore", divide="ignore"):
        if aim == "accuracy":
            return np.asarray(hits + passes)
        if aim == "balanced_accuracy":
            return np.asarray(hits / max(positives, 1) + passes / max(negatives, 1))
        if aim == "mcc":
            below = (hits + false_alarms) * positives * negatives * (passes + misses)
            return np.asarray(
                np.nan_to_num((hits * passes - false_alarms * misses) / np.sqrt(below))
            )
        f1 = np.nan_to_num(2 * hits / (2 * hits + false_alarms + misses))
        if aim == "f1":
            return np.asarray(f1)
        return np.asarray(f1 + np.nan_to_num(2 * passes / (2 * passes + misses + false_alarms)))
