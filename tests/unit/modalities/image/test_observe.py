"""What a picture looks like in numbers, as training and service count it."""

import numpy as np
import pytest
from pictures import COLOURS, GREY, saved
from PIL import Image

from luodi.modalities.image.codec import decode
from luodi.modalities.image.observe import at_working_size, measured, statistics


@pytest.mark.parametrize("kind", ["PNG", "BMP", "TIFF"])
def test_numbers_do_not_change_when_an_image_is_saved_anew_without_loss(kind):
    assert statistics(decode(saved(COLOURS, kind), 3)) == statistics(COLOURS)


def test_the_numbers_are_those_of_the_pixels():
    found = statistics(GREY[..., None])
    assert found["brightness"] == pytest.approx(GREY.mean())
    assert found["contrast"] == pytest.approx(GREY.std())
    assert (found["height"], found["width"]) == GREY.shape
    assert "saturation" not in found and "red" not in found


def test_colours_are_shares_of_the_light():
    red = np.zeros((4, 6, 3), np.uint8)
    red[..., 0] = 200
    found = statistics(red)
    assert (found["red"], found["green"], found["saturation"]) == (1.0, 0.0, 1.0)
    black = statistics(np.zeros((4, 6, 3), np.uint8))
    assert black["red"] == pytest.approx(1 / 3) and black["saturation"] == 0.0


def picture(side):
    y, x = np.mgrid[0:side, 0:side] / side
    waves = 128 + 60 * np.sin(20 * x + 9 * y) + 40 * np.cos(25 * y * x)
    return np.clip(waves, 0, 255).astype(np.uint8)[..., None]


@pytest.mark.parametrize("side", [100, 256, 500])
def test_sharpness_does_not_depend_on_resolution_alone(side):
    assert statistics(picture(side))["sharpness"] == pytest.approx(
        statistics(picture(200))["sharpness"], rel=0.2
    )


def test_a_blurred_picture_is_less_sharp():
    sharp = np.random.default_rng(0).integers(0, 256, (200, 200, 1)).astype(np.uint8)
    small = Image.fromarray(sharp[..., 0]).resize((25, 25)).resize((200, 200))
    blurred = np.asarray(small)[..., None]
    assert statistics(blurred)["sharpness"] < statistics(sharp)["sharpness"] / 4


@pytest.mark.parametrize(("height", "width"), [(1, 1), (1, 300), (63, 64), (65, 129), (200, 7)])
def test_any_size_is_brought_to_the_working_size_and_keeps_its_light(height, width):
    even = np.full((1, height, width), 77, np.uint8)
    assert at_working_size(even).shape == (1, 64, 64)
    assert at_working_size(even) == pytest.approx(77, abs=1e-3)
    if min(height, width) >= 64:
        mixed = np.random.default_rng(0).integers(0, 256, (1, height, width)).astype(np.uint8)
        assert at_working_size(mixed).mean() == pytest.approx(mixed.mean(), rel=1e-4)


def test_one_image_alone_gives_what_it_gives_among_others():
    stack = np.random.default_rng(0).integers(0, 256, (5, 40, 90, 3)).astype(np.uint8)
    together = measured(stack)[0]
    for number, image in enumerate(stack):
        assert statistics(image) == {name: values[number] for name, values in together.items()}
