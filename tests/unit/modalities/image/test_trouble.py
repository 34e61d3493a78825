"""Disturbed images differ from what they were, each in its own way, and stay images."""

from __future__ import annotations

import numpy as np
from shapes import dataset

from luodi.modalities import modality
from luodi.modalities.image.codec import decode


def pixels(table) -> np.ndarray:
    return np.stack([decode(file, 1) for file in table["image"]]).astype(float)


def disturbed() -> dict[str, np.ndarray]:
    own = dataset(6)
    found = modality("image").disturbed(own, ["image"], np.random.default_rng(0))
    return {one.trouble: pixels(one.table) for one in found}


def test_each_trouble_does_what_it_is_called():
    before, after = pixels(dataset(6).table), disturbed()
    assert next(iter(after)) == "noise" and set(after) == {
        "noise", "darker", "brighter", "blurred", "turned", "shifted", "jpeg",
    }  # fmt: skip
    assert (after["darker"] <= before).all() and (after["brighter"] >= before).all()
    assert np.abs(after["noise"] - before).mean() < 10
    edges = np.abs(np.diff(before, axis=2)).mean()
    assert np.abs(np.diff(after["blurred"], axis=2)).mean() < edges
    assert (after["shifted"][:, :, 1:] == before[:, :, :-1]).all()
    assert all((one != before).any() for one in after.values())


def test_noise_is_the_same_with_the_same_seed():
    assert (disturbed()["noise"] == disturbed()["noise"]).all()
