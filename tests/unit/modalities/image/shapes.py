"""Small pictures of three shapes, which any network tells apart, made in memory."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
from pictures import saved

from luodi.core.task import Task
from luodi.core.values import Column, Dataset, Parts

KINDS = ("disc", "frame", "stripes")
SIDE = 16


def picture(kind: str, random: np.random.Generator, side: int = SIDE) -> np.ndarray:
    """One picture, uint8 (side, side): the shape in light grey on dark, with noise."""
    down, across = np.mgrid[:side, :side] - (side - 1) / 2
    far = np.abs(down), np.abs(across)
    inside = {
        "disc": np.hypot(*far) < side / 3,
        "frame": (np.maximum(*far) < side / 2.5) & (np.maximum(*far) > side / 4),
        "stripes": (across.astype(int) // 2) % 2 == 0,
    }[kind]
    return np.clip(60 + 120 * inside + random.normal(0, 15, inside.shape), 0, 255).astype(np.uint8)


def table(rows: int, seed: int = 0, side: int = SIDE) -> pl.DataFrame:
    """As many pictures as PNG files beside what they show."""
    random = np.random.default_rng(seed)
    kinds = [KINDS[number % len(KINDS)] for number in range(rows)]
    files = [saved(picture(kind, random, side)) for kind in kinds]
    columns = {"image": files, "name": [f"{n}.png" for n in range(rows)], "label": kinds}
    return pl.DataFrame(columns, {"image": pl.Binary, "name": pl.String, "label": pl.String})


def dataset(rows: int, seed: int = 0) -> Dataset:
    """The same as records."""
    own = Column("image", "image")
    return Dataset(table(rows, seed), (own,), "label", f"sha256:{seed}", "shapes")


def parts(rows: int = 120) -> Parts:
    """Records to learn from, with one fold, and others to judge by."""
    return Parts(dataset(rows), dataset(30, 1), (np.arange(0, rows, 5),), "stratified")


def task(**more: object) -> Task:
    """The task to tell them apart."""
    data = {"source": "shapes", "target": "label", "modality": "image"}
    whole = {"name": "shapes", "goal": "classify", "data": data, "metric": "accuracy", **more}
    return Task.load(whole)


def folder(root: Path, rows: int = 90, seed: int = 0) -> Path:
    """The same as a folder per class."""
    for file, name, label in table(rows, seed).iter_rows():
        (root / label).mkdir(parents=True, exist_ok=True)
        (root / label / name).write_bytes(file)
    return root
