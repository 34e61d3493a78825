"""The same picture more than once, and images that belong together."""

import numpy as np
import pytest
from albums import SIDE, album, of, scene, seen
from pictures import saved
from PIL import Image

from luodi.modalities.image.inspect import repeated_between


def twice(copy, numbers, count=200):
    """An album at whose end stand copies of some of its images, with the labels of those."""
    labels = ["good", "bad"]
    files = [saved(scene(number)) for number in range(count)]
    files += [copy(scene(number)) for number in numbers]
    return files, [labels[number % 2] for number in [*range(count), *numbers]]


def anew(picture):
    return saved(picture, "JPEG", quality=80)


def smaller(picture):
    return saved(Image.fromarray(picture).resize((SIDE * 3 // 4, SIDE * 3 // 4)))


def brighter(picture):
    return saved(np.clip(picture * 0.9 + 20, 0, 255).astype(np.uint8))


@pytest.mark.parametrize("kind", ["PNG", "BMP", "TIFF"])
def test_equal_pixels_are_found_however_they_are_packed(kind):
    found = seen(of(*twice(lambda picture: saved(picture, kind), [3, 8])))
    assert found["image.duplicates"].evidence["rows"] == 2
    assert found["image.duplicates"].evidence["names"] == "#3 = #200, #8 = #201"
    assert "image.near_duplicates" not in found


@pytest.mark.parametrize("copy", [anew, smaller, brighter])
def test_a_picture_that_was_saved_anew_is_found(copy):
    found = seen(of(*twice(copy, [3, 8, 11])))
    assert found["image.near_duplicates"].evidence["rows"] == 3
    assert "#8 = #201" in found["image.near_duplicates"].evidence["names"]
    assert "image.duplicates" not in found and "image.label_conflict" not in found


def digits(count):
    """Strokes on black that look alike, as digits do: a bar that leans and moves a little."""
    for number in range(count):
        random = np.random.default_rng(number)
        lean, place, wide = random.uniform(-0.4, 0.4), random.uniform(13, 18), random.uniform(1, 3)
        y, x = np.mgrid[0:SIDE, 0:SIDE]
        away = np.abs(x - place - lean * (y - SIDE / 2)) / wide
        ink = np.where((y > 5) & (y < 27), np.clip(1.5 - away, 0, 1), 0)
        yield (ink * 255).astype(np.uint8)


def test_strokes_that_look_alike_by_nature_are_no_copies():
    files = [saved(picture) for picture in digits(1500)]
    found = seen(of(files, [str(number % 3) for number in range(1500)]))
    assert "image.near_duplicates" not in found


def test_dark_images_are_not_copies_of_each_other():
    dark = [saved((scene(number) // 16).astype(np.uint8)) for number in range(300)]
    found = seen(of(dark, [str(number % 2) for number in range(300)]))
    assert not {"image.near_duplicates", "image.duplicates", "image.label_conflict"} & set(found)


def test_one_picture_of_two_classes_is_warned_of():
    files, labels = twice(anew, [3])
    labels[-1] = "good"
    found = seen(of(files, labels))["image.label_conflict"]
    assert found.severity == "warning" and found.evidence["labels"] == "bad / good"
    assert found.evidence["names"] == "#3 = #200"


def test_many_pictures_of_two_classes_are_an_error():
    numbers = list(range(20))
    files, labels = twice(saved, numbers)
    labels[200:] = ["good" if label == "bad" else "bad" for label in labels[200:]]
    assert seen(of(files, labels))["image.label_conflict"].severity == "error"


def test_copies_in_different_groups_are_found_and_copies_within_one_are_not():
    numbers = [3, 8]
    files, labels = twice(anew, numbers)
    part = [*range(200), *numbers]
    assert "image.across_groups" not in seen(of(files, labels, part=part), group="part")
    part[-1] = 150
    found = seen(of(files, labels, part=part), group="part")["image.across_groups"]
    assert found.column == "part" and found.evidence["names"] == "#8 = #201"


def test_a_column_that_holds_copies_together_is_proposed_as_group():
    numbers = list(range(30))
    files, labels = twice(anew, numbers)
    part = [f"p{number}" for number in [*range(200), *numbers]]
    found = seen(of(files, labels, part=part))
    assert found["image.group_split"].column == "part"
    assert 'group: "part"' in found["image.group_split"].part("remedy", "en")
    assert "image.group_split" not in seen(of(files, labels, part=part), group="part")
    by_chance = [f"p{number % 37}" for number in range(230)]
    assert "image.group_split" not in seen(of(files, labels, part=by_chance))


def views(same):
    """Three images of each of 50 things; of the same scene, or of any."""
    files, names, labels = [], [], []
    for thing in range(50):
        for at, view in enumerate("abc"):
            noise = np.random.default_rng(thing * 3 + at).normal(0, 25, (SIDE, SIDE, 3))
            base = scene(thing) if same else scene(1000 + thing * 3 + at)
            files.append(saved(np.clip(base + noise, 0, 255).astype(np.uint8)))
            names.append(f"part_{thing:04}_{view}.jpg")
            labels.append("ok" if thing % 2 else "bad")
    return of(files, labels, file=names)


@pytest.mark.parametrize(("same", "severity"), [(True, "warning"), (False, "note")])
def test_names_that_count_views_propose_a_group_and_warn_where_views_look_alike(same, severity):
    found = seen(views(same))["image.series"]
    assert found.severity == severity and found.evidence["groups"] == 50
    assert "part_0000" in found.part("remedy", "en") and "data" in found.part("remedy", "zh")


def test_names_that_only_number_the_images_of_a_class_propose_nothing():
    names = [f"crazing_{number}.jpg" for number in range(120)]
    assert "image.series" not in seen(album(file=names))


def held_out(copy, known):
    train = of([saved(scene(number)) for number in range(300)], ["a", "b"] * 150)
    files = [copy(scene(number)) for number in range(known)]
    files += [saved(scene(1000 + number)) for number in range(100 - known)]
    return repeated_between(train, of(files, ["a", "b"] * 50))


@pytest.mark.parametrize(("copy", "kind"), [(saved, "exact"), (anew, "near")])
def test_images_that_training_has_are_found_in_the_holdout(copy, kind):
    (found,) = held_out(copy, 5)
    assert found.code == "image.holdout_repeated" and found.severity == "warning"
    assert found.evidence["rows"] == found.evidence[kind] == 5
    assert found.evidence["names"].startswith("#0 = #0")
    assert "5" in found.part("seen", "en") and found.part("remedy", "zh")


def test_a_holdout_that_is_mostly_known_is_an_error():
    assert held_out(saved, 80)[0].severity == "error"


def test_of_a_holdout_that_training_has_never_seen_nothing_is_said():
    assert held_out(saved, 0) == ()
