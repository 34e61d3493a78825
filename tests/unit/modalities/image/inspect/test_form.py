"""Images that cannot be read, and images that are not like the others in their form."""

import numpy as np
import pytest
from albums import album, of, scene, seen
from pictures import saved
from PIL import Image

from luodi.core.task import Task
from luodi.modalities.image.inspect import inspect


def test_of_ordinary_images_nothing_is_said():
    assert seen(album()) == {}


def broken(numbers):
    return lambda picture, number: b"\xff\xd8\xffcut off" if number in numbers else saved(picture)


def test_one_image_in_a_hundred_that_cannot_be_read_is_a_warning():
    names = [f"{number}.png" for number in range(200)]
    found = seen(album(200, save=broken({7, 9}), file=names))["image.unreadable"]
    assert found.severity == "warning" and found.evidence["rows"] == 2
    assert found.evidence["names"] == "7.png, 9.png" and found.evidence["reasons"] == "broken 2"


def test_more_than_one_image_in_a_hundred_that_cannot_be_read_is_an_error():
    assert seen(album(200, save=broken({1, 2, 3})))["image.unreadable"].severity == "error"


def test_a_class_that_loses_a_tenth_of_its_images_is_an_error():
    labels = ["rare" if number < 15 else "often" for number in range(400)]
    files = [broken({0, 1})(scene(number), number) for number in range(400)]
    found = seen(of(files, labels))["image.unreadable"]
    assert found.severity == "error" and found.evidence["label"] == "rare"
    assert found.evidence["lost"] == pytest.approx(2 / 15, abs=1e-4)


def test_a_dataset_without_one_image_that_can_be_read_is_an_error_and_no_crash():
    found = seen(of([b"", None, b"GIF89a"], ["a", "b", "a"]))
    assert list(found) == ["image.unreadable"] and found["image.unreadable"].evidence["rows"] == 3


def test_images_of_another_size_are_found():
    found = seen(album(change=lambda p, n: scene(n, 160) if n in (5, 6) else p))
    assert found["image.odd_size"].evidence["rows"] == 2
    assert found["image.odd_size"].evidence["high"] == 160
    assert found["image.odd_size"].severity == "note"


def test_sizes_that_differ_as_photographs_do_are_not_odd():
    assert "image.odd_size" not in seen(album(change=lambda p, n: scene(n, 24 + n % 30)))


def test_grey_images_among_coloured_ones_are_found():
    found = seen(album(change=lambda p, n: scene(n, colours=False) if n in (5, 6, 7) else p))
    assert found["image.mixed_colours"].evidence["grey"] == 3
    assert "image.mixed_colours" not in seen(album(change=lambda p, n: scene(n, colours=False)))


@pytest.mark.parametrize(("shift", "severity"), [(8, "note"), (2, "warning")])
def test_deep_images_are_found_and_dark_ones_warned_of(shift, severity):
    def save(picture, number):
        return saved(picture[..., 0].astype(np.uint16) << shift)

    found = seen(album(save=save))["image.deep"]
    assert found.severity == severity and found.evidence["rows"] == 120


def test_transparent_images_are_found():
    def save(picture, number):
        return saved(Image.fromarray(picture).convert("RGBA")) if number < 4 else saved(picture)

    assert seen(album(save=save))["image.transparent"].evidence["rows"] == 4


def test_images_that_the_camera_turned_are_found():
    exif = Image.Exif()
    exif[274] = 6

    def save(picture, number):
        return saved(picture, "JPEG", quality=95, **({"exif": exif} if number < 4 else {}))

    assert seen(album(save=save))["image.turned"].evidence["rows"] == 4


def test_blank_images_are_found_and_are_no_copies_of_each_other():
    found = seen(album(change=lambda p, n: np.full_like(p, 9) if n < 5 else p))
    assert found["image.blank"].evidence["rows"] == 5
    assert found["image.blank"].severity == "warning"
    assert not {"image.duplicates", "image.label_conflict"} & set(found)


def test_classes_of_few_images_are_found():
    labels = ["rare" if number < 6 else "often" for number in range(150)]
    found = seen(of([saved(scene(number)) for number in range(150)], labels))
    assert found["image.few"].evidence["names"] == "rare (6)"
    assert found["image.uneven"].evidence["times"] == 24
    assert found["image.uneven"].severity == "note"


def test_a_long_look_tells_how_far_it_is():
    told = []
    task = Task.load({"name": "a", "goal": "classify", "data": {"source": "a", "target": "label"}})
    inspect(album(300), task, told.append)
    looked = [event.data["done"] for event in told if event.data["what"] == "images"]
    assert looked == sorted(looked) and looked[-1] == 300


def test_images_with_a_number_as_truth_are_looked_at_without_classes():
    numbers = [float(number) for number in range(120)]
    dataset = of([saved(scene(number)) for number in range(120)], numbers)
    assert seen(dataset) == {}


def test_images_without_truth_are_looked_at():
    dataset = of([saved(scene(number % 119)) for number in range(120)], [None] * 120)
    assert list(seen(dataset)) == ["image.duplicates"]
