"""Small drawn images whose class is plain to see, and tasks for them."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import polars as pl
from PIL import Image

from luodi.core.task import Task
from luodi.core.values import Column, Dataset, Parts


def images(rows: int = 60, side: int = 12, channels: int = 1, classes: int = 2, seed: int = 0):
    """uint8 (rows, side, side, channels) and class index: a bright bar lies where it says."""
    rng = np.random.default_rng(seed)
    truth = np.arange(rows) % classes
    found = rng.integers(0, 90, (rows, side, side, channels), dtype=np.uint8)
    thick = side // classes
    for image, place in zip(found, truth, strict=True):
        image[place * thick : (place + 1) * thick] += 150
    return found, truth


def file(image: np.ndarray, kind: str = "PNG") -> bytes:
    """An image (height, width, channels) as the bytes of a file."""
    into = io.BytesIO()
    Image.fromarray(image[:, :, 0] if image.shape[2] == 1 else image).save(into, kind)
    return into.getvalue()


def dataset(pictures: Any, truth: np.ndarray) -> Dataset:
    """Images as records."""
    table = pl.DataFrame({"image": [file(p) for p in pictures], "y": [f"c{t}" for t in truth]})
    return Dataset(table, (Column("image", "image"),), "y", "sha256:test", "made")  # type: ignore[arg-type]


def parts(pictures: Any, truth: np.ndarray, folds: int = 3) -> Parts:
    """Records with folds that each hold every class."""
    whole, rows = dataset(pictures, truth), np.arange(len(truth))
    places = tuple(rows[rows // (truth.max() + 1) % folds == fold] for fold in range(folds))
    return Parts(whole, whole, places, "stratified")


def task(**more: Any) -> Task:
    """A task for these images."""
    given = {"name": "made", "goal": "classify", "data": {"source": "made", "target": "y"}}
    return Task.load(given | more)
