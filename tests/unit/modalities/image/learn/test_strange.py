"""How far a task's own images may lie is kept; strange images lie farther."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from luodi.modalities.image.learn import stages, strange
from luodi.modalities.image.learn.networks import NETWORKS, built
from luodi.modalities.image.shrink.traced import folded

MEAN, SPREAD = (100.0,), (50.0,)


def pictures(rows: int, seed: int) -> np.ndarray:
    """Soft blobs of some brightness, uint8 (rows, 16, 16, 1)."""
    random = np.random.default_rng(seed)
    down, across = np.mgrid[:16, :16]
    places, light = random.normal(8, 2, (rows, 2, 1, 1)), random.normal(150, 20, (rows, 1, 1))
    far = (down - places[:, 0]) ** 2 + (across - places[:, 1]) ** 2
    blobs = light * np.exp(-far / 20) + random.normal(30, 4, (rows, 16, 16))
    return np.clip(blobs, 0, 255).astype(np.uint8)[..., None]


def network(family: str) -> torch.nn.Module:
    torch.manual_seed(0)
    return built(family, (1, 16, 16), 3).eval()


@pytest.fixture(scope="module")
def known():
    own = network("resnet8")
    images = pictures(700, 0)
    found = strange.fitted(own, images, np.arange(400), np.arange(400, 700), MEAN, SPREAD)
    return own, found


@pytest.mark.parametrize("rate", [0.01, 0.05, 0.2])
@pytest.mark.parametrize("rows", [40, 150, 600])
def test_no_more_than_the_stated_share_of_own_images_is_strange(rate, rows):
    random = np.random.default_rng(rows)
    # squares as distances have them; the mean over many fits is what is promised
    shares = []
    for _ in range(400):
        own = random.chisquare(12, rows)
        shares.append((random.chisquare(12, 400) > strange.limit(own, rate)).mean())
    assert np.mean(shares) <= rate * 1.3 + 2 * np.std(shares) / 20
    assert np.mean(shares) >= rate / 3


def test_images_of_another_kind_lie_farther_than_own_ones(known):
    own, found = known
    most = strange.limit(found.own, 0.01)
    random = np.random.default_rng(3)
    foreign = {
        "noise": random.integers(0, 256, (50, 16, 16, 1)).astype(np.uint8),
        "plain": np.full((3, 16, 16, 1), [[[[0]]], [[[128]]], [[[255]]]], np.uint8),
        "negative": 255 - pictures(50, 4),
    }
    for name, images in foreign.items():
        assert (found.of(own, images, MEAN, SPREAD) > most).all(), name
    assert (found.of(own, pictures(400, 9), MEAN, SPREAD) > most).mean() < 0.04


def test_what_it_learned_from_does_not_set_the_limit(known):
    own, found = known
    fresh = found.of(own, pictures(700, 0)[400:], MEAN, SPREAD)
    assert found.own == pytest.approx(fresh, rel=1e-4)


def test_an_image_is_as_strange_alone_as_among_others(known):
    own, found = known
    images = pictures(20, 5)
    alone = [found.of(own, one[None], MEAN, SPREAD)[0] for one in images]
    assert found.of(own, images, MEAN, SPREAD) == pytest.approx(alone, rel=1e-5)


@pytest.mark.parametrize("family", sorted(NETWORKS))
def test_every_network_says_which_stages_it_has(family):
    names = stages.stages(folded(network(family)))
    if family in ("dumb", "linear"):
        assert names == ()
        return
    assert 2 <= len(names) <= stages.MOST_STAGES
    seen = stages.summaries(network(family), pictures(3, 1), MEAN, SPREAD)
    assert list(seen) == list(names) and all(len(one.numbers) == 3 for one in seen.values())


def test_nothing_is_said_of_too_few_images_or_without_a_hidden_layer():
    images = pictures(60, 0)
    few = strange.fitted(network("lenet"), images, np.arange(50), np.arange(50, 60), MEAN, SPREAD)
    plain = strange.fitted(
        network("linear"), images, np.arange(30), np.arange(30, 60), MEAN, SPREAD
    )
    assert few is None and plain is None


def test_a_number_that_never_varies_does_no_harm():
    numbers = np.zeros((50, 4))
    stage = strange._stage("x", stages.Seen(numbers, True), 128)
    assert np.isfinite(stage.whitening).all()
    assert np.isfinite(stage.squares(numbers + 1)).all()


@pytest.mark.parametrize("family", ["lenet", "resnet8", "mobilenet"])
def test_what_is_known_of_usual_images_is_small_beside_the_network(family):
    own, rows = network(family), np.arange(60)
    found = strange.fitted(own, pictures(80, 1), rows, np.arange(60, 80), MEAN, SPREAD)
    held = 4 * sum(weight.numel() for weight in own.parameters())
    taken = 4 * sum(stage.whitening.size for stage in found.stages)
    least = 4 * len(found.stages) * strange.FEWEST_NUMBERS**2
    assert taken <= max(strange.MOST_SIZE * held, least)
