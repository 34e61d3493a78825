"""Folders: classes and parts by their names, and nothing outside is ever opened."""

from __future__ import annotations

import os

import pytest
from sources import CLASSES, laid, noted, picture, refused

from luodi.core.errors import LuodiError
from luodi.modalities.image.read import digest, read

PNG = picture(1)


def test_a_folder_is_a_class(tmp_path):
    found = read(laid(tmp_path, CLASSES))
    assert [row.key for row in found.rows] == sorted(CLASSES)
    assert [row.label for row in found.rows] == ["cat"] * 3 + ["dog"] * 3
    assert {row.part for row in found.rows} == {None} and found.labels == "string"
    assert [found.load(n) for n in range(6)] == [CLASSES[name] for name in sorted(CLASSES)]


def test_parts_stand_above_the_classes(tmp_path):
    files = {f"{part}/{name}": data for part in ("Train", "val") for name, data in CLASSES.items()}
    found = read(laid(tmp_path / "a", {f"all/{name}": data for name, data in files.items()}))
    assert [(row.part, row.label) for row in found.rows][::3] == [
        ("train", "cat"),
        ("train", "dog"),
        ("val", "cat"),
        ("val", "dog"),
    ]


def test_a_class_stands_in_the_name_where_no_folder_says_it(tmp_path):
    files = {"rolled-in_scale_7.png": PNG, "crazing_12.png": PNG, "x.png": PNG}
    found = read(laid(tmp_path, files))
    assert [row.label for row in found.rows] == ["crazing", "rolled-in_scale"]
    assert noted(found) == {"read.image_unlabelled": 1}


def test_folders_of_numbers_are_whole_numbers(tmp_path):
    assert read(laid(tmp_path, {"0/a.png": PNG, "7/a.png": PNG})).labels == "integer"
    assert read(laid(tmp_path, {"08/a.png": PNG})).labels == "string"


def test_images_without_truth_need_no_class(tmp_path):
    assert [row.label for row in read(laid(tmp_path, {"x.png": PNG}), None).rows] == [None]


def test_other_files_are_noticed_and_harm_nothing(tmp_path):
    others = {".hidden/a.png": PNG, "cat/._0.png": PNG, "__MACOSX/cat/0.png": PNG}
    others |= {"cat/Thumbs.db": b"x", "cat/notes.md": b"x", "dog/empty.png": b"", "stray.png": PNG}
    found = read(laid(tmp_path, {**CLASSES, **others}))
    assert len(found) == 6
    assert noted(found) == {
        "read.image_hidden": 4,
        "read.image_foreign": 1,
        "read.image_unfit": 1,
        "read.image_unlabelled": 1,
    }


def test_links_are_followed_only_where_they_stay(tmp_path):
    outside = laid(tmp_path / "outside", {"secret.png": PNG})
    root = laid(tmp_path / "root", CLASSES)
    (root / "cat/out.png").symlink_to(outside / "secret.png")
    (root / "cat/in.png").symlink_to(root / "dog/0.png")
    (root / "cat/loop.png").symlink_to(root / "cat/loop.png")
    (root / "bird").symlink_to(outside)
    (root / "cat/again").symlink_to(root)
    os.mkfifo(root / "cat/pipe.png")
    found = read(root)
    assert len(found) == 7 and noted(found) == {"read.image_link": 4, "read.image_foreign": 1}


def test_a_file_that_became_a_link_outwards_is_not_read(tmp_path):
    root = laid(tmp_path / "root", CLASSES)
    found = read(root)
    (root / "cat/0.png").unlink()
    (root / "cat/0.png").symlink_to(laid(tmp_path, {"secret.png": PNG}) / "secret.png")
    (root / "cat/1.png").unlink()
    for number in (0, 1):
        with pytest.raises(LuodiError, match=r"read\.image_changed"):
            found.load(number)


def test_nothing_there_is_told(tmp_path):
    assert refused(tmp_path).code == "read.image_none"
    assert refused(tmp_path / "absent").code == "read.not_found"
    assert refused(laid(tmp_path, {"a.xyz": b"x"}) / "a.xyz").code == "read.image_source"


def test_the_digest_knows_content_and_neither_place_nor_order(tmp_path):
    first = digest(read(laid(tmp_path / "a", CLASSES)))
    backwards = dict(reversed(CLASSES.items()))
    assert digest(read(laid(tmp_path / "b/c", backwards))) == first
    for changed in (
        {**CLASSES, "cat/0.png": PNG},
        {**CLASSES, "cat/9.png": PNG},
        {name.replace("dog", "cow"): data for name, data in CLASSES.items()},
    ):
        assert digest(read(laid(tmp_path / str(id(changed)), changed))) != first
