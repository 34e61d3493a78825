"""A historical stream in order of time, as if it came live."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from luodi.core.errors import LuodiError

if TYPE_CHECKING:
    from luodi.core.task import Task
    from luodi.core.values import Dataset

MINUTE_US = 60_000_000
BEGIN_US = 946_684_800_000_000
"""Records without a moment come one a minute from the year 2000 on."""


@dataclass(frozen=True)
class Stream:
    """Records with their truths, oldest first.

    Attributes:
        records: The records as a client would send them.
        truths: What came true, as canonical text.
        at: When each came, in microseconds since 1970 in UTC.
    """

    records: Sequence[Mapping[str, Any]]
    truths: Sequence[str]
    at: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.records)

    def periods(self, step_us: int) -> Iterator[tuple[int, int, int]]:
        """For each period its end in microseconds, its first row and the row after its last."""
        first, last = int(self.at[0]), int(self.at[-1])
        ends = np.arange(first + step_us, last + step_us + 1, step_us)
        rows = np.searchsorted(self.at, ends, side="left")
        begin = 0
        for end, row in zip(ends.tolist(), rows.tolist(), strict=True):
            yield end, begin, row
            begin = row


def streamed(dataset: Dataset, task: Task, names: Sequence[str]) -> Stream:
    """Records that were read as a stream.

    Args:
        dataset: The records, with their target.
        task: The task; the column that ``data.time`` names says when each came.
        names: The columns that a client would send.

    Raises:
        LuodiError: ``improve.no_truths`` when the target is not there or always missing.
    """
    import polars as pl

    from luodi.core.text import canonical

    target = dataset.target
    if target is None or target not in dataset.table.columns:
        raise LuodiError("improve.no_truths", target=task.data.target, source=dataset.source)
    table = dataset.table.filter(pl.col(target).is_not_null())
    time = task.data.time if task.data.time in table.columns else None
    if time is not None:
        table = table.filter(pl.col(time).is_not_null()).sort(time, maintain_order=True)
    if not len(table):
        raise LuodiError("improve.no_truths", target=target, source=dataset.source)
    if time is None:
        at = BEGIN_US + MINUTE_US * np.arange(len(table), dtype=np.int64)
    else:
        at = table[time].dt.epoch("us").to_numpy().astype(np.int64)
    sent = table.select(names).with_columns(
        pl.selectors.datetime().dt.to_string("iso"),
        pl.selectors.binary().bin.encode("base64"),  # files, as they are asked about over HTTP
    )
    truths = [canonical(value) for value in table[target].to_list()]
    return Stream(sent.to_dicts(), truths, at)
