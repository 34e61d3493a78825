"""Training records as a workshop needs them: truths, rows to judge by, pixels in memory."""

from __future__ import annotations

import numpy as np

from luodi.core.task import Task
from luodi.core.values import Dataset, Parts
from luodi.modalities.image.backbone.opened import opened
from luodi.modalities.image.backbone.source import WEIGHTS
from luodi.modalities.image.codec import Codec
from luodi.modalities.image.learn import pixels
from luodi.modalities.image.learn.prepared import Prepared

LEAST_JUDGING, SHARE_JUDGING = 500, 0.08
"""Validation takes so many images, or this share of them, and never more than a fold."""


def judging(parts: Parts, task: Task) -> np.ndarray:
    """The rows to validate on: the first fold, or as much of it as is enough.

    The only fold is settled already, and one of groups or of the latest is never cut: what is
    left of it would be learned from beside its own kin.
    """
    fold = parts.folds[0]
    if len(parts.folds) == 1 or task.data.group or parts.by in ("time", "group"):
        return fold
    enough = max(LEAST_JUDGING, round(SHARE_JUDGING * len(parts.train)))
    return fold[np.linspace(0, len(fold) - 1, min(enough, len(fold))).astype(np.int64)]


def truths(train: Dataset, classes: tuple[str, ...]) -> np.ndarray:
    """The class index of each row."""
    assert train.target is not None
    place = {name: i for i, name in enumerate(classes)}
    return np.array([place[label] for label in train.table[train.target].to_list()], np.int64)


def prepared(
    train: Dataset, task: Task, classes: tuple[str, ...], threads: int
) -> tuple[Prepared, np.ndarray]:
    """All images in memory, and what they have in common."""
    (column,) = train.columns
    files = train.table[column.name].to_list()
    house = opened(task) if (task.train.backbone or "").endswith(WEIGHTS) else None
    size = (house.height, house.width) if house else None
    found, height, width = pixels.read(files, column.name, threads, size=size)
    mean, spread = pixels.moments(found.images)
    backbone = opened(task, (height, width), (mean, spread)) if task.train.backbone else None
    channels = found.images.shape[3]
    codec = Codec(
        goal=task.goal,
        target=task.data.target,
        classes=classes,
        labels=train.labels,
        column=column.name,
        channels=channels,
        least=found.least,
        most=found.most,
    )
    seen = (height, width, channels, mean, spread)
    return Prepared(codec, *seen, task.review.strange, backbone), found.images
