"""The worst errors become pictures only where the task allows it, and hold pixels only."""

from __future__ import annotations

import base64
import io
import sys
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from PIL import Image

from luodi.core.values import Column, Dataset
from luodi.loop.pictures import MOST_BYTES, worst
from luodi.modalities import modality

sys.path.insert(0, __file__.rsplit("/", 1)[0] + "/modalities/image")
from shapes import dataset, task

IMAGES = modality("image")
MISTAKES = [
    {"row": 2, "truth": "stripes", "decided": "disc", "loss": 3.0},
    {"row": 0, "truth": "disc", "decided": "disc", "loss": 0.5},
]
DETAILS = {"goal": "classify", "top_errors": MISTAKES}
SECRET = b"Jane Doe 1970"


def shown(holdout: Dataset, **more: object) -> list[dict]:
    return worst(task(card={"images": True}), holdout, {**DETAILS, **more}, IMAGES)


def held(*files: bytes) -> Dataset:
    own = dataset(3)
    table = own.table.with_columns(pl.Series("image", [*files][:3], pl.Binary))
    return replace(own, table=table)


def test_without_a_word_in_the_task_no_picture_leaves_the_records():
    assert worst(task(), dataset(3), DETAILS, IMAGES) == []


def test_the_worst_errors_are_shown_and_right_answers_are_not():
    (one,) = shown(dataset(3))
    assert (one["truth"], one["decided"]) == ("stripes", "disc")
    assert one["probability"] == pytest.approx(np.exp(-3)) and "row" not in one
    picture = Image.open(io.BytesIO(base64.b64decode(one["png"])))
    assert picture.format == "PNG" and max(picture.size) <= 64


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_nothing_of_a_file_but_its_pixels_travels(kind):
    exif = Image.Exif()
    exif[0x010E], exif[0x8825] = SECRET.decode(), {1: "N"}
    image = Image.effect_noise((200, 120), 50).convert("RGB")
    buffer = io.BytesIO()
    how = {"comment": SECRET} if kind == "JPEG" else {}
    image.save(buffer, kind, exif=exif, **how)
    file = buffer.getvalue() + SECRET  # behind the end of the image as well
    assert SECRET in file
    (one,) = shown(held(file, file, file))
    data = base64.b64decode(one["png"])
    assert SECRET not in data and b"eXIf" not in data and b"tEXt" not in data
    assert Image.open(io.BytesIO(data)).size == (64, 38)


def test_all_pictures_together_stay_small():
    random = np.random.default_rng(0)
    buffer = io.BytesIO()
    Image.fromarray(random.integers(0, 256, (300, 300, 3), np.uint8)).save(buffer, "PNG")
    many = [{**MISTAKES[0], "row": 1}] * 20
    found = shown(held(*[buffer.getvalue()] * 3), top_errors=many)
    assert 10 <= len(found) <= 20
    assert sum(len(base64.b64decode(one["png"])) for one in found) <= MOST_BYTES


def test_tables_have_no_pictures():
    frame = pl.DataFrame({"x": [1.0, 2.0, 3.0], "label": ["a", "b", "a"]})
    rows = Dataset(frame, (Column("x", "number"),), "label", "sha256:0", "t")
    asked = task(card={"images": True})
    assert worst(asked, rows, DETAILS, modality("tabular")) == []
