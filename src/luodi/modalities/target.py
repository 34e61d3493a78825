"""What is to be learned: the classes in their order, and the truth as numbers."""

from __future__ import annotations

import numpy as np

from luodi.core.codec import Codec
from luodi.core.task import Task
from luodi.core.text import canonical
from luodi.core.values import Dataset

YES = ("1", "true", "yes", "y", "bad", "fail", "failure", "positive", "是", "有", "坏")


def ordered_classes(train: Dataset, task: Task) -> tuple[str, ...]:
    """The classes in order, the positive one last.

    The positive class is the one that the task names; of two classes without such a name, one
    whose name says so, else the rarer one.
    """
    if task.goal == "regress":
        return ()
    assert train.target is not None
    counts = dict(train.table[train.target].value_counts().rows())
    classes = sorted(counts, key=_natural)
    named = canonical(task.data.positive)
    if len(classes) == 2 and named not in classes:
        telling = [c for c in classes if c.lower() in YES]
        named = telling[0] if len(telling) == 1 else min(classes, key=lambda c: (counts[c], c))
    return tuple(sorted(classes, key=lambda c: c == named))


def _natural(text: str) -> tuple[float, str]:
    try:
        return float(text), ""
    except ValueError:
        return float("inf"), text


def truth_of(codec: Codec, dataset: Dataset) -> np.ndarray:
    """The truth: class index int64, or value float64. A class never seen is -1."""
    assert dataset.target is not None
    series = dataset.table[dataset.target]
    if codec.goal == "regress":
        return np.asarray(series.cast(float).to_numpy(), np.float64)
    place = {name: i for i, name in enumerate(codec.classes)}
    return np.array([place.get(label, -1) for label in series.to_list()], np.int64)
