"""Images as they are counted, in training and in service: what can be seen without a network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl

from luodi.core.modality import Observed
from luodi.core.values import Dataset
from luodi.modalities.image.codec import Codec, decode
from luodi.modalities.image.observe import statistics
from luodi.modalities.image.read.dataset import NAME, PART
from luodi.modalities.image.records import parts

NAMES = (
    *("brightness", "contrast", "sharpness", "saturation"),
    *("red", "green", "blue", "height", "width"),
)
"""What ``observe.statistics`` gives; the colours only of coloured images."""


def observed(codec: Mapping[str, Any], records: Sequence[Mapping[str, Any]] | Any) -> Observed:
    """Brightness, contrast, sharpness, colour and size of the images of records.

    Args:
        codec: The codec, as a release holds it.
        records: Records as they were asked about, or a frame of Polars.

    Returns:
        By name of a statistic, float64 (rows,); NaN where there is none, such as colour of grey.

    Raises:
        LuodiError: ``rows.image_*`` for an image that the release could not have answered.
    """
    read = Codec.from_json(codec)
    if hasattr(records, "get_columns"):
        images = records[read.column].to_list()
    else:
        images = [record.get(read.column) for record in records]
    found = [statistics(image) for batch in parts(read, images) for image in batch.feeds["image"]]
    numbers = {
        name: np.array([one.get(name, np.nan) for one in found], np.float64) for name in NAMES
    }
    return Observed(len(images), numbers, {}, {})


def described(dataset: Dataset) -> pl.DataFrame:
    """What tells images apart, as plain columns: their statistics, and what a list says besides.

    Args:
        dataset: The images.

    Returns:
        As many rows, in their order; without image, name, target and part.
    """
    column = dataset.columns[0].name
    found = [statistics(decode(file, 3, column)) for file in dataset.table[column].to_list()]
    told = {name: [one.get(name) for one in found] for name in NAMES}
    known = {name: values for name, values in told.items() if any(v is not None for v in values)}
    besides = (column, NAME, dataset.target, PART)
    rest = [name for name in dataset.table.columns if name not in besides]
    return pl.DataFrame(known).hstack(dataset.table.select(rest))
