"""Detectors that know images: what is wrong with these pictures, with the evidence in numbers.

Importing this package is cheap; the detectors and their libraries are loaded when asked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from luodi.core.events import Listener, silent

if TYPE_CHECKING:
    import numpy as np

    from luodi.core.task import Task
    from luodi.core.values import Dataset, Finding


def inspect(dataset: Dataset, task: Task, listener: Listener = silent) -> tuple[Finding, ...]:
    """What is wrong with these images, as far as the images show it.

    Each is decoded once; of none is more kept than a few hundred bytes.

    Args:
        dataset: The records, as read, with the files of the images in a column of bytes.
        task: The task.
        listener: Told how far the look is, and which detector runs.

    Returns:
        The findings, those about leaks first.
    """
    from luodi.modalities.image.inspect.detectors import inspected

    return inspected(dataset, task, listener)


def repeated_between(
    train: Dataset, holdout: Dataset, listener: Listener = silent
) -> tuple[Finding, ...]:
    """Images of a holdout that training has as well, as they are or saved anew.

    Args:
        train: What training may see.
        holdout: What only the judge may see.
        listener: Told how far the look is.

    Returns:
        One finding, or none: an error where most of the holdout is known.
    """
    from luodi.modalities.image.inspect.between import between

    return between(train, holdout, listener)


def known_between(train: Dataset, holdout: Dataset) -> np.ndarray:
    """Which images of a holdout stand in training too, as they are or saved anew, bool (rows,)."""
    from luodi.modalities.image.inspect.between import known

    return known(train, holdout)
