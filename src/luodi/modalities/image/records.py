"""A dataset of images seen through the codec: decoded in parts, so that few are in memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from luodi.core.codec import Batch
from luodi.core.session import Session
from luodi.core.values import Dataset
from luodi.modalities.image.codec import Codec

PART = 256
"""Images that are decoded before they are used."""


def parts(codec: Codec, images: Sequence[Any]) -> Iterator[Batch]:
    """Images laid out by the codec, some hundreds at a time.

    Args:
        codec: The codec.
        images: What ``codec.decode`` reads, one a row.
    """
    for start in range(0, len(images), PART):
        some = np.array([*images[start : start + PART], None], object)[:-1]
        yield codec.encode_columns({codec.column: some}, len(some))


def files(dataset: Dataset, codec: Codec) -> list[bytes]:
    """The image of each record, as the bytes of a file."""
    return dataset.table[codec.column].to_list()


def answered(session: Session, codec: Codec, images: Sequence[Any]) -> list[np.ndarray]:
    """The graph's outputs for images, in their order."""
    outputs = [session(batch.feeds) for batch in parts(codec, images)]
    return [np.concatenate(pieces) for pieces in zip(*outputs, strict=True)]
