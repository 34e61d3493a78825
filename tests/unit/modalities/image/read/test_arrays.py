"""Arrays: pairs of images and labels in ``.npz`` and idx files, and files that lie."""

from __future__ import annotations

import gzip
import io
import struct
import zipfile

import numpy as np
import pytest
from sources import idx, laid, refused

from luodi.modalities.image.read import digest, npz, read
from luodi.modalities.image.read import idx as idx_files

IMAGES = np.random.default_rng(1).integers(0, 256, (6, 4, 5), dtype=np.uint8)
LABELS = np.array([0, 1, 2, 0, 1, 2], np.uint8)


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
@pytest.mark.parametrize("names", ["{}_images {}_labels", "x_{} y_{}"])
def test_parts_of_an_npz_are_told_by_their_names(tmp_path, save, names):
    arrays = {}
    for part in ("val", "test", "train"):
        images, labels = names.format(part, part).split()
        arrays |= {images: IMAGES, labels: LABELS[:, None]}
    save(tmp_path / "a.npz", **arrays, extra=np.zeros(3))
    found = read(tmp_path / "a.npz")
    assert [row.part for row in found.rows] == ["train"] * 6 + ["val"] * 6 + ["test"] * 6
    assert [row.label for row in found.rows[:6]] == list("012012") and found.labels == "integer"
    assert found.rows[7].key == "val/1" and np.array_equal(found.load(7), IMAGES[1])


@pytest.mark.parametrize("names", [("images", "labels"), ("x", "y"), ("X", "Y")])
def test_an_npz_may_name_no_part(tmp_path, names):
    values = dict(zip(names, (np.asfortranarray(IMAGES), LABELS.astype(str)), strict=True))
    np.savez(tmp_path / "a.npz", **values)
    found = read(tmp_path / "a.npz")
    assert found.labels == "string" and np.array_equal(found.load(5), IMAGES[5])
    np.savez_compressed(tmp_path / "b.npz", **{names[0]: IMAGES, names[1]: LABELS.astype(str)})
    assert digest(read(tmp_path / "b.npz")) == digest(found)
    assert read(tmp_path / "b.npz", None).rows[0].label is None


def with_header(shape: str, descr: str = "|u1") -> bytes:
    head = f"{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}}}".ljust(117) + "\n"
    return b"\x93NUMPY\1\0" + struct.pack("<H", len(head)) + head.encode() + bytes(120)


@pytest.mark.parametrize(
    "data",
    [
        with_header("(60000, 4, 5)"),
        with_header("(99999999999, 99999999, 5)"),
        with_header("(-6, -4, 5)"),
        with_header("(6, 4, 5)", "|O"),
        with_header("(6, 4, 5)", "<M8[s]"),
        with_header("__import__('os')"),
        b"\x93NUMPY\1\0",
        b"",
    ],
)
def test_an_array_that_lies_or_holds_objects_is_not_read(tmp_path, data):
    labels = io.BytesIO()
    np.save(labels, LABELS)
    with zipfile.ZipFile(tmp_path / "a.npz", "w") as file:
        file.writestr("images.npy", data)
        file.writestr("labels.npy", labels.getvalue())
    assert refused(tmp_path / "a.npz").code == "read.image_npz"


@pytest.mark.parametrize(
    ("arrays", "code"),
    [
        ({"a": IMAGES, "b": LABELS}, "read.image_arrays"),
        ({"images": IMAGES}, "read.image_arrays"),
        ({"images": IMAGES, "labels": LABELS[:5]}, "read.image_counts"),
        ({"images": IMAGES[0], "labels": LABELS}, "read.image_shape"),
        ({"images": IMAGES, "labels": np.eye(6)}, "read.image_shape"),
        ({"images": IMAGES[:0], "labels": LABELS[:0]}, "read.image_none"),
        ({"images": IMAGES, "labels": np.array([{}] * 6)}, "read.image_npz"),
    ],
)
def test_arrays_that_do_not_fit_are_told(tmp_path, arrays, code):
    np.savez(tmp_path / "a.npz", **arrays)
    assert refused(tmp_path / "a.npz").code == code


def test_arrays_larger_than_memory_allows_are_refused_unread(tmp_path, monkeypatch):
    monkeypatch.setattr(npz, "MOST_ARRAY_BYTES", 100)
    monkeypatch.setattr(idx_files, "MOST_ARRAY_BYTES", 100)
    np.savez(tmp_path / "a.npz", x=IMAGES, y=LABELS)
    assert refused(tmp_path / "a.npz").code == "read.image_memory"
    laid(tmp_path, {"a-images-idx3-ubyte.gz": idx(IMAGES)})
    assert refused(tmp_path / "a-images-idx3-ubyte.gz").code == "read.image_memory"


PAIRS = {
    "train-images-idx3-ubyte.gz": idx(IMAGES),
    "train-labels-idx1-ubyte.gz": idx(LABELS),
    "t10k-images-idx3-ubyte.gz": idx(IMAGES[:2]),
    "t10k-labels-idx1-ubyte": gzip.decompress(idx(LABELS[:2])),
}


def test_idx_files_are_found_from_their_folder_or_from_one_of_them(tmp_path):
    found = read(laid(tmp_path, PAIRS))
    assert [row.part for row in found.rows] == ["train"] * 6 + ["test"] * 2
    assert found.labels == "integer" and found.rows[2].label == "2"
    for name in PAIRS:
        assert len(read(tmp_path / name)) == (6 if name.startswith("train") else 2)


def test_an_idx_file_without_its_partner_is_told(tmp_path):
    name = "train-images-idx3-ubyte.gz"
    assert refused(laid(tmp_path, {name: PAIRS[name]})).code == "read.image_idx_pair"
    assert len(read(tmp_path, None)) == 6


@pytest.mark.parametrize(
    "data",
    [
        gzip.compress(struct.pack(">HBB3I", 0, 8, 3, 6, 4, 5) + bytes(119)),
        gzip.compress(struct.pack(">HBB3I", 0, 8, 3, 6, 4, 5) + bytes(121)),
        gzip.compress(struct.pack(">HBB3I", 0, 13, 3, 6, 4, 5) + bytes(480)),
        gzip.compress(struct.pack(">HBB3I", 0, 8, 3, 1000, 1000, 1000)),
        gzip.compress(b"\0\0"),
        idx(IMAGES)[:-20],
        b"\x1f\x8b",
        b"",
    ],
    # gzip writes the moment into its bytes: ids made of them differ between processes
    ids=["short", "long", "floats", "huge", "no header", "cut", "no gzip", "empty"],
)
def test_an_idx_file_that_lies_is_refused(tmp_path, data):
    laid(tmp_path, {**PAIRS, "train-images-idx3-ubyte.gz": data})
    assert refused(tmp_path / "train-images-idx3-ubyte.gz").code == "read.image_idx"
