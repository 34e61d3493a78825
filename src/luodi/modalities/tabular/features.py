"""From raw columns to numbers that learners see: a plan that is data, run here in numpy.

``graph/features.py`` writes the same plan as ONNX operators; the parity check holds the two
together. All arithmetic is in double precision and is rounded to float32 once, at the end, so
that ``308.6 - 300.0`` and ``308.7 - 300.1`` are the same number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from luodi.core.codec import Batch
from luodi.modalities.tabular.codec import NO_TIME, Codec

Operation = Literal["product", "difference", "ratio"]
Part = Literal["elapsed", "year", "month", "day", "weekday", "day_of_year", "hour", "minute_of_day"]
PARTS: tuple[Part, ...] = (
    "elapsed", "year", "month", "day", "weekday", "day_of_year", "hour", "minute_of_day",
)  # fmt: skip
FLOAT32_MAX = float(np.finfo(np.float32).max)
DAY = 86_400_000_000
# Days from 0000-03-01 to 1970-01-01: the shift that makes civil dates integer arithmetic
# (Hinnant, "chrono-Compatible Low-Level Date Algorithms").
ERA_SHIFT = 719_468


@dataclass(frozen=True, slots=True)
class Pair:
    """A product, difference or ratio of two numbers, by their place among the numbers."""

    operation: Operation
    left: int
    right: int


@dataclass(frozen=True)
class FeaturePlan:
    """What is computed from the codec's arrays, in the order of the feature matrix.

    The matrix holds, in this order: the numbers, the calendar parts, the rank of each category
    in alphabetical order, one block of target means a fold, and the pairs. Pairs come last, so
    that a model keeps its places when pairs are added.

    Attributes:
        numbers: Names of the numbers.
        fill: What stands in for a missing number; NaN where training saw missing ones, so that
            trees treat them in their own way.
        calendar: Time column (by place) and part.
        origin: For each time column the first moment of training, microseconds.
        categories: Names of the categories.
        vocabulary: For each category, its values in alphabetical order. A category's slots are:
            unseen, missing, then its values.
        pairs: Computed pairs.
        means: Target means by slot; shape (blocks, slots, targets).
    """

    numbers: tuple[str, ...]
    fill: np.ndarray
    calendar: tuple[tuple[int, Part], ...]
    times: tuple[str, ...]
    origin: tuple[int, ...]
    categories: tuple[str, ...]
    vocabulary: tuple[tuple[str, ...], ...]
    pairs: tuple[Pair, ...] = ()
    means: np.ndarray | None = None

    @property
    def starts(self) -> np.ndarray:
        """The first slot of each category."""
        return np.cumsum([0, *(len(v) + 2 for v in self.vocabulary)])[:-1].astype(np.int64)

    @property
    def slots(self) -> int:
        """Slots of all categories together."""
        return sum(len(v) + 2 for v in self.vocabulary)

    @property
    def ranks(self) -> np.ndarray:
        """The rank that each slot stands for; -1 for unseen and missing. Shape (slots,)."""
        parts = [np.r_[-1.0, -1.0, np.arange(len(v))] for v in self.vocabulary]
        return np.concatenate(parts) if parts else np.empty(0)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the features, target means aside."""
        signs = {"product": "×", "difference": "-", "ratio": "/"}
        calendar = (f"{self.times[i]} {part.replace('_', ' ')}" for i, part in self.calendar)
        pairs = (
            f"{self.numbers[p.left]} {signs[p.operation]} {self.numbers[p.right]}"
            for p in self.pairs
        )
        return (*self.numbers, *calendar, *self.categories, *pairs)

    def sources(self, places: np.ndarray) -> frozenset[str]:
        """Names of the columns that these places of the whole matrix are computed from."""
        targets = 0 if self.means is None else self.means.shape[2]
        owners: list[tuple[str, ...]] = [
            *((name,) for name in self.numbers),
            *((self.times[i],) for i, _ in self.calendar),
            *((name,) for name in self.categories),
            *(
                (name,)
                for _ in range(self.blocks)
                for name in self.categories
                for _ in range(targets)
            ),
            *((self.numbers[p.left], self.numbers[p.right]) for p in self.pairs),
        ]
        return frozenset(name for place in places.tolist() for name in owners[place])

    @property
    def width(self) -> int:
        """Number of features before the target means."""
        return len(self.numbers) + len(self.calendar) + len(self.categories)

    @property
    def blocks(self) -> int:
        """Number of blocks of target means."""
        return 0 if self.means is None else len(self.means)

    @property
    def pairs_from(self) -> int:
        """The place of the first pair in the matrix."""
        return self.width + self.blocks * self.block

    @property
    def block(self) -> int:
        """Number of features in one block of target means."""
        return 0 if self.means is None else len(self.categories) * self.means.shape[2]

    def with_pairs(self, pairs: Sequence[Pair]) -> FeaturePlan:
        """The plan with these pairs instead, sorted by operation as the graph computes them."""
        order: list[Operation] = ["product", "difference", "ratio"]
        ordered = sorted(pairs, key=lambda p: (order.index(p.operation), p.left, p.right))
        return replace(self, pairs=tuple(ordered))


def codes(plan: FeaturePlan, texts: np.ndarray | None, rows: int) -> np.ndarray:
    """The slot of each category value, int64 (rows, categories)."""
    found = np.empty((rows, len(plan.categories)), np.int64)
    for i, (values, start) in enumerate(zip(plan.vocabulary, plan.starts.tolist(), strict=True)):
        slot = {"": start + 1} | {value: start + 2 + k for k, value in enumerate(values)}
        assert texts is not None
        found[:, i] = [slot.get(text, start) for text in texts[:, i].tolist()]
    return found


