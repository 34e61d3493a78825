"""How well a single feature predicts the target, on rows it has not seen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from luodi.core.values import Column
from luodi.modalities.tabular.inspect.look import Look

BINS = 256
ROWS_A_BIN = 20
CLASS_ROWS_AT_LEAST = 10


@dataclass(frozen=True)
class Alone:
    """A single feature as a model.

    Attributes:
        column: Its name.
        measure: ``auc`` (two classes), ``accuracy`` (more) or ``r2``.
        score: The value.
        copies: Whether it gives the target itself, up to a renaming or a monotone map.
    """

    column: str
    measure: str
    score: float
    copies: bool


def alone(look: Look, column: Column) -> Alone:
    """The single-feature score of a column.

    A number is cut at its quantiles (every value for itself where they are few), and each half of
    the rows is predicted by the other half's mean target in the same bin. A number of a two-class
    task is also ranked as it is, and in a regression also fitted with a line.
    """
    codes = _binned(look, column)
    if not look.classify:
        return _of_values(look, column, codes)
    if len(look.classes) > 2:
        score = _accuracy(look, codes)
        return Alone(column.name, "accuracy", score, score >= 0.995)
    if min(np.bincount(look.labels)) < CLASS_ROWS_AT_LEAST:
        return Alone(column.name, "auc", 0.5, False)
    score = auc(look.labels, _crossfitted(codes, look.truth))
    if column.kind == "number":
        values = look.numbers(column.name)
        known = ~np.isnan(values)
        raw = auc(look.labels[known], values[known]) if known.mean() >= 0.5 else 0.5
        score = max(score, raw, 1 - raw) if raw == raw else score
    return Alone(column.name, "auc", score, score >= 0.995)


def _of_values(look: Look, column: Column, codes: np.ndarray) -> Alone:
    truth = look.truth
    spread = truth.var() or 1.0
    score = 1 - np.mean((truth - _crossfitted(codes, truth)) ** 2) / spread
    monotone = 0.0
    if column.kind == "number":
        values = look.numbers(column.name)
        known = ~np.isnan(values)
        if known.mean() >= 0.5 and np.ptp(values[known]) > 0 and np.ptp(truth[known]) > 0:
            score = max(score, np.corrcoef(values[known], truth[known])[0, 1] ** 2 * known.mean())
            ranks = np.corrcoef(_ranks(values[known]), _ranks(truth[known]))[0, 1]
            monotone = abs(ranks) * known.mean()
    return Alone(column.name, "r2", float(score), bool(score >= 0.999 or monotone >= 0.9999))


def _binned(look: Look, column: Column) -> np.ndarray:
    codes = look.codes(column.name)
    wanted = max(2, min(BINS, len(look) // ROWS_A_BIN))
    if column.kind == "category" or look.distinct[column.name] <= wanted:
        return codes
    edges = np.unique(np.quantile(codes[codes > 0], np.linspace(0, 1, wanted + 1)[1:-1]))
    return np.where(codes > 0, 1 + np.searchsorted(edges, codes, side="right"), 0)


def _halves(rows: int) -> np.ndarray:
    return np.random.default_rng(0).permutation(rows) % 2


def _crossfitted(codes: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Each row predicted by the mean target of the other half's rows with the same code."""
    half, answer, width = _halves(len(codes)), np.empty(len(codes)), int(codes.max()) + 1
    for side in (0, 1):
        seen, asked = half != side, half == side
        count = np.bincount(codes[seen], minlength=width)
        total = np.bincount(codes[seen], truth[seen], minlength=width)
        mean = np.where(count > 0, total / np.maximum(count, 1), truth[seen].mean())
        answer[asked] = mean[codes[asked]]
    return answer


def _accuracy(look: Look, codes: np.ndarray) -> float:
    """The share of rows whose class is the most frequent one of their code in the other half."""
    half, right = _halves(len(codes)), 0
    width, classes = int(codes.max()) + 1, len(look.classes)
    for side in (0, 1):
        seen, asked = half != side, half == side
        flat = np.bincount(codes[seen] * classes + look.labels[seen], minlength=width * classes)
        best = flat.reshape(width, classes).argmax(axis=1)
        right += int((best[codes[asked]] == look.labels[asked]).sum())
    return right / len(codes)


def auc(positive: np.ndarray, score: np.ndarray) -> float:
    """Area under the ROC curve, by ranks; NaN where a class has no row."""
    hits = int(positive.sum())
    others = len(positive) - hits
    if not hits or not others:
        return float("nan")
    ranks = _ranks(score)
    return float((ranks[positive == 1].sum() - hits * (hits + 1) / 2) / (hits * others))


def _ranks(values: np.ndarray) -> np.ndarray:
    """Ranks from 1, equal values sharing their mean rank."""
    _, codes, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return (last - (counts - 1) / 2)[codes]
