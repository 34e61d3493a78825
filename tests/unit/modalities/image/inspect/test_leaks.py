"""What gives a class away is found with its cause; what a picture shows is not called a leak."""

import numpy as np
import pytest
from albums import album, of, scene, seen
from pictures import saved

from luodi.modalities.image.inspect.stump import told


def leaks(dataset):
    return {code: f for code, f in seen(dataset).items() if code.startswith("leak.")}


def stamped(picture, number):
    picture = picture.copy()
    if number % 2:
        picture[20, 27] = 255
    return picture


def framed(picture, number):
    picture = picture.copy()
    if number % 2:
        picture[:3] = picture[-3:] = 128
        picture[:, :3] = picture[:, -3:] = 128
    return picture


def brighter(picture, number):
    return np.clip(picture * 0.3 + (150 if number % 2 else 20), 0, 255).astype(np.uint8)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (stamped, "leak.image_pixel"),
        (lambda p, n: scene(n, 32 if n % 2 else 30), "leak.image_size"),
        (lambda p, n: scene(n, colours=n % 2 == 0), "leak.image_form"),
    ],
)
def test_what_was_planted_is_found_and_nothing_else_is_blamed(change, code):
    found = leaks(album(200, change=change))
    assert list(found) == [code]
    assert found[code].severity == "warning" and found[code].evidence["score"] > 0.97
    assert found[code].evidence["label"] in ("good", "bad")


def test_a_planted_pixel_is_named_by_its_place():
    assert leaks(album(200, change=stamped))["leak.image_pixel"].evidence["what"] == "(27, 20)"


@pytest.mark.parametrize("sizes", [1, 9])
def test_a_planted_border_is_found_in_images_of_one_size_and_of_many(sizes):
    def change(picture, number):
        return framed(scene(number, 28 + number // 2 % sizes), number)

    assert next(iter(leaks(album(400, change=change)))) == "leak.image_border"


@pytest.mark.parametrize(("row", "column"), [(0, 0), (31, 31), (0, 13)])
def test_a_mark_at_the_edge_is_a_pixel_and_no_border(row, column):
    def change(picture, number):
        picture = picture.copy()
        picture[row, column] = 255 if number % 2 else picture[row, column]
        return picture

    found = leaks(album(200, change=change))
    assert list(found) == ["leak.image_pixel"]
    assert found["leak.image_pixel"].evidence["what"] == f"({column}, {row})"


def test_another_format_of_a_class_is_found():
    def save(picture, number):
        return saved(picture, "JPEG" if number % 2 else "PNG")

    found = leaks(album(200, save=save))
    assert list(found) == ["leak.image_format"]
    assert found["leak.image_format"].evidence["what"] in ("JPEG", "PNG")


def test_other_settings_of_a_class_are_found_by_the_size_of_its_files():
    def save(picture, number):
        return saved(picture, "JPEG", quality=95 if number % 2 else 30)

    assert list(leaks(album(400, save=save))) == ["leak.image_bytes"]


def test_another_light_of_a_class_is_found():
    # each is brought to another size first, so that no pixel stands at one place in all of them
    def change(picture, number):
        return brighter(scene(number, 28 + number // 2 % 9), number)

    found = leaks(album(400, change=change))
    assert found["leak.image_light"].severity == "warning"


def test_one_class_of_many_that_is_given_away_is_found():
    labels = ["a", "b", "c", "d", "e"]

    def change(picture, number):
        return stamped(picture, 1) if number % 5 == 2 else picture

    found = leaks(album(400, labels, change))["leak.image_pixel"]
    assert found.evidence["label"] == "c"


def test_a_class_that_is_a_little_brighter_is_no_leak():
    def change(picture, number):
        return np.clip(picture.astype(int) + 15 * (number % 2), 0, 255).astype(np.uint8)

    assert leaks(album(400, change=change)) == {}


def test_formats_and_sizes_that_have_nothing_to_do_with_classes_are_no_leak():
    def save(picture, number):
        return saved(picture, "JPEG" if number % 3 else "PNG")

    mixed = album(300, change=lambda p, n: scene(n, 28 + n % 7), save=save)
    assert leaks(mixed) == {}


def test_one_class_alone_is_no_crash():
    assert leaks(of([saved(scene(number)) for number in range(50)], ["a"] * 50)) == {}


def test_a_number_that_says_nothing_is_at_chance_on_rows_not_seen():
    random = np.random.default_rng(0)
    found = told(random.normal(size=3000), random.integers(0, 4, 3000), 4)
    assert (np.abs(found.score - 0.5) < found.margin).all() and (found.real == 0).all()


def test_a_class_in_the_middle_is_told_apart_by_both_ends():
    values = np.random.default_rng(0).uniform(0, 1, 2000)
    inside = ((values > 0.4) & (values < 0.6)).astype(int)
    assert told(values, inside, 2).real.min() > 0.93


def test_a_class_of_few_rows_is_not_judged():
    labels = np.array([0] * 100 + [1] * 5)
    assert np.isnan(told(labels.astype(float), labels, 2).score).all()


def test_of_very_many_classes_one_that_is_given_away_is_found():
    labels = [f"c{number}" for number in range(60)]

    def change(picture, number):
        return stamped(picture, 1) if number % 60 == 7 else picture

    found = leaks(album(60 * 24, labels, change))["leak.image_pixel"]
    assert found.evidence["label"] == "c7" and found.evidence["what"] == "(27, 20)"
