"""Zip files: read where they lie, and refused where they lie about themselves."""

from __future__ import annotations

import stat
import struct
import zipfile

import pytest
from sources import CLASSES, laid, noted, picture, refused, zipped

from luodi.core.errors import LuodiError
from luodi.modalities.image.read import archive, digest, read

PNG = picture(1)


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_zip_reads_as_the_folder_it_was_made_of(tmp_path, method):
    found = read(zipped(tmp_path / "a.zip", {f"top/{n}": d for n, d in CLASSES.items()}, method))
    folder = read(laid(tmp_path / "folder", CLASSES))
    assert [(r.key, r.label) for r in found.rows] == [(r.key, r.label) for r in folder.rows]
    assert digest(found) == digest(folder)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.zip", "folder"]


def test_a_class_stands_in_the_name_where_no_folder_says_it(tmp_path):
    found = read(zipped(tmp_path / "a.zip", {"crazing_12.jpg": PNG, "patches_1.jpg": PNG}))
    assert [row.label for row in found.rows] == ["crazing", "patches"]


def test_a_list_in_a_zip_names_its_images(tmp_path):
    text = "file,label,patient\nimages/b.png,1,p2\nimages/a.png,0,p1\nimages/c.png,0,p1\n"
    files = {"d/images/a.png": PNG, "d/images/b.png": PNG, "d/list.csv": text.encode()}
    found = read(zipped(tmp_path / "a.zip", files))
    assert [(r.key, r.label) for r in found.rows] == [("images/b.png", "1"), ("images/a.png", "0")]
    assert found.table["patient"].to_list() == ["p2", "p1"] and found.labels == "integer"
    assert noted(found) == {"read.image_absent": 1} and found.load(0) == PNG


def test_a_table_that_names_no_image_lies_there_by_chance(tmp_path):
    found = read(zipped(tmp_path / "a.zip", {**CLASSES, "sizes.csv": b"a,b\n1,2\n"}))
    assert len(found) == 6 and noted(found) == {"read.image_foreign": 1}


def test_chinese_names_and_backslashes_of_old_writers_are_read(tmp_path):
    path = zipped(tmp_path / "a.zip", {"XXXX/1.png": PNG, "YYYY\\1.png": PNG})
    data = path.read_bytes().replace(b"XXXX", "划痕".encode("gb18030"))
    path.write_bytes(data)
    assert {row.label for row in read(path).rows} == {"划痕", "YYYY"}
    assert read(path).load(0) == PNG


@pytest.mark.parametrize(
    "name", ["../a/1.png", "/etc/1.png", "C:/a/1.png", "a/../../1.png", "a//1"]
)
def test_names_that_lead_out_are_refused(tmp_path, name):
    error = refused(zipped(tmp_path / "a.zip", {**CLASSES, name: PNG}))
    assert error.code == "read.image_zip_names"


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_that_is_there_twice_is_refused(tmp_path):
    path = zipped(tmp_path / "a.zip", CLASSES)
    with zipfile.ZipFile(path, "a") as file:
        file.writestr("cat/0.png", b"other")
    assert refused(path).code == "read.image_zip_names"


def test_links_in_a_zip_are_no_images(tmp_path):
    path = zipped(tmp_path / "a.zip", CLASSES)
    link = zipfile.ZipInfo("cat/link.png")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(path, "a") as file:
        file.writestr(link, "/etc/passwd")
    assert len(read(path)) == 6


def directory(data: bytearray, number: int) -> int:
    """Where an entry of the directory begins."""
    at = -1
    for _ in range(number + 1):
        at = data.index(b"PK\1\2", at + 1)
    return at


def test_encrypted_files_are_refused(tmp_path):
    path = zipped(tmp_path / "a.zip", CLASSES)
    data = bytearray(path.read_bytes())
    data[directory(data, 2) + 8] |= 1
    path.write_bytes(data)
    assert refused(path).code == "read.image_zip_encrypted"


def test_files_that_lie_over_each_other_are_refused(tmp_path):
    path = zipped(tmp_path / "a.zip", CLASSES)
    data = bytearray(path.read_bytes())
    first = data[directory(data, 1) + 42 : directory(data, 1) + 46]
    at = directory(data, 2)
    data[at + 42 : at + 46] = first
    path.write_bytes(data)
    assert refused(path).code == "read.image_zip_overlap"


