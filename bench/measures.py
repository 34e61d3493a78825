"""Measures of a contest: true labels or values and answers in, one number out."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from bench.rivals import Answers


def _positive(truth: np.ndarray, answers: Answers) -> tuple[np.ndarray, np.ndarray]:
    """Whether each row is of the second class, and the probability said of it."""
    assert answers.probabilities is not None
    return truth == answers.classes[1], answers.probabilities[:, 1]


def roc_auc(truth: np.ndarray, answers: Answers) -> float:
    """Area under the ROC curve."""
    from sklearn.metrics import roc_auc_score

    return float(roc_auc_score(*_positive(truth, answers)))


def average_precision(truth: np.ndarray, answers: Answers) -> float:
    """Average precision."""
    from sklearn.metrics import average_precision_score

    return float(average_precision_score(*_positive(truth, answers)))


def f1(truth: np.ndarray, answers: Answers) -> float:
    """F1 of the second class, at the decisions that were taken."""
    from sklearn.metrics import f1_score

    return float(f1_score(truth == answers.classes[1], answers.decision == answers.classes[1]))


def accuracy(truth: np.ndarray, answers: Answers) -> float:
    """Share of right decisions."""
    return float(np.mean(truth == answers.decision))


def f1_macro(truth: np.ndarray, answers: Answers) -> float:
    """F1, averaged over the classes."""
    from sklearn.metrics import f1_score

    return float(f1_score(truth, answers.decision, average="macro"))


def log_loss(truth: np.ndarray, answers: Answers) -> float:
    """Logarithmic loss."""
    from sklearn.metrics import log_loss as loss

    return float(loss(truth, answers.probabilities, labels=list(answers.classes)))


def cost(miss: float, false_alarm: float) -> Callable[[np.ndarray, Answers], float]:
    """Mean cost a row when each model decides at the threshold that the costs ask for."""
    threshold = false_alarm / (miss + false_alarm)

    def measure(truth: np.ndarray, answers: Answers) -> float:
        positive, probability = _positive(truth, answers)
        decided = probability >= threshold
        return float(np.mean(miss * (positive & ~decided) + false_alarm * (~positive & decided)))

    return measure


def rmse(truth: np.ndarray, answers: Answers) -> float:
    """Root of the mean squared error."""
    return float(np.sqrt(np.mean((truth - answers.value) ** 2)))


def mae(truth: np.ndarray, answers: Answers) -> float:
    """Mean absolute error."""
    return float(np.mean(np.abs(truth - answers.value)))
