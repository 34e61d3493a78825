"""The images that can be decoded: others are left out, and never silently."""

from __future__ import annotations

import os
from dataclasses import replace

import numpy as np

from luodi.core.errors import LuodiError
from luodi.core.events import Listener
from luodi.core.task import Task
from luodi.core.values import Dataset
from luodi.modalities.image.abreast import abreast
from luodi.modalities.image.codec import decode
from luodi.modalities.image.inspect.look import image_column, look
from luodi.modalities.image.read.dataset import NAME
from luodi.modalities.image.read.notes import Skipped


def usable(dataset: Dataset, task: Task | None, listener: Listener) -> Dataset:
    """A dataset without the images that cannot be decoded.

    Args:
        dataset: The images.
        task: The task: then what is left out is for ``inspect`` to tell, which looks at the same
            pixels. None for images that are to be answered: then a note tells it.
        listener: Told how far the look is.
    """
    if task is not None:
        failed = [row for row, _ in look(dataset, task, listener).failed]
        return _without(dataset, failed)
    files = dataset.table[image_column(dataset)].to_list()

    def fails(row: int) -> bool:
        try:
            decode(files[row], 1)
        except LuodiError:
            return True
        return False

    threads = os.cpu_count() or 1
    failed = [row for row, bad in enumerate(abreast(fails, range(len(files)), threads)) if bad]
    left = Skipped()
    for row in failed:
        left.add("read.image_unreadable", dataset.table[NAME][row])
    notes = (*dataset.notes, *left.findings(dataset.source))
    return replace(_without(dataset, failed), notes=notes)


def _without(dataset: Dataset, rows: list[int]) -> Dataset:
    if not rows:
        return dataset
    kept = np.setdiff1d(np.arange(len(dataset)), rows)
    return replace(dataset, table=dataset.table[kept])
