"""Counts of records in the bins of a reference: small, mergeable, and never a record.

Training and service count in the same bins, so a window of service can be laid beside training
column by column. Counts, lowest and highest values merge exactly, means and squares to rounding.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
FAR = 0.5


@dataclass(frozen=True, slots=True)
class Numbers:
    """What a column of numbers or moments held.

    Attributes:
        counts: Values in each bin of the reference.
        below: Values under its first edge.
        above: Values over its last edge.
        missing: Rows without a value.
        far: Of the values outside, those farther away than half the reference's range.
        low: Lowest value; None without values.
        high: Highest value.
        mean: Mean of the values; 0 without.
        squares: Sum of squared distances from the mean.
    """

    counts: tuple[int, ...]
    below: int
    above: int
    missing: int
    far: int = 0
    low: float | None = None
    high: float | None = None
    mean: float = 0.0
    squares: float = 0.0

    @property
    def known(self) -> int:
        """Rows with a value."""
        return sum(self.counts) + self.below + self.above

    @property
    def spread(self) -> float:
        """Standard deviation."""
        return float((self.squares / self.known) ** 0.5) if self.known else 0.0


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
    low, high, mean = float(here.min()), float(here.max()), float(here.mean())
    away = here - mean
    squares = float(np.square(away, out=away).sum())
    below, above, far, counts = 0, len(here), len(here), np.zeros(0, np.int64)
    if len(edges):
        counts = np.bincount(codes(here, edges), minlength=len(edges) - 1)
        beyond = low < edges[0] or high > edges[-1]
        below, above, far = _outside(here, edges) if beyond else (0, 0, 0)
        counts[0] -= below
        counts[-1] -= above
    return Numbers(tuple(counts.tolist()), below, above, missing, far, low, high, mean, squares)


def _outside(values: Floats, edges: Floats) -> tuple[int, int, int]:
    """How many values lie below, above, and far away."""
    below, above = values[values < edges[0]], values[values > edges[-1]]
    room = FAR * (edges[-1] - edges[0])
    far = np.count_nonzero(below < edges[0] - room) + np.count_nonzero(above > edges[-1] + room)
    return len(below), len(above), int(far)


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

    Mean and squares as in Chan, Golub and LeVeque, "Updating formulae and a pairwise algorithm
    for computing sample variances", 1979.

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
    n, m = one.known, two.known
    if not n or not m:
        kept = one if n else two
        lowest, highest, mean, squares = kept.low, kept.high, kept.mean, kept.squares
    else:
        apart = two.mean - one.mean
        mean = (one.mean * n + two.mean * m) / (n + m)
        squares = one.squares + two.squares + apart * apart * n * m / (n + m)
        lowest, highest = _outermost(one, two)
    below, above = one.below + two.below, one.above + two.above
    far = one.far + two.far
    return Numbers(counts, below, above, missing, far, lowest, highest, mean, squares)


def _outermost(one: Numbers, two: Numbers) -> tuple[float, float]:
    lows = [part.low for part in (one, two) if part.low is not None]
    highs = [part.high for part in (one, two) if part.high is not None]
    return min(lows), max(highs)


def _record(part: Part) -> dict[str, Any]:
    record = {name: getattr(part, name) for name in part.__slots__}
    return {**record, "counts": list(part.counts)}


def _part(record: Mapping[str, Any]) -> Part:
    kind = Categories if "unseen" in record else Numbers
    return kind(**{**record, "counts": tuple(record["counts"])})
