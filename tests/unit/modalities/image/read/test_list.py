"""Lists of images: paths below the list, labels, parts, and columns that are kept."""

from __future__ import annotations

import polars as pl
import pytest
from sources import laid, noted, picture, refused

from luodi.modalities.image.codec import MOST_BYTES
from luodi.modalities.image.read import digest, read

FILES = {f"images/{n}.png": picture(n) for n in range(3)}
TEXT = "patient;path;label;split\nA;images/2.png;ok;train\nB;images/0.png;ng;test\n"


def listed(root, text, encoding="utf-8"):
    return laid(root, {**FILES, "list.csv": text.encode(encoding)}) / "list.csv"


def test_a_list_keeps_its_order_and_its_other_columns(tmp_path):
    found = read(listed(tmp_path, TEXT))
    rows = [(row.key, row.label, row.part) for row in found.rows]
    assert rows == [("images/2.png", "ok", "train"), ("images/0.png", "ng", "test")]
    assert found.table.to_dict(as_series=False) == {
        "patient": ["A", "B"],
        "split": ["train", "test"],
    }
    assert found.load(0) == FILES["images/2.png"]


def test_parquet_and_csv_of_the_same_rows_read_alike(tmp_path):
    path = listed(tmp_path, TEXT)
    frame = pl.read_csv(path, separator=";")
    frame.write_parquet(tmp_path / "list.parquet")
    assert read(tmp_path / "list.parquet").rows == read(path).rows
    assert digest(read(tmp_path / "list.parquet")) == digest(read(path))


def test_labels_are_canonical_as_in_tables(tmp_path):
    found = read(listed(tmp_path, "x,y\nimages/0.png,1.0\nimages/1.png,NA\nimages/2.png,2\n"))
    assert [row.label for row in found.rows] == ["1", "2"] and found.labels == "integer"
    assert noted(found) == {"read.image_unlabelled": 1}


def test_a_list_in_gb18030_is_read(tmp_path):
    text = "路径,缺陷\n" + "".join(f"images/{n}.png,划痕与裂纹{n}\n" for n in range(3))
    found = read(listed(tmp_path, text, "gb18030"), "缺陷")
    assert found.rows[2].label == "划痕与裂纹2"


def test_records_without_truth_need_no_label(tmp_path):
    found = read(listed(tmp_path, "path\nimages/0.png\n./images/1.png\n"), None)
    assert [row.key for row in found.rows] == ["images/0.png", "images/1.png"]


@pytest.mark.parametrize("name", ["../a.png", "/etc/a.png", "images/../../a.png", "C:\\a.png"])
def test_a_path_that_leads_out_is_refused(tmp_path, name):
    error = refused(listed(tmp_path, f"path,label\nimages/0.png,1\n{name},2\n"))
    assert (error.code, error.facts["row"]) == ("read.image_outside", 1)


def test_what_is_not_there_or_no_use_is_noticed(tmp_path):
    text = "path,label\nimages/0.png,1\nimages/9.png,1\nlink.png,1\nempty.png,2\nbig.png,2\n"
    path = listed(tmp_path / "root", text)
    (path.parent / "link.png").symlink_to(laid(tmp_path, {"out.png": b"x"}) / "out.png")
    (path.parent / "empty.png").touch()
    with (path.parent / "big.png").open("wb") as file:
        file.truncate(MOST_BYTES + 1)
    found = read(path)
    assert len(found) == 1 and noted(found) == {
        "read.image_absent": 1,
        "read.image_link": 1,
        "read.image_unfit": 2,
    }


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "read.header_only"),
        ("path,label\n", "read.header_only"),
        ("a,b\n1,2\n", "read.image_list"),
        ("path,a,b\nimages/0.png,1,2\n", "read.image_list_label"),
        ("path,label\nimages/9.png,2\n", "read.image_none"),
    ],
)
def test_a_list_that_cannot_be_used_is_told_why(tmp_path, text, code):
    assert refused(listed(tmp_path, text)).code == code


def test_a_label_that_is_not_there_is_told(tmp_path):
    assert refused(listed(tmp_path, TEXT), "grade").code == "read.image_list_label"
