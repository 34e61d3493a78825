"""Records of service as the columns that are counted, laid by the codec that scored them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from luodi.core.modality import Observed
from luodi.modalities.tabular import watch
from luodi.modalities.tabular.codec import Codec
from luodi.modalities.tabular.records import columns_of


def observed(codec: Mapping[str, Any], records: Sequence[Mapping[str, Any]] | Any) -> Observed:
    """The columns of records.

    Args:
        codec: The codec, as a release holds it.
        records: Records as they were asked about, or a frame of Polars.

    Returns:
        Numbers and moments as float64 with NaN for missing; texts with "" for missing, and the
        values of each that training knew.

    Raises:
        LuodiError: ``rows.*`` for a record that the release could not have answered.
    """
    read = Codec.from_json(codec)
    rows = len(records)
    if hasattr(records, "get_columns"):
        columns = columns_of(records, read)
    else:
        columns = {name: _column(records, name) for name in read.names}
    return watch.counted(read, read.encode_columns(columns, rows), rows)


def _column(records: Sequence[Mapping[str, Any]], name: str) -> np.ndarray:
    # the None at the end keeps numpy from guessing a shape from values that are lists
    return np.asarray([*(record.get(name) for record in records), None], object)[:-1]