def test_a_size_that_cannot_be_is_refused(tmp_path):
    path = zipped(tmp_path / "a.zip", CLASSES)
    data = bytearray(path.read_bytes())
    struct.pack_into("<I", data, directory(data, 0) + 24, 2**31)
    path.write_bytes(data)
    assert refused(path).code == "read.image_zip_broken"


def test_what_becomes_far_larger_is_refused(tmp_path):
    files = {f"a/{n}.bmp": bytes(2**20) for n in range(4)}
    path = zipped(tmp_path / "a.zip", files)
    assert len(read(path)) == 4
    with pytest.raises(LuodiError, match=r"read\.image_zip_bomb"):
        archive.entries(path, calm=2**20)


def test_too_many_files_are_refused_before_they_are_listed(tmp_path, monkeypatch):
    monkeypatch.setattr(archive, "MOST_PICTURES", 5)
    assert refused(zipped(tmp_path / "a.zip", CLASSES)).code == "read.image_zip_many"


def test_other_ways_to_compress_are_refused(tmp_path):
    path = zipped(tmp_path / "a.zip", CLASSES, zipfile.ZIP_BZIP2)
    assert refused(path).code == "read.image_zip_method"


def test_a_header_that_contradicts_the_directory_is_not_read(tmp_path):
    path = zipped(tmp_path / "a.zip", CLASSES)
    found = read(path)
    data = bytearray(path.read_bytes())
    at = found.rows[0].place.start
    struct.pack_into("<H", data, at + 28, 60_000)
    data[found.rows[1].place.start + 45] ^= 255
    path.write_bytes(data)
    for number in (0, 1):
        with pytest.raises(LuodiError, match=r"read\.image_changed"):
            found.load(number)
    assert found.load(2) == CLASSES["cat/2.png"]


def test_a_file_that_unpacks_to_more_than_it_says_is_not_read(tmp_path):
    path = zipped(tmp_path / "a.zip", {"a/0.bmp": bytes(10_000)})
    data = bytearray(path.read_bytes())
    struct.pack_into("<I", data, directory(data, 0) + 24, 100)
    path.write_bytes(data)
    with pytest.raises(LuodiError, match=r"read\.image_changed"):
        read(path).load(0)


@pytest.mark.parametrize("cut", [4, 30, 200, -1, -10])
def test_a_zip_that_is_cut_off_is_refused(tmp_path, cut):
    path = zipped(tmp_path / "a.zip", CLASSES)
    path.write_bytes(path.read_bytes()[:cut])
    assert refused(path).code == "read.image_zip_broken"


def test_any_byte_may_be_wrong(tmp_path):
    path = zipped(tmp_path / "a.zip", CLASSES)
    whole = path.read_bytes()
    for at in range(0, len(whole), 3):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :])
        try:
            found = read(path)
            for number in range(len(found)):
                found.load(number)
        except LuodiError as error:
            assert error.code.startswith("read.image_")


def test_a_header_that_leads_into_the_next_file_is_not_read(tmp_path):
    path = zipped(tmp_path / "a.zip", {"a/0.png": PNG, "a/1.png": PNG}, zipfile.ZIP_STORED)
    found = read(path)
    data = bytearray(path.read_bytes())
    first, second = (row.place.start for row in found.rows)
    struct.pack_into("<H", data, first + 28, second - first)
    path.write_bytes(data)
    assert found.load(1) == PNG
    with pytest.raises(LuodiError, match=r"read\.image_changed"):
        found.load(0)


def test_a_file_that_reaches_into_the_directory_is_refused(tmp_path):
    path = zipped(tmp_path / "a.zip", {"a/0.png": PNG, "a/1.png": PNG}, zipfile.ZIP_STORED)
    data = bytearray(path.read_bytes())
    struct.pack_into("<II", data, directory(data, 1) + 20, len(PNG) + 20, len(PNG) + 20)
    path.write_bytes(data)
    assert refused(path).code == "read.image_zip_overlap"
