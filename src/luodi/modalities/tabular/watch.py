"""Columns of a table as they are counted, in training and in service."""

from __future__ import annotations

import numpy as np

from luodi.core.codec import Batch
from luodi.core.modality import Observed
from luodi.modalities.tabular.codec import NO_TIME, Codec


def counted(codec: Codec, batch: Batch, rows: int) -> Observed:
    """The columns of records that the codec has laid out."""
    numbers, texts = arrays(codec, batch, rows)
    known = {one.name: frozenset(one.known) for one in codec.categories}
    return Observed(rows, numbers, texts, known)


def arrays(
    codec: Codec, batch: Batch, rows: int
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Columns by name: numbers and moments with NaN for missing, and texts with "" for it."""
    numbers = batch.feeds.get("numbers", np.empty((rows, 0)))
    texts = batch.feeds.get("categories", np.empty((rows, 0), object))
    times = batch.feeds.get("times", np.empty((rows, 0), np.int64))
    moments = np.where(times == NO_TIME, np.nan, times.astype(float))
    return (
        {
            **{one.name: numbers[:, i] for i, one in enumerate(codec.numbers)},
            **{one.name: moments[:, i] for i, one in enumerate(codec.times)},
        },
        {one.name: texts[:, i] for i, one in enumerate(codec.categories)},
    )
