"""What came back: the records that were asked about, with what came true of them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from luodi.store.ledger.frames import Cut

if TYPE_CHECKING:
    from luodi.store.home import Home

MOST, MOST_BYTES = 200_000, 2**30
"""Of more outcomes, or of more text of their records, only the latest are held."""
ROOM = 1.25
"""So much more than that may be held for a while: what is too much is left out in one go."""
COLUMNS = (
    "id", "predicted_at", "received_at", "truth", "decision", "record", "release", "forgotten_at",
)  # fmt: skip


@dataclass(frozen=True)
class Returned:
    """Cases of one task whose truth has come, in the order in which they were asked about.

    Attributes:
        ids: Names of the answers.
        at: When each was asked about, in microseconds since 1970 in UTC.
        received: When its truth came.
        truths: What came true, as canonical text.
        decisions: What had been decided, as canonical text.
        records: The records.
        releases: Digest of the release that answered.
    """

    ids: Sequence[str]
    at: NDArray[np.int64]
    received: NDArray[np.int64]
    truths: Sequence[str]
    decisions: Sequence[str]
    records: Sequence[Mapping[str, Any]]
    releases: Sequence[str]

    def __len__(self) -> int:
        return len(self.ids)

    def by_arrival(self) -> Returned:
        """The cases in the order in which their truths came; a bet must not reorder its past."""
        return self.take(np.lexsort((np.arange(len(self)), self.received)))

    def take(self, rows: NDArray[Any]) -> Returned:
        """Some of the cases, by row numbers or by a mask."""
        numbers = np.flatnonzero(rows) if rows.dtype == bool else rows
        return Returned(
            [self.ids[i] for i in numbers],
            self.at[numbers],
            self.received[numbers],
            [self.truths[i] for i in numbers],
            [self.decisions[i] for i in numbers],
            [self.records[i] for i in numbers],
            [self.releases[i] for i in numbers],
        )


def joined(first: Returned, second: Returned) -> Returned:
    """Cases one after the other."""
    return Returned(
        [*first.ids, *second.ids],
        np.concatenate([first.at, second.at]),
        np.concatenate([first.received, second.received]),
        [*first.truths, *second.truths],
        [*first.decisions, *second.decisions],
        [*first.records, *second.records],
        [*first.releases, *second.releases],
    )


def returned(
    home: Home, name: str, until: int, *, since: int | None = None, most: int = MOST
) -> Returned:
    """The cases of a task whose truths have come; those that were forgotten are left out.

    Args:
        home: The home.
        name: The task.
        until: Asked about up to this moment, in microseconds. Truths of later ones may still be
            missing for one kind of case more than for another.
        since: Asked about from this moment on; None for all.
        most: Of more cases the latest are taken, and of records with more text than memory has
            room for.

    Raises:
        LuodiError: ``ledger.unreachable``.
    """
    import polars as pl

    held: list[pl.DataFrame] = []
    rows = size = 0
    cut = Cut(name=name, since=since)
    # nothing is known to be true before it was asked about
    for frame in home.ledger.batches("outcomes", cut, columns=COLUMNS):
        kept = frame.filter(pl.col("forgotten_at").is_null())
        asked = pl.col("predicted_at").dt.epoch("us")
        kept = kept.filter((asked <= until) & (asked >= (since or 0)))
        held.append(kept)
        rows, size = rows + len(kept), size + _text(kept)
        if rows > 2 * most or size > ROOM * MOST_BYTES:
            held = [_latest(held, most)]
            rows, size = len(held[0]), _text(held[0])
    found = _latest(held, most)
    return Returned(
        found["id"].to_list(),
        found["predicted_at"].dt.epoch("us").to_numpy(),
        found["received_at"].dt.epoch("us").to_numpy(),
        found["truth"].to_list(),
        found["decision"].to_list(),
        [json.loads(text) for text in found["record"].to_list()],
        found["release"].to_list(),
    )


def _latest(frames: Sequence[Any], most: int) -> Any:
    """The latest cases, as many of them as there is room for."""
    import polars as pl

    found = pl.concat(frames).sort("predicted_at", "id").tail(most)
    sizes = pl.col("record").str.len_bytes().cast(pl.Int64)
    return found.filter(sizes.reverse().cum_sum().reverse() <= MOST_BYTES)


def _text(frame: Any) -> int:
    """Bytes of the records of a frame."""
    return int(frame["record"].str.len_bytes().sum())
