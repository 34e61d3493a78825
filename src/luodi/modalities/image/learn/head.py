"""A linear head on features that stay as they are: multinomial logistic regression.

With few images a class, less can be learned from them than a good network knows already. Features
are taken off their mean and divided by their spread, and the head is kept small by a penalty on
its squared weights whose strength is chosen on folds.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field

import numpy as np

STRENGTHS = tuple(10.0**power for power in (-5, -4, -3, -2, -1, 0))
"""Penalties that are compared, for each row and for features whose squares sum to 1 or so."""
FOLDS, MOST_COMPARED = 3, 4_000
"""Folds that choose the penalty, and rows at most that are looked at for it."""
ROUNDS, FEWER_ROUNDS = 300, 100
UNSEEN = -30.0
"""The score of a class that no row showed."""


@dataclass(frozen=True)
class Head:
    """A fitted head: ``(features - mean) @ weight + bias``.

    Attributes:
        mean: Of each feature, float64 (n,).
        weight: float64 (n, classes), with the spread of the features divided out.
        bias: float64 (classes,).
        strength: The penalty that was chosen.
    """

    mean: np.ndarray = field(repr=False)
    weight: np.ndarray = field(repr=False)
    bias: np.ndarray = field(repr=False)
    strength: float = 0.0

    def logits(self, features: np.ndarray) -> np.ndarray:
        """Raw scores, float64 (rows, classes), of features (rows, n)."""
        return np.asarray((features.astype(np.float64) - self.mean) @ self.weight + self.bias)


def fitted(features: np.ndarray, truth: np.ndarray, classes: int, strength: float = 0.0) -> Head:
    """A head for features of images.

    Args:
        features: float32 (rows, n), or (forms, rows, n) where each image is seen in several forms.
        truth: Class index, int64 (rows,).
        classes: Number of classes.
        strength: The penalty; 0 to choose it on folds.
    """
    forms = features[None] if features.ndim == 2 else features
    chosen = strength or _chosen(forms, truth)
    rows = np.arange(len(truth))
    return _whole(forms, truth, rows, classes, chosen, ROUNDS)


def _chosen(forms: np.ndarray, truth: np.ndarray) -> float:
    """The strength whose log loss on rows that were not learned from is the least."""
    random = np.random.default_rng(0)
    rows = random.permutation(len(truth))[:MOST_COMPARED]
    folds = _folds(truth[rows])
    if folds < 2:
        return STRENGTHS[len(STRENGTHS) // 2]
    part = _spread_over(truth[rows], folds)
    classes = int(truth.max()) + 1
    losses = []
    for strength in STRENGTHS:
        loss = 0.0
        for number in range(folds):
            learn, use = rows[part != number], rows[part == number]
            head = _whole(forms, truth, learn, classes, strength, FEWER_ROUNDS)
            loss += _loss(head.logits(forms[0, use]), truth[use])
        losses.append(loss)
    return STRENGTHS[int(np.argmin(losses))]


def _folds(truth: np.ndarray) -> int:
    """As many folds as the rarest class has rows, and no more than are needed."""
    counts = np.bincount(truth)
    return int(min(FOLDS, counts[counts > 0].min()))


def _spread_over(truth: np.ndarray, folds: int) -> np.ndarray:
    """The fold of each row, with each class spread evenly."""
    part = np.empty(len(truth), np.int64)
    for name in np.unique(truth):
        places = np.flatnonzero(truth == name)
        part[places] = np.arange(len(places)) % folds
    return part


def _loss(logits: np.ndarray, truth: np.ndarray) -> float:
    """The sum of log losses."""
    top = logits.max(axis=1, keepdims=True)
    total = np.log(np.exp(logits - top).sum(axis=1)) + top[:, 0]
    return float((total - logits[np.arange(len(truth)), truth]).sum())


def _whole(
    forms: np.ndarray,
    truth: np.ndarray,
    rows: np.ndarray,
    classes: int,
    strength: float,
    rounds: int,
) -> Head:
    """A head fitted on some rows."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    given = forms[:, rows].astype(np.float64).reshape(-1, forms.shape[2])
    told = np.tile(truth[rows], len(forms))
    mean, spread = given.mean(axis=0), given.std(axis=0)
    # a feature that hardly ever moves must not decide the rare time that it does
    scale = np.sqrt(given.shape[1]) * (spread + 0.01 * spread.mean() + 1e-9)
    learner = LogisticRegression(C=1 / (strength * len(told)), max_iter=rounds, tol=1e-4)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        learner.fit((given - mean) / scale, told)
    weight, bias = np.zeros((given.shape[1], classes)), np.full(classes, UNSEEN)
    known = learner.classes_
    if len(known) == 2:  # scikit-learn keeps one row of weights for two classes
        weight[:, known[1]], bias[known] = learner.coef_[0], [0.0, learner.intercept_[0]]
    else:
        weight[:, known], bias[known] = learner.coef_.T, learner.intercept_
    return Head(mean, weight / scale[:, None], bias, strength)
