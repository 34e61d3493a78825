"""Varied images stay the images that they were, and the same seed varies them alike."""

from __future__ import annotations

import pytest
import torch

from luodi.modalities.image.learn import augment


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


IMAGES = torch.randint(0, 256, (40, 16, 24, 3), generator=generator(), dtype=torch.uint8)
ROWS = torch.arange(40)


def test_without_strength_and_mirror_nothing_changes():
    found = augment.taken(IMAGES, ROWS, 0.0, False, generator())
    assert torch.equal(found, IMAGES.permute(0, 3, 1, 2))
    numbers = found.float()
    assert torch.equal(augment.varied(numbers, 0.0, generator()), numbers)


def test_some_images_are_mirrored_left_to_right_and_none_otherwise():
    found = augment.taken(IMAGES, ROWS, 0.0, True, generator())
    plain = IMAGES.permute(0, 3, 1, 2)
    same = [torch.equal(a, b) for a, b in zip(found, plain, strict=True)]
    turned = [torch.equal(a, b.flip(2)) for a, b in zip(found, plain, strict=True)]
    assert all(a != b for a, b in zip(same, turned, strict=True))
    assert 5 < sum(turned) < 35


def test_a_shift_moves_whole_pixels_by_no_more_than_it_may():
    places = torch.arange(16 * 24).reshape(1, 16, 24, 1).expand(30, -1, -1, -1).contiguous()
    found = augment.taken(places, torch.arange(30), 1.0, False, generator())[:, 0, 8, 12]
    down, across = found // 24 - 8, found % 24 - 12
    assert {-2, 2} <= set(down.tolist()) <= set(range(-2, 3))
    assert {-3, 3} & set(across.tolist()) and int(across.abs().max()) <= 3


@pytest.mark.parametrize("size", [(1, 1), (1, 8), (16, 24)])
def test_the_same_seed_varies_images_the_same_way_and_another_does_not(size):
    images = torch.randn(8, 3, *size)
    one, again = (augment.varied(images, 1.0, generator(3)) for _ in range(2))
    other = augment.varied(images, 1.0, generator(4))
    assert torch.equal(one, again) and not torch.equal(one, other)
    assert one.shape == images.shape and bool(one.isfinite().all())


def test_a_turned_image_of_other_sides_keeps_its_middle_and_its_shape():
    """A disc stays a disc: turning wide images must not shear them."""
    down, across = torch.meshgrid(torch.arange(24) - 11.5, torch.arange(48) - 23.5, indexing="ij")
    disc = ((down**2 + across**2) < 64).float().expand(20, 1, -1, -1)
    found = augment._turned(disc, 1.0, generator())[:10, 0]
    middle = [(found * at).sum((1, 2)) / found.sum((1, 2)) for at in (down, across)]
    wide = (found * across**2).sum((1, 2)) / (found * down**2).sum((1, 2))
    assert all(float(m.abs().max()) < 0.2 for m in middle)
    assert float(wide.min()) > 0.6 and float(wide.max()) < 1.6


def test_small_grey_images_are_not_mirrored_by_themselves():
    assert not augment.may_mirror(28, 28, 1) and not augment.may_mirror(32, 32, 1)
    assert augment.may_mirror(32, 32, 3) and augment.may_mirror(128, 128, 1)


def test_mixed_truths_are_mixed_as_their_images_are():
    images = torch.eye(6)[:, :, None, None]
    found, truth = augment.mixed(images, torch.eye(6), 0.4, generator(1))
    assert torch.allclose(found[:, :, 0, 0], truth) and not torch.equal(truth, torch.eye(6))
    assert torch.allclose(truth.sum(1), torch.ones(6))
    kept, same = augment.mixed(images, torch.eye(6), 0.0, generator(1))
    assert kept is images and torch.equal(same, torch.eye(6))