def civil(moments: np.ndarray, origin: int) -> dict[Part, np.ndarray]:
    """Calendar parts of microseconds since 1970, as float64; NaN where missing."""
    missing = moments == NO_TIME
    shifted = np.where(missing, 0, moments) + ERA_SHIFT * DAY
    days, within = shifted // DAY, shifted % DAY
    era, day_of_era = days // 146_097, days % 146_097
    year_of_era = (
        day_of_era - day_of_era // 1460 + day_of_era // 36_524 - day_of_era // 146_096
    ) // 365
    from_march = day_of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    month_from_march = (5 * from_march + 2) // 153
    day = from_march - (153 * month_from_march + 2) // 5 + 1
    month = (month_from_march + 2) % 12 + 1
    minute = within // 60_000_000
    parts: dict[Part, np.ndarray] = {
        "elapsed": (shifted - (origin + ERA_SHIFT * DAY)) / DAY,
        "year": year_of_era + era * 400 + (month <= 2),
        "month": month,
        "day": day,
        "weekday": (days + 2) % 7,  # 0000-03-01 was a Wednesday; Monday is 0
        "day_of_year": (from_march + 59) % 365,  # starts on 1 January, leap day aside
        "hour": minute // 60,
        "minute_of_day": minute,
    }
    return {
        name: np.where(missing, np.nan, part.astype(np.float64)) for name, part in parts.items()
    }


def filled(plan: FeaturePlan, numbers: np.ndarray) -> np.ndarray:
    """Numbers with the plan's stand-ins for missing values, float64."""
    return np.where(np.isnan(numbers), plan.fill, numbers)


def paired(pairs: Sequence[Pair], numbers: np.ndarray) -> np.ndarray:
    """The pairs of filled numbers, float64 (rows, pairs); a ratio over zero is missing."""
    columns = np.empty((len(numbers), len(pairs)))
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        for i, pair in enumerate(pairs):
            left, right = numbers[:, pair.left], numbers[:, pair.right]
            if pair.operation == "product":
                columns[:, i] = left * right
            elif pair.operation == "difference":
                columns[:, i] = left - right
            else:
                columns[:, i] = np.where(right == 0, np.nan, left / right)
    return columns


def rounded(features: np.ndarray) -> np.ndarray:
    """Features as float32, huge values held at the largest float32."""
    return np.clip(features, -FLOAT32_MAX, FLOAT32_MAX).astype(np.float32)


def base(plan: FeaturePlan, batch: Batch, slots: np.ndarray) -> np.ndarray:
    """Numbers, calendar parts and ranks, float32 (rows, width)."""
    columns = [filled(plan, _numbers(batch))]
    if plan.calendar:
        times = batch.feeds["times"]
        parts = [civil(times[:, i], origin) for i, origin in enumerate(plan.origin)]
        columns.append(np.stack([parts[i][part] for i, part in plan.calendar], axis=1))
    if plan.categories:
        columns.append(plan.ranks[slots])
    return rounded(np.concatenate(columns, axis=1))


def encoded(plan: FeaturePlan, slots: np.ndarray) -> np.ndarray:
    """All blocks of target means, float32 (rows, blocks x categories x targets)."""
    if plan.means is None:
        return np.empty((len(slots), 0), np.float32)
    return rounded(np.concatenate([m[slots].reshape(len(slots), -1) for m in plan.means], axis=1))


def combined(plan: FeaturePlan, batch: Batch) -> np.ndarray:
    """The pairs, float32 (rows, pairs)."""
    return rounded(paired(plan.pairs, filled(plan, _numbers(batch))))


def matrix(plan: FeaturePlan, batch: Batch) -> np.ndarray:
    """The whole feature matrix of a batch, float32, as the graph computes it."""
    slots = codes(plan, batch.feeds.get("categories"), len(batch.warnings))
    parts = [base(plan, batch, slots), encoded(plan, slots), combined(plan, batch)]
    return np.concatenate(parts, axis=1)


def _numbers(batch: Batch) -> np.ndarray:
    return batch.feeds.get("numbers", np.empty((len(batch.warnings), 0)))


def planned(codec: Codec, batch: Batch) -> FeaturePlan:
    """The plan for training records: which parts vary, what stands in, which values there are."""
    rows = len(batch.warnings)
    numbers = batch.feeds.get("numbers", np.empty((rows, 0)))
    holes = np.isnan(numbers).any(axis=0)
    fill = np.array(
        [
            np.nan if hole else np.median(column)
            for hole, column in zip(holes, numbers.T, strict=True)
        ]
    )
    times = batch.feeds.get("times", np.empty((rows, 0), np.int64))
    origin = tuple(int(np.min(column[column != NO_TIME], initial=2**62)) for column in times.T)
    calendar = [
        (i, part)
        for i, column in enumerate(times.T)
        for part, values in civil(column, origin[i]).items()
        if len(np.unique(values[~np.isnan(values)][:200_000])) > 1
    ]
    if times.shape[1] and not (calendar or codec.numbers or codec.categories):
        calendar = [(0, "elapsed")]  # nothing varies, but a matrix has a column
    return FeaturePlan(
        numbers=tuple(c.name for c in codec.numbers),
        fill=fill,
        calendar=tuple(calendar),
        times=tuple(c.name for c in codec.times),
        origin=origin,
        categories=tuple(c.name for c in codec.categories),
        vocabulary=tuple(tuple(sorted(c.known)) for c in codec.categories),
    )
