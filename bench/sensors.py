"""Generated sensors for the figures of watching, and a release's reference without a release."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from luodi.core.values import Column, Dataset
from luodi.modalities.reference import reference
from luodi.modalities.tabular.codec import Codec, NumberColumn
from luodi.modalities.tabular.observe import observed
from luodi.monitor.reference import Reference
from luodi.monitor.watching import Seen, look
from luodi.monitor.window import counted

Floats = NDArray[np.float64]
DAY_S = 86_400.0
WIDE = 1e9


def walk(rows: int, columns: int, seed: int, memory: float = 0.0) -> Floats:
    """Standard normal sensors, each an autoregression of that coefficient."""
    from scipy.signal import lfilter

    noise = np.random.default_rng(seed).normal(size=(rows, columns))
    if not memory:
        return noise
    noise[1:] *= (1 - memory**2) ** 0.5
    return np.asarray(lfilter([1.0], [1.0, -memory], noise, axis=0))


def frame(values: Floats, names: list[str] | None = None) -> pl.DataFrame:
    """Sensors as a frame."""
    given = names or [f"s{i}" for i in range(values.shape[1])]
    return pl.DataFrame({name: values[:, i] for i, name in enumerate(given)})


def codec_of(names: list[str]) -> Codec:
    """A codec of numbers only."""
    columns = tuple(NumberColumn(n, None, None, -WIDE, WIDE, False) for n in names)
    return Codec("regress", "target", numbers=columns)


def reference_of(table: pl.DataFrame, row_s: float | None = None) -> Reference:
    """What a release trained on these records would carry.

    Args:
        table: The records, in order of time.
        row_s: Seconds between two records; None when training has no time.
    """
    codec = codec_of(table.columns)
    columns = tuple(Column(name, "number") for name in table.columns)
    time = None
    if row_s is not None:
        moments = (np.arange(table.height) * row_s * 1e6).astype("datetime64[us]")
        table, time = table.with_columns(pl.Series("_made", moments)), "_made"
    train = Dataset(table, columns, None, "", "generated")
    seen = observed(codec.to_json(), table)
    return Reference.from_json(reference(seen, codec, train, [np.zeros(len(train))], time))


def watched(
    reference: Reference, windows: list[pl.DataFrame], seconds: float, before: list[Seen]
) -> list[Seen]:
    """Look at windows one after another.

    Args:
        reference: The release's.
        windows: Their records.
        seconds: Length of each.
        before: Windows that were looked at already.
    """
    from luodi.modalities import modality

    codec = codec_of(list(reference.columns)).to_json()
    found = list(before)
    length = int(seconds * 1e6)
    for table in windows:
        sketch = counted(reference, modality("tabular").observed(codec, table))
        fresh = Seen(len(found) * length, (len(found) + 1) * length, sketch)
        found.append(look(reference, fresh, found))
    return found


def alarms(windows: list[Seen]) -> int:
    """How many alarms these windows raise; one that goes on from window to window is one."""
    raised = 0
    open_columns: set[str | None] = set()
    for window in windows:
        columns = {one.column for one in window.findings}
        raised += bool(columns - open_columns)
        open_columns = columns
    return raised
