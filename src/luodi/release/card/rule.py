"""The decision rule as a reader can follow it: from which probability on, when a human is asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Prices = Sequence[Sequence[float]]


def decision_rule(
    rule: Mapping[str, Any] | None,
    costs: Mapping[str, Any] | None,
    classes: Sequence[str],
    positive: str | None,
) -> dict[str, Any]:
    """How a decision comes about.

    Args:
        rule: The rule inside the graph: ``costs`` by actual and decided class, ``threshold`` of
            the second class, ``review`` price; None where only the task's costs are known.
        costs: The task's costs, without what it does not give.
        classes: The classes, in the graph's order.
        positive: The class that a hit speaks of; None unless there are two classes.

    Returns:
        ``kind`` (``threshold``, ``cheapest``, ``most_probable`` or ``unknown``), the class ``of``
        and the ``threshold`` for two classes, ``review_from`` and ``review_to`` (probabilities of
        that class between which a human is asked), ``review``, ``costs`` and ``prices``.
    """
    prices = _prices(rule, costs, classes, positive)
    review = (rule or {}).get("review", (costs or {}).get("review"))
    told = {"kind": _kind(rule, costs, prices), "review": review, "costs": costs, "prices": prices}
    if len(classes) != 2 or prices is None:
        return told
    other = positive == classes[0]
    threshold = (rule or {}).get("threshold")
    threshold = even_odds(prices) if threshold is None else threshold
    if threshold is None:
        return told
    band = review_band(prices, threshold, review)
    # The graph's threshold is of the second class; a reader thinks of the positive one.
    ends = [1 - end for end in reversed(band)] if band and other else band
    shown = {"of": positive or classes[1], "threshold": 1 - threshold if other else threshold}
    return {
        **told,
        **shown,
        "kind": "threshold",
        **({"review_from": ends[0], "review_to": ends[1]} if ends else {}),
    }


def even_odds(prices: Prices) -> float | None:
    """The probability of the second class at which both decisions cost the same (Elkan 2001).

    Example:
        >>> even_odds([[0, 20], [500, 0]])
        0.038461538461538464
    """
    against, in_favour = prices[0][1] - prices[0][0], prices[1][0] - prices[1][1]
    return against / (against + in_favour) if against + in_favour > 0 else None


def review_band(prices: Prices, threshold: float, review: float | None) -> list[float] | None:
    """Probabilities of the second class between which a human costs less (Chow 1970).

    Example:
        >>> review_band([[0, 20], [500, 0]], 20 / 520, 5)
        [0.01, 0.75]
    """
    if review is None:
        return None
    (right, alarm), (miss, hit) = prices[0][:2], prices[1][:2]
    low = (review - right) / (miss - right) if miss > right else 1.0
    high = (alarm - review) / (alarm - hit) if alarm > hit else 0.0
    low, high = max(0.0, min(low, threshold)), min(1.0, max(high, threshold))
    return [low, high] if low < high else None


def _kind(
    rule: Mapping[str, Any] | None, costs: Mapping[str, Any] | None, prices: Prices | None
) -> str:
    if prices is None or (rule is None and costs is None):
        return "unknown"
    plain = all(
        price == (place != other)
        for place, row in enumerate(prices)
        for other, price in enumerate(row[: len(prices)])
    )
    return "most_probable" if plain else "cheapest"


def _prices(
    rule: Mapping[str, Any] | None,
    costs: Mapping[str, Any] | None,
    classes: Sequence[str],
    positive: str | None,
) -> Prices | None:
    """Costs by actual (row) and decided class, as the rule or the task gives them."""
    given = (rule or {}).get("costs")
    if given is not None:
        return [list(row) for row in given]
    if costs is None or "miss" not in costs or positive is None or len(classes) != 2:
        return None
    miss, alarm = costs["miss"], costs["false_alarm"]
    return [[0.0, miss], [alarm, 0.0]] if positive == classes[0] else [[0.0, alarm], [miss, 0.0]]
