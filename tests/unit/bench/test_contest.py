"""A benchmark says truly who won, and keeps training rows out of its test rows."""

from __future__ import annotations

import threading
import time

import numpy as np
import polars as pl
import pytest
from bench.contest import Aim, against
from bench.overhead import Watch
from bench.splits import folds


def reach(**limits: float) -> Aim:
    return Aim("measure", lambda truth, answers: 0.0, **limits)  # type: ignore[arg-type]


def test_a_limit_is_reached_from_its_own_side() -> None:
    assert reach(at_least=0.8).reached(0.8) and not reach(at_least=0.8).reached(0.79)
    assert reach(at_most=66).reached(66) and not reach(at_most=66).reached(66.1)
    assert reach().reached(0.0) is None


@pytest.mark.parametrize(
    ("ours", "sign", "word"),
    [
        ([0.90, 0.91, 0.92], 1.0, "wins"),
        ([0.70, 0.71, 0.72], 1.0, "loses"),
        ([0.70, 0.81, 0.92], 1.0, "even"),
        ([0.70, 0.71, 0.72], -1.0, "wins"),
    ],
)
def test_winning_is_said_beyond_two_standard_errors_only(
    ours: list[float], sign: float, word: str
) -> None:
    others = {"weak": [0.8 - sign] * 3, "strong": [0.80, 0.811, 0.82]}
    said = against({"luodi": ours, **others}, sign)
    assert "strong" in said and said.endswith(word)


def test_one_split_decides_nothing() -> None:
    assert against({"luodi": [0.9], "other": [0.8]}, 1.0) == "+0.1000 to other, one split"


def test_folds_cover_every_row_once_and_share_none() -> None:
    table = pl.DataFrame({"row": range(100), "y": ["a"] * 70 + ["b"] * 30})
    tested = []
    for train, test in folds(table, "y", 5):
        assert not set(train["row"]) & set(test["row"])
        assert test["y"].value_counts().sort("y")["count"].to_list() == [14, 6]
        tested += test["row"].to_list()
    assert sorted(tested) == list(range(100))


def test_time_in_a_learner_of_another_thread_counts_for_the_learner() -> None:
    from lightgbm import Dataset, train

    x = np.random.default_rng(0).normal(size=(20_000, 20))

    def fit() -> None:
        settings = {"verbose": -1, "num_threads": 1, "objective": "regression"}
        train(settings, Dataset(x, x[:, 0] * x[:, 1]), 60)

    with Watch(threading.get_ident()) as watch:
        worker = threading.Thread(target=fit)
        worker.start()
        worker.join()
        time.sleep(0.2)
    assert watch.seconds["learner"] > 0
    assert sum(watch.seconds.values()) > watch.seconds["learner"] + 0.1
