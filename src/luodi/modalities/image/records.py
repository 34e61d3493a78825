"""A dataset of images seen through the codec: decoded in parts, so that few are in memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from luodi.core.codec import Batch
from luodi.core.session import Session
from luodi.core.values import Dataset
from luodi.modalities.image.codec import Codec

MOST_WORK = 2**32
"""Pixels that are decoded for one purpose: half a minute or so, whatever the size of photos."""
FEWEST = 200


def affordable(codec: Codec, most: int) -> int:
    """How many images to look at: fewer where they are large.

    Args:
        codec: The codec, for the longest side that training saw.
        most: At most so many.
    """
    return max(min(most, FEWEST), min(most, MOST_WORK // codec.most**2))


def parts(codec: Codec, images: Sequence[Any]) -> Iterator[Batch]:
    """Images laid out by the codec, as many at a time as memory bears.

    Args:
        codec: The codec.
        images: What ``codec.decode`` reads, one a row.
    """
    held = np.array([*images, None], object)[:-1]
    yield from codec.columns_in_parts({codec.column: held}, len(held))


def files(dataset: Dataset, codec: Codec) -> list[bytes]:
    """The image of each record, as the bytes of a file."""
    return dataset.table[codec.column].to_list()


def answered(session: Session, codec: Codec, images: Sequence[Any]) -> list[np.ndarray]:
    """The graph's outputs for images, in their order."""
    outputs = [session(batch.feeds) for batch in parts(codec, images)]
    return [np.concatenate(pieces) for pieces in zip(*outputs, strict=True)]
