"""The feature plan as operators: what ``tabular/features.py`` does in numpy, in ONNX."""

from __future__ import annotations

import numpy as np

from luodi.modalities.graph.builder import Builder
from luodi.modalities.tabular.codec import NO_TIME
from luodi.modalities.tabular.features import (
    DAY,
    ERA_SHIFT,
    FeaturePlan,
    Operation,
    Part,
)

MARK = "\x1f"
"""Stands between a category's number and its value in the keys of the one lookup table."""


def slots(b: Builder, plan: FeaturePlan) -> str:
    """The slot of each category value, int64 (rows, categories): one lookup for all columns."""
    count = len(plan.categories)
    prefixes = np.array([[f"{i}{MARK}" for i in range(count)]], object)
    keys, values = [], []
    for i, (known, start) in enumerate(zip(plan.vocabulary, plan.starts.tolist(), strict=True)):
        for place, text in enumerate(("", *known)):
            keys.append(f"{i}{MARK}{text}")
            values.append(start + 1 + place)
    key = b("StringConcat", b.constant(prefixes), "categories")
    found = b(
        "LabelEncoder", key, domain="ai.onnx.ml",
        keys_strings=keys, values_int64s=values, default_int64=-1,
    )  # fmt: skip
    unseen = b("Less", found, b.constant(np.array(0, np.int64)))
    return b("Where", unseen, b.constant(plan.starts[None, :]), found)


def matrix(b: Builder, plan: FeaturePlan, slot: str | None) -> str:
    """The whole feature matrix, double values that came from float32, (rows, features).

    Args:
        b: Where to write.
        plan: The plan.
        slot: Name of the slots, if there are categories.
    """
    columns: list[str] = []
    if plan.numbers:
        numbers = _filled(b, plan)
        columns.append(numbers)
    if plan.calendar:
        columns.append(_calendar(b, plan))
    if plan.categories:
        assert slot is not None
        columns.append(b("Gather", b.constant(plan.ranks), slot, axis=0))
    if plan.blocks:
        columns.append(_means(b, plan, slot or ""))
    if plan.pairs:
        columns += _pairs(b, plan, numbers)
    joined = columns[0] if len(columns) == 1 else b("Concat", *columns, axis=1)
    return _rounded(b, joined)


def _filled(b: Builder, plan: FeaturePlan) -> str:
    if np.isnan(plan.fill).all():
        return "numbers"
    missing = b("IsNaN", "numbers")
    return b("Where", missing, b.constant(plan.fill[None, :]), "numbers")


def _pairs(b: Builder, plan: FeaturePlan, numbers: str) -> list[str]:
    """One operator for all products, one for all differences, one for all ratios."""
    columns = []
    operations: tuple[Operation, ...] = ("product", "difference", "ratio")
    for operation in operations:
        pairs = [p for p in plan.pairs if p.operation == operation]
        if not pairs:
            continue
        left = b("Gather", numbers, b.constant(np.array([p.left for p in pairs])), axis=1)
        right = b("Gather", numbers, b.constant(np.array([p.right for p in pairs])), axis=1)
        if operation == "product":
            columns.append(b("Mul", left, right))
        elif operation == "difference":
            columns.append(b("Sub", left, right))
        else:
            zero = b("Equal", right, b.constant(np.array(0.0)))
            ratio = b("Div", left, right)
            columns.append(b("Where", zero, b.constant(np.array(np.nan)), ratio))
    return columns


def _means(b: Builder, plan: FeaturePlan, slot: str) -> str:
    """All blocks of target means by one lookup: (slots, blocks, targets) → (rows, all)."""
    assert plan.means is not None
    blocks, _, targets = plan.means.shape
    table = np.ascontiguousarray(plan.means.transpose(1, 0, 2))
    found = b("Gather", b.constant(table), slot, axis=0)
    ordered = b("Transpose", found, perm=[0, 2, 1, 3])
    width = blocks * len(plan.categories) * targets
    return b("Reshape", ordered, b.constant(np.array([-1, width])))


def _rounded(b: Builder, features: str) -> str:
    """Rounded to float32, and back to double for the trees.

    What is too large becomes infinite here and the largest float32 in training; every threshold
    is smaller than both, and linear models hold values inside their range.
    """
    return b.cast(b.cast(features, np.float32), np.float64)


def _calendar(b: Builder, plan: FeaturePlan) -> str:
    """The calendar parts; integer arithmetic on days since 0000-03-01, all columns at once."""
    missing = b("Equal", "times", b.constant(np.array(NO_TIME)))
    moments = b("Where", missing, b.constant(np.array(0, np.int64)), "times")
    parts = _civil(b, moments, np.array(plan.origin, np.int64))
    doubles = {}
    for part in dict.fromkeys(part for _, part in plan.calendar):
        name = b.cast(parts[part], np.float64)
        if part == "elapsed":
            name = b("Div", name, b.constant(np.array(float(DAY))))
        doubles[part] = b("Where", missing, b.constant(np.array(np.nan)), name)
    columns = [
        b("Gather", doubles[part], b.constant(np.array([i])), axis=1) for i, part in plan.calendar
    ]
    return columns[0] if len(columns) == 1 else b("Concat", *columns, axis=1)


def _civil(b: Builder, moments: str, origin: np.ndarray) -> dict[Part, str]:
    """Int64 calendar parts, (rows, times) each; ``elapsed`` in microseconds."""

    def number(value: int) -> str:
        return b.constant(np.array(value, np.int64))

    def over(name: str, value: int) -> str:
        return b("Div", name, number(value))

    shifted = b("Add", moments, number(ERA_SHIFT * DAY))
    days, within = over(shifted, DAY), b("Mod", shifted, number(DAY))
    day_of_era = b("Mod", days, number(146_097))
    era = over(days, 146_097)
    year_of_era = over(
        b(
            "Sub",
            b("Add", b("Sub", day_of_era, over(day_of_era, 1460)), over(day_of_era, 36_524)),
            over(day_of_era, 146_096),
        ),
        365,
    )
    leap_days = b("Sub", over(year_of_era, 4), over(year_of_era, 100))
    from_march = b("Sub", day_of_era, b("Add", b("Mul", year_of_era, number(365)), leap_days))
    month_from_march = over(b("Add", b("Mul", from_march, number(5)), number(2)), 153)
    before = over(b("Add", b("Mul", month_from_march, number(153)), number(2)), 5)
    month0 = b("Mod", b("Add", month_from_march, number(2)), number(12))
    minute = over(within, 60_000_000)
    # January and February belong to the next civil year: 1 where month0 is 0 or 1
    early = b("Sub", number(1), b("Min", over(month0, 2), number(1)))
    year = b("Add", b("Add", year_of_era, b("Mul", era, number(400))), early)
    start = b.constant(origin[None, :] + ERA_SHIFT * DAY)
    return {
        "elapsed": b("Sub", shifted, start),
        "year": year,
        "month": b("Add", month0, number(1)),
        "day": b("Add", b("Sub", from_march, before), number(1)),
        "weekday": b("Mod", b("Add", days, number(2)), number(7)),
        "day_of_year": b("Mod", b("Add", from_march, number(59)), number(365)),
        "hour": over(minute, 60),
        "minute_of_day": minute,
    }
