"""Labels that are likely wrong, by out-of-fold confident learning.

After Northcutt, Jiang and Chuang, "Confident Learning: Estimating Uncertainty in Dataset Labels",
JAIR 2021: a class's threshold is the mean probability that its own rows get for it; a row that
passes another class's threshold, and most surely that one, is counted as that class. Three
conditions are added, since honest classes overlap: both thresholds are at least 75 %, so that the
model knows both classes; the row is called with at least 90 %; and errors do not fade among the
surest rows, as they do where classes merely meet.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from luodi.core.values import Finding
from luodi.modalities.tabular.inspect.about import found
from luodi.modalities.tabular.inspect.look import Look
from luodi.modalities.tabular.inspect.quick import matrix, predictions

FOLDS = 5
ROWS_AT_MOST = 20_000
ROWS_AT_LEAST = 200
CLASSES_AT_MOST = 30
CLASS_ROWS_AT_LEAST = 20
SURE = 0.9
KNOWS_CLASS = 0.75
FADING = 0.3
SHARE_AT_LEAST = 0.005
COUNT_AT_LEAST = 5
SHOWN = 10


def find(look: Look) -> Iterator[Finding]:
    """Find rows whose label a model that has not seen them firmly disputes (``label.suspect``)."""
    if not look.classify or not 2 <= len(look.classes) <= CLASSES_AT_MOST or not look.columns:
        return
    rows = _rows(look)
    labels = look.labels[rows]
    counts = np.bincount(labels, minlength=len(look.classes))
    if len(rows) < ROWS_AT_LEAST or counts.min() < CLASS_ROWS_AT_LEAST:
        return
    probabilities = out_of_fold(look, rows)
    disputed, better = confident(probabilities, labels)
    plateau = _errors_stay(probabilities, labels)
    disputed &= plateau[better]
    count = int(disputed.sum())
    if count < max(COUNT_AT_LEAST, SHARE_AT_LEAST * len(rows)):
        return
    own = probabilities[np.arange(len(rows)), labels]
    worst = rows[np.flatnonzero(disputed)[np.argsort(own[disputed])][:SHOWN]]
    examples = ", ".join(str(row + 1) for row in worst)
    evidence = {"rows": count, "share": count / len(rows), "total": len(rows)}
    yield found("label.suspect", "warning", look.target, **evidence, examples=examples)


def out_of_fold(look: Look, rows: np.ndarray) -> np.ndarray:
    """Probabilities of the quick model for rows it has not seen, shape (rows, classes)."""
    labels = look.labels[rows]
    order = np.lexsort((np.random.default_rng(0).random(len(rows)), labels))
    fold = np.empty(len(rows), dtype=np.int64)
    fold[order] = np.arange(len(rows)) % FOLDS
    features = matrix(look)
    answer = np.empty((len(rows), len(look.classes)))
    for number in range(FOLDS):
        train, test = rows[fold != number], rows[fold == number]
        answer[fold == number] = predictions(look, features, train, test)
    return answer


def confident(probabilities: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rows that confidently belong to another class than their label's, and that class."""
    rows, classes = probabilities.shape
    thresholds = np.array([probabilities[labels == c, c].mean() for c in range(classes)])
    passed = np.where(probabilities >= thresholds, probabilities, -1.0)
    better = passed.argmax(axis=1)
    best = passed[np.arange(rows), better]
    known = thresholds >= KNOWS_CLASS
    disputed = (best >= SURE) & (better != labels) & known[labels] & known[better]
    return disputed, better


def _errors_stay(probabilities: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """For each class, whether errors are as frequent among its surest third of rows."""
    called, sure = probabilities.argmax(axis=1), probabilities.max(axis=1)
    stay = np.zeros(probabilities.shape[1], dtype=bool)
    for label in range(len(stay)):
        at = np.flatnonzero(called == label)
        if len(at) < CLASS_ROWS_AT_LEAST:
            continue
        wrong = labels[at[np.argsort(-sure[at])]] != label
        surest = wrong[: len(wrong) // 3].mean()
        stay[label] = surest >= SHARE_AT_LEAST and surest >= FADING * wrong.mean()
    return stay


def _rows(look: Look) -> np.ndarray:
    if len(look) <= ROWS_AT_MOST:
        return np.arange(len(look))
    chosen = np.random.default_rng(0).permutation(len(look))[:ROWS_AT_MOST]
    return np.sort(chosen)
