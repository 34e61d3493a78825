"""Linear and additive models: ridge and logistic regression, with hinges at quantiles.

With hinges, ``max(0, x - knot)``, each column gets its own piecewise linear curve, which makes
an additive model (Hastie and Tibshirani 1986) out of the same solver.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from luodi.core.values import Recipe
from luodi.modalities.tabular.learn.job import Job

DEFAULTS = {"strength": 1.0, "knots": 0}
MIN_LEVEL_ROWS = 5
MAX_LEVELS = 400
MAX_CELLS, MIN_ROWS = 20_000_000, 2_000
"""A design of at most so many cells (160 MB); beyond, some of the rows are enough."""


@dataclass(frozen=True)
class LinearModel:
    """Margins as ``design(x) @ weights + bias + level_weights[slots].sum()``.

    Attributes:
        columns: Places of the features it reads, (F,).
        fill: What stands in for a missing value, (F,).
        low: Values below are held here, (F,).
        high: Values above are held here, (F,).
        hinge_of: Place among ``columns`` of each hinge, (H,).
        knots: Knot of each hinge, (H,).
        weights: (F + H + F, outputs): values, hinges, missing flags.
        bias: (outputs,).
        level_weights: (slots, outputs), one row a category value.
    """

    columns: np.ndarray
    fill: np.ndarray
    low: np.ndarray
    high: np.ndarray
    hinge_of: np.ndarray
    knots: np.ndarray
    weights: np.ndarray
    bias: np.ndarray
    level_weights: np.ndarray

    def design(self, features: np.ndarray) -> np.ndarray:
        """Values, hinges and missing flags, float64 (rows, F + H + F)."""
        x = features[:, self.columns].astype(np.float64)
        missing = np.isnan(x)
        x = np.clip(np.where(missing, self.fill, x), self.low, self.high)
        hinges = np.maximum(x[:, self.hinge_of] - self.knots, 0.0)
        return np.concatenate([x, hinges, missing.astype(np.float64)], axis=1)

    def margins(self, features: np.ndarray, slots: np.ndarray) -> np.ndarray:
        """Raw scores, float64 (rows, outputs)."""
        raw = self.design(features) @ self.weights + self.bias
        return np.asarray(raw + self.level_weights[slots].sum(axis=1), np.float64)


def fit(job: Job, slots: np.ndarray, all_slots: int, numeric: np.ndarray) -> LinearModel:
    """Fit on the numeric feature columns and the category slots.

    Args:
        job: The fit; ``params`` holds ``strength`` (inverse of the penalty) and ``knots``.
        slots: Category slots of the rows, int64 (rows, categories).
        all_slots: Number of slots.
        numeric: Places of the feature columns to read.
    """
    params: dict[str, Any] = DEFAULTS | dict(job.params)
    empty = _empty(job, numeric, int(params["knots"]), all_slots)
    levels = _levels(slots, all_slots)
    single = job.shape != "regress" and len(np.unique(job.truth)) == 1
    if single or not len(numeric) + len(levels):
        return constant(job, all_slots)  # nothing to tell apart, or nothing to tell it by
    design = np.concatenate([empty.design(job.features), _one_hot(slots, levels)], axis=1)
    mean, scale = design.mean(axis=0), design.std(axis=0)
    scale[scale < 1e-12] = np.inf  # a constant column gets weight 0
    weights, bias = _solve(job, (design - mean) / scale, float(params["strength"]))
    weights = weights / scale[:, None]
    bias = bias - mean @ weights
    width = len(empty.weights)
    level_weights = np.zeros((all_slots, job.outputs))
    level_weights[levels] = weights[width:]
    return LinearModel(
        **{
            **empty.__dict__,
            "weights": weights[:width],
            "bias": bias,
            "level_weights": level_weights,
        }
    )


def affordable(rows: np.ndarray, recipe: Recipe, numeric: int, all_slots: int) -> np.ndarray:
    """The rows to fit on: a sample of them if their design would not fit into memory."""
    width = numeric * (2 + int(recipe.params.get("knots", 0))) + min(MAX_LEVELS, all_slots)
    most = max(MAX_CELLS // max(width, 1), MIN_ROWS)
    if len(rows) <= most:
        return rows
    return np.sort(np.random.default_rng(recipe.seed).permutation(rows)[:most])


def constant(job: Job, all_slots: int) -> LinearModel:
    """The dumb baseline: the class shares or the mean, whatever the record."""
    empty = _empty(job, np.empty(0, np.int64), 0, all_slots)
    if job.shape == "regress":
        bias = np.array([job.truth.mean()])
    else:
        counts = np.bincount(job.truth, minlength=job.classes) + 1e-9
        bias = np.log(counts / counts.sum())
        bias = bias[1:] - bias[:1] if job.shape == "binary" else bias
    return LinearModel(**{**empty.__dict__, "bias": bias})


def _empty(job: Job, columns: np.ndarray, knots: int, all_slots: int) -> LinearModel:
    """A model with its design settled and all weights zero."""
    x = job.features[:, columns].astype(np.float64)
    inner = np.linspace(0, 1, knots + 2)[1:-1]
    low, fill, high, *cuts = _quantiles(x, np.array([0.001, 0.5, 0.999, *inner]))
    inside = [np.unique([c[i] for c in cuts if low[i] < c[i] < high[i]]) for i in range(x.shape[1])]
    hinge_of = np.repeat(np.arange(x.shape[1]), [len(found) for found in inside])
    places = np.concatenate([*inside, np.empty(0)])
    width = 2 * len(columns) + len(places)
    return LinearModel(
        columns=columns,
        fill=fill,
        low=low,
        high=high,
        hinge_of=hinge_of,
        knots=places,
        weights=np.zeros((width, job.outputs)),
        bias=np.zeros(job.outputs),
        level_weights=np.zeros((max(all_slots, 1), job.outputs)),
    )


def _quantiles(x: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Quantiles of each column's present values, (len(at), columns); 0 where there are none.

    The same as ``numpy.nanquantile`` with its linear rule, which takes the columns one by one.
    """
    columns = np.sort(x.T, axis=1)  # missing values come last
    last = np.maximum((~np.isnan(columns)).sum(axis=1) - 1, 0)
    place = at[:, None] * last
    below = np.floor(place).astype(np.int64)
    each = np.arange(len(columns))
    lower, upper = columns[each, below], columns[each, np.minimum(below + 1, last)]
    return np.nan_to_num(lower + (upper - lower) * (place - below))


