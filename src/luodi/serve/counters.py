"""Numbers that several processes count together: shared memory, a row for each process."""

from __future__ import annotations

import mmap
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["counter", "gauge", "histogram"]
Labels = tuple[tuple[str, str], ...]
_SIZE = 8


@dataclass(frozen=True, slots=True)
class Family:
    """One metric with all its label values.

    Attributes:
        name: The name, with its unit.
        kind: What it is.
        help: One sentence.
        series: The label sets; one empty set for a metric without labels.
        buckets: Upper bounds of a histogram, rising.
    """

    name: str
    kind: Kind
    help: str
    series: Sequence[Labels] = ((),)
    buckets: tuple[float, ...] = ()

    @property
    def slots(self) -> int:
        """Numbers that one label set takes: of a histogram each bucket, the rest, and the sum."""
        return len(self.buckets) + 2 if self.kind == "histogram" else 1


@dataclass
class Counters:
    """The numbers of all families. It is an object because it holds the memory.

    Made before processes part, it is one memory for all of them; each writes to its own row, so
    that nobody waits for anybody.

    Attributes:
        families: What is counted.
        processes: How many rows there are.
        row: The row of this process.
    """

    families: Sequence[Family]
    processes: int = 1
    row: int = 0
    _index: dict[tuple[str, Labels], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Lay out the memory."""
        at = 0
        for family in self.families:
            for labels in family.series:
                self._index[family.name, labels] = at
                at += family.slots
        self._width = max(at, 1)
        self._memory = mmap.mmap(-1, self._width * self.processes * _SIZE)
        self._numbers = memoryview(self._memory).cast("d")

    def place(self, name: str, labels: Labels = ()) -> int:
        """Where a number stands in this process's row."""
        return self._index[name, labels]

    def add(self, place: int, amount: float = 1.0) -> None:
        """Count."""
        self._numbers[self.row * self._width + place] += amount

    def set(self, place: int, value: float) -> None:
        """Set a gauge."""
        self._numbers[self.row * self._width + place] = value

    def observe(self, place: int, buckets: tuple[float, ...], value: float) -> None:
        """Count a value into a histogram."""
        at = self.row * self._width + place
        last = len(buckets)
        self._numbers[at + bisect_left(buckets, value)] += 1
        self._numbers[at + last + 1] += value

    def total(self, place: int) -> float:
        """A number over all processes."""
        return sum(self._numbers[row * self._width + place] for row in range(self.processes))

    def text(self) -> str:
        """All numbers in Prometheus's text format 0.0.4."""
        return "".join(line + "\n" for family in self.families for line in self._lines(family))

    def _lines(self, family: Family) -> Iterator[str]:
        yield f"# HELP {family.name} {family.help}"
        yield f"# TYPE {family.name} {family.kind}"
        for labels in family.series:
            place = self._index[family.name, labels]
            if family.kind != "histogram":
                yield f"{family.name}{_shown(labels)} {_number(self.total(place))}"
                continue
            below = 0.0
            for at, bound in enumerate((*family.buckets, float("inf"))):
                below += self.total(place + at)
                edge = ("le", "+Inf" if bound == float("inf") else _number(bound))
                yield f"{family.name}_bucket{_shown((*labels, edge))} {_number(below)}"
            total = self.total(place + len(family.buckets) + 1)
            yield f"{family.name}_sum{_shown(labels)} {_number(total)}"
            yield f"{family.name}_count{_shown(labels)} {_number(below)}"


def _shown(labels: Labels) -> str:
    if not labels:
        return ""
    escaped = (
        (name, value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n"))
        for name, value in labels
    )
    return "{" + ",".join(f'{name}="{value}"' for name, value in escaped) + "}"


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(value)
