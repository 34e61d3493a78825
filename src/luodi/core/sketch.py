"""Counts of records in the bins of a reference: small, mergeable, and never a record.

Training and service count in the same bins, so a window of service can be laid beside training
column by column. Counts merge exactly, means and squares to rounding. No value of a single record
is in a sketch that is kept, nor can it be found from one: an answer may be forgotten at any time.
"""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray

from luodi.core.moments import NOTHING, Moments, moments, together

Floats = NDArray[np.float64]
FAR = 0.5
MANY = 0.2


@dataclass(frozen=True, slots=True)
class Numbers:
    """What a column of numbers or moments held.

    Attributes:
        counts: Values in each bin of the reference.
        below: Values under its first edge.
        above: Values over its last edge.
        missing: Rows without a value.
        far: Of the values outside, those farther away than half the reference's range.
        trace: Of the only value, where all are the same, 16 bits of a digest: enough to see
            whether another window holds that value too, too few to find it.
        near: Mean and spread of the values that are not far, so that a single error code carries
            neither.
        away: The same of those that are.
    """

    counts: tuple[int, ...]
    below: int
    above: int
    missing: int
    far: int = 0
    trace: int | None = None
    near: Moments = NOTHING
    away: Moments = NOTHING

    @property
    def known(self) -> int:
        """Rows with a value."""
        return sum(self.counts) + self.below + self.above

    @property
    def typical(self) -> Moments:
        """Mean and spread of the values without the few that are far; where many are, of all."""
        if self.away.rows < MANY * (self.near.rows + self.away.rows):
            return self.near
        return together(self.near, self.away)


@dataclass(frozen=True, slots=True)
class Categories:
    """What a column of categories held.

    Attributes:
        counts: Rows with each value that the reference lists, in its order.
        other: Rows with a value that training saw too seldom to list.
        unseen: Rows with a value that training never saw.
        missing: Rows without a value.
    """

    counts: tuple[int, ...]
    other: int
    unseen: int
    missing: int

    @property
    def known(self) -> int:
        """Rows with a value."""
        return sum(self.counts) + self.other + self.unseen


Part = Numbers | Categories


