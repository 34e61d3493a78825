"""How each figure is written: its name, its number and its unit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from luodi.release.card import numbers
from luodi.release.card.axes import Axis, around
from luodi.release.card.markup import one_line
from luodi.release.card.phrases import Voice

IN_TARGET_UNITS = frozenset({"rmse", "mae", "median_absolute_error"})
SHARES = frozenset({"mape", "review_share", "changed_by_noise"})
# Figures that lie between 0 and 1, so that an axis need not go beyond.
BOUNDED = (
    frozenset(
        {
            "average_precision",
            "roc_auc",
            "accuracy",
            "balanced_accuracy",
            "f1",
            "f1_macro",
            "precision",
            "recall",
            "brier",
            "ece",
            "selection_ratio",
            "hit_gap",
            "false_alarm_gap",
            "equalised_odds_gap",
        }
    )
    | SHARES
)
_UNITS = {"_ms": "ms", "_ms_p50": "ms", "_ms_p99": "ms", "_mb": "MB"}


def title(name: str, voice: Voice) -> str:
    """A figure's name in words; ``selection_ratio:COLUMN`` names its column."""
    figure, colon, column = name.partition(":")
    return voice.term("figure", figure) + (f" · {one_line(column, 40)}" if colon else "")


def value(
    name: str,
    amount: object,
    unit: str | None = None,
    voice: Voice | None = None,
    given: bool = False,
) -> str:
    """A figure's number with its unit, where it has one.

    Args:
        name: The figure's name.
        amount: Its value.
        unit: Unit of the target.
        voice: The language, for units that are words.
        given: Whether a person gave the number, so that no digit may be added or lost.
    """
    figure = name.partition(":")[0]
    if figure in SHARES:
        return numbers.share(amount)
    text = numbers.exact(amount) if given else numbers.number(amount)
    if text == numbers.MISSING:
        return text
    if figure in IN_TARGET_UNITS and unit:
        return f"{text} {one_line(unit, 24)}"
    if figure.endswith("_per_s"):
        return f"{text}{voice('unit.per_second') if voice else '/s'}"
    return text + next((f" {u}" for ending, u in _UNITS.items() if figure.endswith(ending)), "")


def interval(figure: Mapping[str, Any]) -> str:
    """Both ends of a figure's interval, or nothing."""
    if figure["name"].partition(":")[0] in SHARES and figure.get("low") is not None:
        return f"{numbers.share(figure['low'])} – {numbers.share(figure['high'])}"
    return numbers.interval(figure.get("low"), figure.get("high"))


def axis(name: str, values: Iterable[float | None], label: str = "") -> Axis:
    """An axis for a column of one figure, inside its bounds."""
    wide = around(label, values, 0.08)
    if name.partition(":")[0] in BOUNDED:
        return Axis(label, max(0.0, wide.low), min(1.0, wide.high))
    return wide


def figure_of(card: Mapping[str, Any], name: str | None) -> Mapping[str, Any] | None:
    """A figure of the card by its name."""
    return next((figure for figure in card["figures"] if figure["name"] == name), None)


def baselines(card: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The baselines whose figure is known, best first."""
    own = figure_of(card, card["metric"])
    known = [one for one in card["judged"].get("baselines") or () if one.get("figure") is not None]
    upward = own is not None and own["better"] == "higher"
    return sorted(known, key=lambda one: one["figure"], reverse=upward)


def as_metric(score: Any, card: Mapping[str, Any]) -> Any:
    """A leaderboard's score, which was turned so that higher is better, as the metric itself."""
    figure = figure_of(card, card["metric"])
    lower = figure is not None and figure["better"] == "lower"
    # Every metric that wants to be low is at least zero, so the sign alone tells.
    return abs(score) if lower and isinstance(score, int | float) else score
