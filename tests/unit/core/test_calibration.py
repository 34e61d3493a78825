"""A calibration map keeps probabilities probabilities, and their order."""

from __future__ import annotations

import json

import numpy as np
import pytest

from luodi.core.calibration import Calibration

EXTREME = np.array([0.0, 1e-300, 1e-13, 0.2, 0.5, 0.8, 1 - 1e-13, 1.0])


@pytest.mark.parametrize("slope", [0.1, 1.7, 40.0])
def test_two_classes_stay_probabilities_in_their_order(slope: float) -> None:
    found = Calibration(slope, 0.3).apply(np.stack([1 - EXTREME, EXTREME], axis=1))
    assert np.isfinite(found).all() and (found >= 0).all() and (found <= 1).all()
    np.testing.assert_allclose(found.sum(axis=1), 1)
    assert (np.diff(found[:, 1]) >= 0).all()


@pytest.mark.parametrize("slope", [0.1, 1.7, 40.0])
def test_many_classes_stay_probabilities_with_the_same_winner(slope: float) -> None:
    answers = np.random.default_rng(0).dirichlet(np.ones(4) / 3, 500)
    found = Calibration(slope).apply(answers)
    np.testing.assert_allclose(found.sum(axis=1), 1)
    np.testing.assert_array_equal(found.argmax(axis=1), answers.argmax(axis=1))


def test_the_neutral_map_changes_nothing() -> None:
    answers = np.array([[0.25, 0.75]])
    assert Calibration().neutral
    assert Calibration().apply(answers) is answers


def test_a_map_survives_json() -> None:
    map_ = Calibration(1.25, -0.5)
    assert Calibration.from_json(json.loads(json.dumps(map_.to_json()))) == map_