@dataclass(frozen=True, slots=True)
class Sketch:
    """What a window of records held, and what was answered.

    Attributes:
        rows: Records.
        columns: A part for each column.
        answers: A part for each kind of answer, such as ``decision`` or ``probability:1``.
    """

    rows: int
    columns: Mapping[str, Part]
    answers: Mapping[str, Part]

    def to_json(self) -> dict[str, Any]:
        """The sketch as JSON data."""
        return {
            "rows": self.rows,
            "columns": {name: _record(part) for name, part in self.columns.items()},
            "answers": {name: _record(part) for name, part in self.answers.items()},
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Sketch:
        """The sketch from JSON data.

        Raises:
            KeyError, TypeError: it is no sketch.
        """
        columns, answers = (
            {name: _part(record) for name, record in data[side].items()}
            for side in ("columns", "answers")
        )
        return cls(int(data["rows"]), columns, answers)


def numbers(values: Floats, edges: Floats) -> Numbers:
    """Count numbers between edges.

    Args:
        values: Shape (rows,); NaN for missing.
        edges: Ascending, shape (bins + 1,); empty where the reference holds no value.

    Example:
        >>> numbers(np.array([0.0, 1.5, 9.0, np.nan]), np.array([1.0, 2.0, 3.0])).counts
        (1, 0)
    """
    held = np.ascontiguousarray(values)  # a column of a table is spread over its rows
    absent = np.isnan(held)
    missing = int(np.count_nonzero(absent))
    here = held[~absent] if missing else held
    if not len(here):
        return Numbers((0,) * max(0, len(edges) - 1), 0, 0, missing)
    if not len(edges):
        return Numbers((), 0, len(here), missing, len(here), _trace(here))
    counts = np.bincount(codes(here, edges), minlength=len(edges) - 1)
    below, above, far = _outside(here, edges)
    counts[0] -= below
    counts[-1] -= above
    distant = 0 if far is None else int(np.count_nonzero(far))
    near, away = (
        (moments(here), NOTHING) if far is None else (moments(here[~far]), moments(here[far]))
    )
    cells = tuple(counts.tolist())
    return Numbers(cells, below, above, missing, distant, _trace(here), near, away)


def _outside(values: Floats, edges: Floats) -> tuple[int, int, NDArray[np.bool_] | None]:
    """How many values lie below and above, and which far away; None where none does."""
    low, high = values.min(), values.max()
    below = int(np.count_nonzero(values < edges[0])) if low < edges[0] else 0
    above = int(np.count_nonzero(values > edges[-1])) if high > edges[-1] else 0
    room = FAR * (edges[-1] - edges[0])
    if low >= edges[0] - room and high <= edges[-1] + room:
        return below, above, None
    return below, above, (values < edges[0] - room) | (values > edges[-1] + room)


def _trace(values: Floats) -> int | None:
    low = float(values.min()) + 0.0  # one zero, not two
    if low != values.max():
        return None
    return int.from_bytes(blake2b(struct.pack("<d", low), digest_size=2).digest(), "little")


def codes(values: Floats, edges: Floats) -> NDArray[np.int64]:
    """The bin of each value; what lies outside goes to the outermost bins."""
    return np.searchsorted(edges[1:-1], values, side="right").astype(np.int64, copy=False)


def categories(
    values: NDArray[Any], listed: tuple[str, ...], known: frozenset[str] | None = None
) -> Categories:
    """Count texts.

    Args:
        values: Shape (rows,); the empty text for missing.
        listed: The values that have a count of their own.
        known: All values that training saw; None when those listed are all.

    Example:
        >>> categories(np.array(["L", "Q", ""], object), ("H", "L"))
        Categories(counts=(0, 1), other=0, unseen=1, missing=1)
    """
    found = Counter(values.tolist())
    missing = found.pop("", 0)
    counts = tuple(found.pop(value, 0) for value in listed)
    other = 0 if known is None else sum(n for value, n in found.items() if value in known)
    return Categories(counts, other, sum(found.values()) - other, missing)


def merge(one: Sketch, two: Sketch) -> Sketch:
    """The sketch of both windows' records together.

    Raises:
        ValueError: they were not counted in the same bins.
    """
    if one.columns.keys() != two.columns.keys() or one.answers.keys() != two.answers.keys():
        raise ValueError("the sketches have other columns")
    return Sketch(
        one.rows + two.rows,
        {name: merged(part, two.columns[name]) for name, part in one.columns.items()},
        {name: merged(part, two.answers[name]) for name, part in one.answers.items()},
    )


def merged(one: Part, two: Part) -> Part:
    """Two parts of one column as one.

    Raises:
        ValueError: they were not counted in the same bins.
    """
    if len(one.counts) != len(two.counts) or type(one) is not type(two):
        raise ValueError("the sketches have other bins")
    counts = tuple(a + b for a, b in zip(one.counts, two.counts, strict=True))
    missing = one.missing + two.missing
    if isinstance(one, Categories) and isinstance(two, Categories):
        return Categories(counts, one.other + two.other, one.unseen + two.unseen, missing)
    assert isinstance(one, Numbers) and isinstance(two, Numbers)
    return _joined(one, two, counts, missing)


def _joined(one: Numbers, two: Numbers, counts: tuple[int, ...], missing: int) -> Numbers:
    below, above = one.below + two.below, one.above + two.above
    near, away = together(one.near, two.near), together(one.away, two.away)
    trace = one.trace if not two.known else two.trace
    trace = trace if not one.known or one.trace == trace else None
    return Numbers(counts, below, above, missing, one.far + two.far, trace, near, away)


def _record(part: Part) -> dict[str, Any]:
    record = {name: getattr(part, name) for name in part.__slots__}
    if isinstance(part, Numbers):
        kept = {name: record[name] for name in ("near", "away") if record[name].tells_on_none}
        record |= {"near": list(kept.get("near", ())), "away": list(kept.get("away", ()))}
    return {**record, "counts": list(part.counts)}


def _part(record: Mapping[str, Any]) -> Part:
    held = {**record, "counts": tuple(record["counts"])}
    if "unseen" in record:
        return Categories(**held)
    return Numbers(**{**held, "near": Moments(*held["near"]), "away": Moments(*held["away"])})
