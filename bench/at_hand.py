"""Releases to time, built from generated machine records and pictures."""

from __future__ import annotations

import io
import os
from pathlib import Path

import numpy as np
import polars as pl

from bench.options import Options
from luodi.testing import generate

LONGEST_BUILD_S = 30.0
HIDDEN = ("UDI", "Product ID", "TWF", "HDF", "PWF", "OSF", "RNF")
TARGET = "Machine failure"


def machines(rows: int, seed: int = 0) -> pl.DataFrame:
    """Generated machine records without identifiers and failure modes."""
    return generate.machine_failure(rows, seed).drop(HIDDEN)


def release(folder: Path, options: Options) -> Path:
    """Build a release on 10,000 generated records and give its path."""
    import luodi

    os.environ["LUODI_KEY_DIR"] = str(folder)
    machines(1500 if options.quick else 10_000).write_parquet(folder / "machines.parquet")
    task = {
        "name": "machine-failure",
        "goal": "classify",
        "data": {"source": str(folder / "machines.parquet"), "target": TARGET},
        "budget": min(options.budget_s, LONGEST_BUILD_S),
    }
    luodi.build(task, output=folder / "machines.luodi", force=True)
    return folder / "machines.luodi"


def pictures(rows: int, side: int, channels: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Generated pictures of four kinds of stripes on grain, and which kind each is.

    Returns:
        uint8 (rows, side, side, channels) and int64 (rows,).
    """
    random = np.random.default_rng(seed)
    kinds = random.integers(0, 4, rows)
    down, across = np.mgrid[:side, :side] * (2 * np.pi / side)
    turned = kinds[:, None, None] * (np.pi / 4) + random.normal(0, 0.1, (rows, 1, 1))
    waves = random.uniform(2, 5, (rows, 1, 1))
    striped = np.sin(waves * (down * np.cos(turned) + across * np.sin(turned)))
    grain = random.normal(0, 0.7, (rows, side, side, channels))
    images = 128 + 45 * (striped[..., None] + grain)
    return images.clip(0, 255).astype(np.uint8), kinds


def files(images: np.ndarray, form: str) -> list[bytes]:
    """Pictures as files of a format that Pillow writes."""
    from PIL import Image

    found = []
    for image in images:
        held = io.BytesIO()
        Image.fromarray(image[:, :, 0] if image.shape[2] == 1 else image).save(held, form)
        found.append(held.getvalue())
    return found


def picture_release(folder: Path, side: int, channels: int, form: str, options: Options) -> Path:
    """Build a release on generated pictures, one file each, and give its path."""
    import luodi

    os.environ["LUODI_KEY_DIR"] = str(folder)
    images, kinds = pictures(400 if options.quick else 2000, side, channels)
    for number, (data, kind) in enumerate(zip(files(images, form), kinds, strict=True)):
        place = folder / "pictures" / f"kind {kind}"
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{number}.{form}").write_bytes(data)
    where = {"source": str(folder / "pictures"), "target": "label", "modality": "image"}
    budget = min(options.budget_s, LONGEST_BUILD_S)
    task = {"name": "pictures", "goal": "classify", "data": where, "budget": budget}
    luodi.build(task, output=folder / "pictures.luodi", force=True)
    return folder / "pictures.luodi"