def _levels(slots: np.ndarray, all_slots: int) -> np.ndarray:
    """Slots frequent enough to get a weight of their own."""
    counts = np.bincount(slots.ravel(), minlength=max(all_slots, 1))
    frequent = np.argsort(-counts, kind="stable")[:MAX_LEVELS]
    return np.sort(frequent[counts[frequent] >= MIN_LEVEL_ROWS])


def _one_hot(slots: np.ndarray, levels: np.ndarray) -> np.ndarray:
    columns = [(slots == level).any(axis=1) for level in levels.tolist()]
    return np.stack(columns, axis=1).astype(np.float64) if columns else np.empty((len(slots), 0))


def _solve(job: Job, design: np.ndarray, strength: float) -> tuple[np.ndarray, np.ndarray]:
    """Weights (columns, outputs) and bias (outputs,).

    With more columns than rows the weights lie in the space of the rows (the representer theorem),
    and so few of them are solved for.
    """
    if design.shape[1] > len(design):
        within, back = _rotated(design)
        weights, bias = _solve(job, within, strength)
        return back @ weights, bias
    from sklearn.linear_model import LogisticRegression, Ridge
    from threadpoolctl import threadpool_limits

    if job.shape == "regress":
        ridge = Ridge(alpha=1.0 / strength).fit(design, job.truth)
        return ridge.coef_.reshape(-1, 1), np.atleast_1d(ridge.intercept_)
    model = LogisticRegression(C=strength, max_iter=200, tol=1e-4)
    with threadpool_limits(1):
        model.fit(design, job.truth)
    coefficients, intercept = model.coef_.T, model.intercept_
    if len(model.classes_) == job.classes:
        return coefficients, intercept
    if len(model.classes_) == 2:
        # of two classes the library gives the second's lead over the first
        coefficients = np.concatenate([0 * coefficients, coefficients], axis=1)
        intercept = np.concatenate([0 * intercept, intercept])
    # a class is absent from these rows: it keeps weight 0 and a very low bias
    weights, bias = np.zeros((design.shape[1], job.outputs)), np.full(job.outputs, -20.0)
    weights[:, model.classes_], bias[model.classes_] = coefficients, intercept
    return weights, bias


def _rotated(design: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The rows in their own space (rows, rank), and the way back to weights (columns, rank)."""
    squares, turned = np.linalg.eigh(design @ design.T)
    kept = squares > max(squares[-1], 1.0) * len(design) * np.finfo(np.float64).eps
    lengths = np.sqrt(squares[kept])
    return turned[:, kept] * lengths, design.T @ (turned[:, kept] / lengths)


def space(trial: Any) -> dict[str, Any]:
    """Where to look for better settings."""
    return {
        "strength": trial.suggest_float("linear.strength", 1e-3, 10.0, log=True),
        "knots": trial.suggest_categorical("linear.knots", [0, 3, 6, 10]),
    }
