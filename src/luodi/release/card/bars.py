"""Bars and intervals that stand in a table cell: as wide as the cell, so their text stays text."""

from __future__ import annotations

from collections.abc import Sequence

from luodi.release.card.axes import Axis
from luodi.release.card.markup import Markup, join, tag


def bar(value: float | None, axis: Axis, style: str = "model") -> Markup:
    """A horizontal bar from zero (or the axis's beginning) to a value.

    Args:
        value: Where it ends; nothing is drawn for None.
        axis: The axis that all bars of the column share.
        style: The class that colours it.
    """
    if value is None:
        return Markup("")
    zero, end = axis.share(max(axis.low, min(0.0, axis.high))), axis.share(value)
    left, width = min(zero, end), max(abs(end - zero), 0.004)
    body = tag(
        "rect", x=_percent(left), y=4, width=_percent(width), height=8, class_=f"bar {style}"
    )
    return _strip(body)


def interval_strip(
    value: float | None,
    low: float | None,
    high: float | None,
    axis: Axis,
    style: str = "model",
    lines: Sequence[tuple[float, str]] = (),
) -> Markup:
    """A dot with its interval on an axis that the rows of a table share.

    Args:
        value: Where the dot stands.
        low: Lower end of the interval, if there is one.
        high: Upper end.
        axis: The shared axis.
        style: The class that colours it.
        lines: Upright lines, each a value and the class that draws it (a gate, the whole).
    """
    if value is None:
        return Markup("")
    upright = [
        tag("line", x1=_at(v, axis), x2=_at(v, axis), y1=0, y2=16, class_=kind) for v, kind in lines
    ]
    rail = tag("line", x1="0", x2="100%", y1=8, y2=8, class_="rail")
    whisker = None
    if low is not None and high is not None:
        whisker = tag(
            "line", x1=_at(low, axis), x2=_at(high, axis), y1=8, y2=8, class_=f"interval {style}"
        )
    dot = tag("circle", cx=_at(value, axis), cy=8, r=4.5, class_=f"dot {style}")
    return _strip(join(rail, *upright, whisker, dot))


def _at(value: float, axis: Axis) -> str:
    # A dot at the very edge would be cut in half, so the axis keeps 3 % of air on both sides.
    return _percent(0.03 + 0.94 * axis.share(value))


def _percent(share: float) -> str:
    return f"{share * 100:.2f}".rstrip("0").rstrip(".") + "%"


def _strip(drawing: Markup) -> Markup:
    return tag("svg", drawing, class_="strip", width="100%", height=16, aria_hidden="true")
