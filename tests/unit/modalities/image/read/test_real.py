"""Real sources, one of each format."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from luodi.modalities.image.read import read, stream

ROOT = Path(__file__).resolve().parents[5]


@pytest.mark.parametrize(
    ("name", "count", "classes", "parts", "shape"),
    [
        ("mnist", 70_000, 10, {"train", "test"}, (28, 28, 1)),
        ("fashion_mnist/t10k-labels-idx1-ubyte.gz", 10_000, 10, {"test"}, (28, 28, 1)),
        ("cifar10/cifar10_jpg.zip", 60_000, 10, {"train", "test"}, (32, 32, 1)),
        ("neu_surface_defect/neu_det_images.zip", 1800, 6, {None}, (200, 200, 1)),
        ("pneumoniamnist/pneumoniamnist.npz", 5856, 2, {"train", "val", "test"}, (28, 28, 1)),
    ],
)
def test_a_real_source_is_read(name, count, classes, parts, shape):
    folder = os.environ.get("LUODI_DATA", ROOT.parent / "shared" / "data")
    if not (Path(folder) / name).exists():
        pytest.skip(f"{name} is not here; set LUODI_DATA")
    found = read(Path(folder) / name)
    assert len(found) == count and found.notes == ()
    assert len({row.label for row in found.rows}) == classes
    assert {row.part for row in found.rows} == parts
    some = list(stream(found, 1, range(0, count, count // 20), 2))
    assert all(image.error is None and image.pixels.shape == shape for image in some)
