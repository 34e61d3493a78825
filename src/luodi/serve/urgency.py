"""How much it is worth that a person looks at an answer: who has little time looks there first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

MOST = 1e6
"""No case is worth more looks than this, however odd the prices in a task."""
_LARGEST = 1e300
UNUSUAL = 1.0

Prices = tuple[tuple[float, ...], ...]


def prices(plan: Mapping[str, Any], classes: int) -> Prices:
    """What each decision costs by actual class, counted in looks of a person.

    A task that gives looks no price has its dearest mistake count as one; a task without costs
    has every mistake count as one.

    Args:
        plan: The release's plan, with its decision rule.
        classes: How many classes there are.

    Returns:
        For each decided class the cost by actual class.

    Example:
        >>> prices({"decision": {"costs": [[0, 20], [500, 0]], "review": 5}}, classes=2)
        ((0.0, 100.0), (4.0, 0.0))
    """
    rule = plan.get("decision")
    rule = rule if isinstance(rule, dict) else {}
    table = _table(rule.get("costs"), classes)
    if table is None:
        return tuple(tuple(float(i != j) for i in range(classes)) for j in range(classes))
    look: Any = rule.get("review")
    one = look if _is_price(look) and look > 0 else max(map(max, table)) or 1.0
    return tuple(
        tuple(min(cost / one, MOST) for cost in column) for column in zip(*table, strict=True)
    )


def urgency(shares: Sequence[float], decided: Sequence[float], unusual: bool) -> float:
    """What it is expected to cost to decide now, counted in looks of a person.

    An unusual record counts one more: the model has not seen its like, so its probabilities say
    less than they seem to.

    Args:
        shares: The probability of each class.
        decided: The column of ``prices`` of the class that was decided.
        unusual: Whether there were warnings.

    Example:
        >>> urgency([0.75, 0.25], (0.0, 100.0), unusual=False)
        25.0
    """
    expected = sum(share * cost for share, cost in zip(shares, decided, strict=True))
    return expected + UNUSUAL if unusual else expected


def _table(costs: Any, classes: int) -> list[list[float]] | None:
    """The costs if they are a square of prices, by actual and decided class; else None."""
    if not isinstance(costs, list) or len(costs) != classes:
        return None
    square = all(isinstance(row, list) and len(row) == classes for row in costs)
    return costs if square and all(_is_price(cost) for row in costs for cost in row) else None


def _is_price(value: Any) -> bool:
    return type(value) in (int, float) and 0 <= value <= _LARGEST
