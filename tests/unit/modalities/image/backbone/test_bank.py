"""The bank of filters knows directions, lengths and colours before it has seen an image."""

from __future__ import annotations

import numpy as np
import pytest

from luodi.modalities.image.backbone.bank import DIRECTIONS, bank, gabor, levels
from luodi.modalities.image.backbone.brought import wrapped
from luodi.modalities.image.backbone.features import batch
from luodi.runtime import gate


@pytest.mark.parametrize("size", [(8, 8, 1), (28, 28, 1), (33, 17, 3), (128, 96, 3), (12, 128, 1)])
def test_images_of_every_size_have_features_that_a_release_may_hold(size):
    found = bank(*size)
    images = np.random.default_rng(0).integers(0, 256, (3, *size), dtype=np.uint8)
    features = batch(found, images)
    assert features.shape == (3, found.size) and np.isfinite(features).all()
    gate.check(wrapped(found), "image")


def test_each_image_has_its_features_whatever_is_beside_it():
    found = bank(32, 32, 3)
    images = np.random.default_rng(0).integers(0, 256, (3, 32, 32, 3), dtype=np.uint8)
    alone = np.concatenate([batch(found, images[at : at + 1]) for at in range(3)])
    assert batch(found, images) == pytest.approx(alone, abs=1e-5)


@pytest.mark.parametrize("turn", range(DIRECTIONS))
def test_a_wave_is_heard_by_the_filter_of_its_direction(turn):
    side, wave = 64, 3.0
    down, across = np.mgrid[:side, :side].astype(float)
    angle = turn * np.pi / DIRECTIONS
    along = across * np.cos(angle) + down * np.sin(angle)
    image = np.round(127 + 100 * np.cos(2 * np.pi * along / wave)).astype(np.uint8)
    found = batch(bank(side, side, 1), image[None, :, :, None])[0]
    first = 1 + 16 + 1  # the mean, its sixteenths and the contrast come before
    assert int(found[first : first + DIRECTIONS].argmax()) == turn


def test_filters_hear_nothing_in_even_light():
    for wave in (3.0, 4.24):
        even, odd = gabor(wave)[:, 0], gabor(wave)[:, 1]
        assert np.abs(even.sum((1, 2))).max() < 1e-5 and np.abs(odd.sum((1, 2))).max() < 1e-5
    dark, light = np.full((1, 32, 32, 1), 20, np.uint8), np.full((1, 32, 32, 1), 200, np.uint8)
    strong = slice(17, None)
    found = [batch(bank(32, 32, 1), image)[0][strong] for image in (dark, light)]
    assert found[0] == pytest.approx(found[1], abs=1e-4)


def test_levels_end_where_a_field_would_be_smaller_than_a_filter_sees():
    assert [levels(side, side) for side in (8, 15, 16, 64, 128)] == [1, 1, 2, 4, 5]
