"""Which images of training fit a file, and which judge it."""

from __future__ import annotations

from typing import Any

import numpy as np

from luodi.core.values import Candidate, Dataset, Parts
from luodi.modalities.image.graph.resize import resize
from luodi.modalities.image.learn.prepared import Prepared
from luodi.modalities.image.records import affordable, files, parts

MOST_HELD = 2_000
"""Images that judge a file here; the holdout does so again, for the card."""


def held(candidate: Candidate, train: Dataset) -> np.ndarray:
    """Rows of training that no network has learned from, int64 (rows,); evenly from many.

    Without any, as after a repetition on all rows, the training images themselves.
    """
    said = [np.isfinite(member.out_of_fold[:, 0]) for member in candidate.members]
    unseen = np.flatnonzero(np.logical_and.reduce(said))
    rows = unseen if len(unseen) else np.arange(len(train))
    return _some(rows, affordable(candidate.prepared.codec, MOST_HELD))


def sampled(candidate: Candidate, given: Parts, most: int) -> np.ndarray:
    """Images that the networks have learned from, at the size at which they see them.

    Args:
        candidate: The candidate.
        given: The records.
        most: At most so many, evenly from first to last.

    Returns:
        uint8 (rows, height, width, channels).
    """
    prepared: Prepared = candidate.prepared
    rows = np.arange(len(given.train))
    learned = np.setdiff1d(rows, held(candidate, given.train))
    chosen = _some(learned if len(learned) else rows, affordable(prepared.codec, most))
    images = some_files(candidate, given.train, chosen)
    size = (prepared.height, prepared.width)
    small = [
        resize(image[None], *size)
        for batch in parts(prepared.codec, images)
        for image in batch.feeds["image"]
    ]
    return np.concatenate(small)


def some_files(candidate: Candidate, dataset: Dataset, rows: np.ndarray) -> list[Any]:
    """The image files of some rows."""
    found = files(dataset, candidate.prepared.codec)
    return [found[row] for row in rows.tolist()]


def _some(rows: np.ndarray, most: int) -> np.ndarray:
    """At most so many of the rows, evenly from first to last."""
    return rows[np.linspace(0, len(rows) - 1, min(most, len(rows))).astype(np.int64)]
