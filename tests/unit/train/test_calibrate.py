"""Calibration is kept where it helps on rows it did not see, and never runs away."""

from __future__ import annotations

import numpy as np
import pytest

from luodi.core.calibration import Calibration
from luodi.core.metrics import score
from luodi.train.calibrate import calibrated
from unit.train.workshops import answers


def planted(rows: int = 4000) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities that are right, and truth drawn from them."""
    rng = np.random.default_rng(0)
    positive = rng.beta(1.2, 2.5, rows)
    return np.stack([1 - positive, positive], axis=1), (rng.random(rows) < positive).astype(int)


def test_answers_that_mean_what_they_say_are_left_alone() -> None:
    right, truth = planted()
    assert calibrated(right, truth).neutral


@pytest.mark.parametrize(("slope", "offset"), [(0.4, 0.0), (2.5, 0.7)])
def test_a_planted_distortion_is_found_and_undone(slope: float, offset: float) -> None:
    right, truth = planted()
    bent = Calibration(slope, offset).apply(right)
    mended = calibrated(bent, truth).apply(bent)
    assert score("log_loss", truth, mended) == pytest.approx(
        score("log_loss", truth, right), abs=0.003
    )
    assert np.abs(mended - right).max() < 0.05


def test_many_classes_are_tempered() -> None:
    rng = np.random.default_rng(0)
    right = rng.dirichlet(np.ones(4), 3000)
    truth = np.array([rng.choice(4, p=row) for row in right])
    sharp = Calibration(3.0).apply(right)
    assert calibrated(sharp, truth).slope == pytest.approx(1 / 3, rel=0.15)


@pytest.mark.parametrize("classes", [2, 3])
def test_answers_that_are_all_right_do_not_become_certain(classes: int) -> None:
    truth = np.arange(90) % classes
    said = np.full((90, classes), 0.2 / (classes - 1))
    said[np.arange(90), truth] = 0.8
    found = calibrated(said, truth).apply(said)
    assert 0.9 < found.max() < 0.999


def test_one_class_alone_gives_a_finite_map() -> None:
    said = answers(1.0, 0)
    map_ = calibrated(said, np.zeros(len(said), np.int64))
    assert np.isfinite([map_.slope, map_.offset]).all()
    assert np.isfinite(map_.apply(said)).all()


def test_the_same_answers_give_the_same_map() -> None:
    said, truth = answers(1.0, 0), planted(240)[1]
    assert calibrated(said, truth) == calibrated(said.copy(), truth.copy())
