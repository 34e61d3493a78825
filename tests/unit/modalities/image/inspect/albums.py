"""Datasets of images for tests, made in memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import polars as pl
from pictures import saved

from luodi.core.task import Task
from luodi.core.values import Column, Dataset, Finding
from luodi.modalities.image.inspect import inspect

SIDE = 32
Change = Callable[[np.ndarray, int], np.ndarray]


def scene(number: int, side: int = SIDE, colours: bool = True) -> np.ndarray:
    """A picture unlike any of another number: some waves and spots, and a little noise."""
    random = np.random.default_rng(number)
    y, x = np.mgrid[0:side, 0:side] / side
    channels = []
    for _ in range(3 if colours else 1):
        value = 120 + random.normal(0, 15) + random.normal(0, 3, (side, side))
        for _ in range(6):
            high, wide, phase = [*random.uniform(-5, 5, 2), random.uniform(0, 6.28)]
            value += random.normal(0, 14) * np.sin(6.28 * (high * y + wide * x) + phase)
        channels.append(value)
    picture = np.clip(np.stack(channels, axis=2), 0, 255).astype(np.uint8)
    return picture if colours else picture[..., 0]


def album(
    count: int = 120,
    labels: Sequence[str | None] = ("good", "bad"),
    change: Change = lambda picture, number: picture,
    save: Callable[[np.ndarray, int], bytes] = lambda picture, number: saved(picture),
    **columns: Sequence[object],
) -> Dataset:
    """A dataset of scenes whose classes take turns, each changed and saved as told."""
    files = [save(change(scene(number), number), number) for number in range(count)]
    return of(files, [labels[number % len(labels)] for number in range(count)], **columns)


def of(
    files: Sequence[bytes | None], labels: Sequence[str | None], **columns: Sequence[object]
) -> Dataset:
    """A dataset of such files and labels."""
    images = pl.Series(files, dtype=pl.Binary)
    table = pl.DataFrame({"image": images, "label": list(labels), **columns})
    return Dataset(table, (Column("image", "image"),), "label", "sha256:0", "album")  # type: ignore[arg-type]


def task(**data: str) -> Task:
    """A task about such a dataset."""
    source = {"source": "album", "target": "label", **data}
    return Task.load({"name": "album", "goal": "classify", "data": source})


def seen(dataset: Dataset, **data: str) -> dict[str, Finding]:
    """The findings by code; each can be said in both languages."""
    findings = inspect(dataset, task(**data))
    for finding in findings:
        assert finding.record("en")["seen"] and finding.record("zh")["remedy"]
        assert "None" not in finding.part("seen", "en")
    return {finding.code: finding for finding in findings}
