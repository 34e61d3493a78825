"""The linear model answers the same however wide the table is."""

from __future__ import annotations

import numpy as np
import pytest

from luodi.modalities.tabular.learn import linear
from luodi.modalities.tabular.learn.job import Job


def job(rows: int, columns: int, shape: str, knots: int = 0) -> Job:
    rng = np.random.default_rng(5)
    X = rng.normal(size=(rows, columns)).astype(np.float32)
    X[rng.random(X.shape) < 0.1] = np.nan
    X[:, 3] = np.nan
    score = np.nan_to_num(X[:, 0]) - np.nan_to_num(X[:, 1]) + rng.normal(size=rows) * 0.3
    truth = score if shape == "regress" else (score > 0).astype(int)
    params = {"strength": 0.1, "knots": knots}
    classes = 0 if shape == "regress" else 2
    return Job(X, truth, None, None, shape, classes, params)  # type: ignore[arg-type]


def test_quantiles_are_those_of_numpy_column_by_column() -> None:
    x = job(57, 6, "regress").features.astype(np.float64)
    at = np.array([0.001, 0.25, 0.5, 0.999])
    found = linear._quantiles(x, at)
    kept = [0, 1, 2, 4, 5]
    assert np.allclose(found[:, kept], np.nanquantile(x[:, kept], at, axis=0), rtol=0, atol=1e-12)
    assert (found[:, 3] == 0).all()  # nothing is known of it


@pytest.mark.parametrize("shape", ["regress", "binary"])
def test_more_columns_than_rows_give_the_weights_of_the_whole_problem(shape: str) -> None:
    from sklearn.linear_model import LogisticRegression, Ridge

    wide = job(80, 300, shape)
    slots, numeric = np.zeros((80, 0), np.int64), np.arange(300)
    model = linear.fit(wide, slots, 0, numeric)
    design = model.design(wide.features)
    spread = design.std(axis=0)
    spread[spread < 1e-12] = np.inf
    scaled = (design - design.mean(axis=0)) / spread
    if shape == "regress":
        wanted = Ridge(alpha=10.0).fit(scaled, wide.truth).predict(scaled)
    else:
        plain = LogisticRegression(C=0.1, max_iter=5000, tol=1e-8).fit(scaled, wide.truth)
        wanted = plain.decision_function(scaled)
    assert np.allclose(model.margins(wide.features, slots)[:, 0], wanted, atol=0.02)
