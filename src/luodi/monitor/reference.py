"""What a release says of its training: the other side of every comparison."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from luodi.core.moments import Moments
from luodi.core.sketch import Categories, Floats, Numbers, Part

MOST_BINS = 20


@dataclass(frozen=True)
class Expected:
    """What one column, or one kind of answer, looked like in training.

    Attributes:
        kind: ``number``, ``category`` or ``time``.
        whole: Counts over all of training.
        edges: Edges of the bins, for numbers and moments.
        listed: The values with a count of their own, for categories.
        distinct: How many different values a number had; where older releases did not note it,
            as many as the bins show.
    """

    kind: str
    whole: Part
    edges: Floats
    listed: tuple[str, ...] = ()
    distinct: int = 0


@dataclass(frozen=True)
class Wander:
    """What windows of one length differ by from the nearest blocks, beyond chance.

    Attributes:
        rows: Records in such a window.
        seconds: Its length in time; None where training had no clock.
        columns: By column the variances ``shift``, ``shape``, ``missing`` and their ``freedom``.
    """

    rows: float
    seconds: float | None
    columns: Mapping[str, Mapping[str, float]]


@dataclass(frozen=True)
class Season:
    """Training in order of time.

    Attributes:
        counts: By column, counts of shape (blocks, cells).
        missing: By column, shape (blocks,).
        counters: Columns that only ever grow or fall, such as a running number.
        still: By column, the most rows in a row with one value.
        wander: By length of window, shortest last.
    """

    counts: Mapping[str, Floats]
    missing: Mapping[str, Floats]
    counters: frozenset[str]
    still: Mapping[str, int]
    wander: tuple[Wander, ...]


@dataclass(frozen=True)
class Reference:
    """What a release says of its training.

    Attributes:
        rows: Training records that were counted.
        columns: By column.
        answers: By kind of answer: ``decision``, ``review`` (how many went to a person),
            ``probability:CLASS``, ``value``.
        season: What it did in the course of time; None where it had no time.
    """

    rows: int
    columns: Mapping[str, Expected]
    answers: Mapping[str, Expected]
    season: Season | None

    @classmethod
    def from_json(cls, data: Mapping[str, Any], times: Collection[str] = ()) -> Reference:
        """The reference as a release holds it; what older ones lack is left out.

        Args:
            data: JSON data.
            times: The columns of moments, which older references do not tell from numbers.
        """
        columns = {
            name: expected({"kind": "time", **one} if name in times else one)
            for name, one in data.get("columns", {}).items()
        }
        season = data.get("season")
        return cls(
            int(data["rows"]),
            columns,
            _answers(data.get("answers", {})),
            _season(season) if season else None,
        )


def expected(column: Mapping[str, Any]) -> Expected:
    """One column of a reference."""
    nothing: NDArray[np.float64] = np.empty(0)
    if "values" in column:
        listed = tuple(column["values"])
        counts = tuple(column["values"].values())
        seen = Categories(counts, column["other"], column.get("unseen", 0), column["missing"])
        return Expected("category", seen, nothing, listed)
    edges = np.asarray(column["edges"], float)
    counts = tuple(column["counts"])
    rows = sum(counts)
    moments = Moments(rows, column.get("mean", 0.0), column.get("spread", 0.0) ** 2 * rows)
    whole = Numbers(counts, 0, 0, column["missing"], near=moments)
    # with fewer bins than there could be each value has its own
    distinct = column.get("distinct", len(counts) + (len(counts) >= MOST_BINS))
    return Expected(column.get("kind", "number"), whole, edges, (), distinct)


def _answers(answers: Mapping[str, Any]) -> dict[str, Expected]:
    found = {}
    if "value" in answers:
        found["value"] = expected(answers["value"])
    if "decision" in answers:
        counted = {"values": answers["decision"], "other": 0, "missing": 0}
        found["decision"] = expected(counted)
        if "review" in answers:
            accepted = sum(answers["decision"].values()) - answers["review"]
            shares = {"accept": accepted, "review": answers["review"]}
            found["review"] = expected({"values": shares, "other": 0, "missing": 0})
    for name, column in answers.get("probability", {}).items():
        found[f"probability:{name}"] = expected(column)
    return found


def _season(data: Mapping[str, Any]) -> Season:
    blocks = data["blocks"].items()
    return Season(
        {name: np.asarray(one["counts"], float) for name, one in blocks},
        {name: np.asarray(one["missing"], float) for name, one in blocks},
        frozenset(data["counters"]),
        data["still"],
        tuple(Wander(w["rows"], w["seconds"], w["columns"]) for w in data["wander"]),
    )
