"""Real sets: what is known of them is found, and what a picture shows is no error."""

import io
import os
from pathlib import Path

import numpy as np
import pytest
from albums import of, seen
from PIL import Image

from luodi.modalities.image.read import read

ROOT = Path(__file__).resolve().parents[5]
SETS = {
    "mnist": "mnist/t10k-labels-idx1-ubyte.gz",
    "fashion": "fashion_mnist/t10k-labels-idx1-ubyte.gz",
    "cifar": "cifar10/cifar10_jpg.zip",
    "neu": "neu_surface_defect/neu_det_images.zip",
    "pneumonia": "pneumoniamnist/pneumoniamnist.npz",
}


def packed(image):
    """An image as the bytes of a file, as the reader packs arrays."""
    if isinstance(image, bytes):
        return image
    buffer = io.BytesIO()
    Image.fromarray(np.asarray(image)).save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


def findings(name, step=1):
    """What is said of a real set, or of each so many of its images."""
    folder = os.environ.get("LUODI_DATA", ROOT.parent / "shared" / "data")
    if not (Path(folder) / SETS[name]).exists():
        pytest.skip(f"{SETS[name]} is not here; set LUODI_DATA")
    pictures = read(Path(folder) / SETS[name])
    numbers = range(0, len(pictures), step)
    rows = [pictures.rows[number] for number in numbers]
    files = [packed(pictures.load(number)) for number in numbers]
    return seen(of(files, [row.label for row in rows], name=[row.key for row in rows]))


@pytest.mark.parametrize(
    ("name", "step"), [("mnist", 7), ("fashion", 7), ("cifar", 10), ("neu", 1), ("pneumonia", 1)]
)
def test_a_real_set_raises_no_error_and_no_leak(name, step):
    found = findings(name, step)
    assert {f.code for f in found.values() if f.severity != "note"} == set()
    assert not {code for code in found if code.startswith("leak.")}


def test_the_known_pair_of_the_steel_surfaces_is_found():
    found = findings("neu")["image.duplicates"].evidence
    assert found["rows"] == 1
    assert found["names"] == "patches/patches_101.jpg = patches/patches_105.jpg"


def test_digits_are_no_copies_of_each_other():
    assert not {"image.near_duplicates", "image.duplicates"} & set(findings("mnist", 7))
