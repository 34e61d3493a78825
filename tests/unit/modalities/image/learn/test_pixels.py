"""Images are resized as the graph resizes them, and are grey only if all of them are."""

from __future__ import annotations

import numpy as np
import pytest
from drawn import file, images
from PIL import Image

from luodi.core.errors import LuodiError
from luodi.modalities.image.graph.resize import resize
from luodi.modalities.image.learn import pixels

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("size", [(8, 8), (20, 31), (64, 64)])
def test_a_size_that_is_right_is_left_as_it_is_by_the_graph_too(size):
    from luodi.modalities.image.graph import resize as room

    given = RNG.integers(0, 256, (3, *size, 3), dtype=np.uint8)
    (planes,) = room._session(*size, 3).run(None, {"image": given})
    assert np.array_equal(planes.transpose(0, 2, 3, 1), given)
    assert resize(given, *size) is given


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("size", [(10, 16), (33, 20), (90, 70)])
def test_resizing_covers_every_pixel_as_other_programs_do(size, channels):
    given = RNG.integers(0, 256, (1, 40, 52, channels), dtype=np.uint8)
    found = resize(given, *size)
    plain = given[0, :, :, 0] if channels == 1 else given[0]
    wanted = Image.fromarray(plain).resize(size[::-1], Image.Resampling.BILINEAR)
    wanted = np.asarray(wanted).reshape(*size, channels).astype(int)
    assert found.dtype == np.uint8 and found.shape == (1, *size, channels)
    assert np.abs(found[0] - wanted).max() <= 1


def test_an_image_comes_out_the_same_alone_and_among_others():
    given = RNG.integers(0, 256, (5, 50, 40, 3), dtype=np.uint8)
    together = resize(given, 16, 16)
    assert all(np.array_equal(resize(given[i : i + 1], 16, 16)[0], together[i]) for i in range(5))


@pytest.mark.parametrize(
    ("shapes", "size"),
    [
        ([(28, 28)] * 4, (28, 28)),
        ([(200, 200)] * 4, (128, 128)),
        ([(480, 640), (960, 1280)], (96, 128)),
        ([(3, 2)], (8, 8)),
        ([(5000, 10)], (128, 8)),
    ],
)
def test_networks_see_the_usual_shape_at_a_size_that_can_be_paid(shapes, size):
    assert pixels.working_size(shapes) == size


@pytest.mark.parametrize("threads", [1, 3])
def test_images_are_grey_only_if_every_one_is(threads, monkeypatch):
    monkeypatch.setattr(pixels, "SAMPLE", 4)
    given, _ = images(9, 12, 3)
    grey = [np.repeat(image[:, :, :1], 3, axis=2) for image in given]
    files = [file(image) for image in grey]
    found, height, width = pixels.read(files, "image", threads)
    assert (height, width) == (12, 12) and found.images.shape == (9, 12, 12, 1)
    assert np.array_equal(found.images, np.stack(grey)[:, :, :, :1])
    files[3] = file(given[3])  # not among the sample
    found, *_ = pixels.read(files, "image", threads)
    assert found.images.shape == (9, 12, 12, 3)
    assert np.array_equal(found.images[3], given[3]) and np.array_equal(found.images[2], grey[2])


def test_a_broken_image_is_told_by_its_row():
    files = [file(image) for image in images(4)[0]]
    files[2] = files[2][:40]
    with pytest.raises(LuodiError) as caught:
        pixels.read(files, "image", 2)
    assert caught.value.code == "rows.image_broken" and caught.value.facts["row"] == 2


def test_sides_are_those_before_resizing():
    files = [file(np.zeros((h, w, 1), np.uint8)) for h, w in ((300, 20), (40, 30), (50, 60))]
    found, height, width = pixels.read(files, "image")
    assert (found.least, found.most) == (20, 300)
    assert max(height, width) <= 128 and found.images.shape == (3, height, width, 1)


def test_moments_are_those_of_all_pixels():
    given = RNG.integers(0, 200, (7, 5, 6, 3), dtype=np.uint8)
    given[..., 2] = 9
    mean, spread = pixels.moments(given, block=2)
    assert np.allclose(mean, given.mean((0, 1, 2)))
    assert np.allclose(spread[:2], given.std((0, 1, 2))[:2]) and spread[2] == 1
