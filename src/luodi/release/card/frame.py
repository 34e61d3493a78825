"""The rectangle that a chart draws in: its axes, grid, ticks and legend, as SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from luodi.release.card.axes import Axis, tick_label
from luodi.release.card.markup import Markup, join, tag

WIDTH, HEIGHT = 360, 280
LEFT, RIGHT, TOP, BOTTOM = 52, 12, 12, 42


@dataclass(frozen=True, slots=True)
class Frame:
    """The rectangle that a chart draws in, and its two axes."""

    across: Axis
    up: Axis
    top: float = TOP
    bottom: float = HEIGHT - BOTTOM

    def x(self, value: float) -> float:
        """Distance from the left edge."""
        return round(LEFT + self.across.share(value) * (WIDTH - LEFT - RIGHT), 1)

    def y(self, value: float) -> float:
        """Distance from the top edge."""
        return round(self.bottom - self.up.share(value) * (self.bottom - self.top), 1)


def canvas(drawing: Markup, summary: str, height: int = HEIGHT) -> Markup:
    """The SVG element around a drawing."""
    box = f"0 0 {WIDTH} {height}"
    return tag("svg", drawing, viewBox=box, class_="chart", role="img", aria_label=summary)


def legend(entries: Sequence[tuple[str, str]]) -> Markup:
    """Which line is which, as text beside a swatch of the line itself."""
    keys = [
        tag(
            "span",
            tag(
                "svg",
                tag("line", x1=0, x2=22, y1=5, y2=5, class_=f"line {style}"),
                viewBox="0 0 22 10",
                class_="swatch",
                aria_hidden="true",
            ),
            label,
            class_="key",
        )
        for style, label in entries
    ]
    return tag("p", *keys, class_="legend") if keys else Markup("")


def grid(frame: Frame, labels_at: float | None = None) -> Markup:
    """Grid lines, tick labels and axis titles of a frame."""
    floor_at = frame.bottom if labels_at is None else labels_at
    upright = [
        join(
            tag("line", x1=frame.x(v), x2=frame.x(v), y1=frame.top, y2=frame.bottom, class_="grid"),
            tag("text", text, x=frame.x(v), y=floor_at + 15, class_="tick middle"),
        )
        for v, text in _ticks(frame.across, 6)
    ]
    level = [
        join(
            tag("line", x1=LEFT, x2=WIDTH - RIGHT, y1=frame.y(v), y2=frame.y(v), class_="grid"),
            tag("text", text, x=LEFT - 6, y=frame.y(v) + 3.5, class_="tick end"),
        )
        for v, text in _ticks(frame.up, 6)
    ]
    middle, centre = (LEFT + WIDTH - RIGHT) / 2, (frame.top + frame.bottom) / 2
    titles = (
        tag("text", frame.across.label, x=middle, y=floor_at + 33, class_="axis-title middle"),
        tag(
            "text",
            frame.up.label,
            transform=f"translate(11 {centre:g}) rotate(-90)",
            class_="axis-title middle",
        ),
    )
    return join(*upright, *level, *titles)


def _ticks(axis: Axis, most: int) -> list[tuple[float, str]]:
    values = axis.ticks(most)
    step = values[1] - values[0] if len(values) > 1 else 1.0
    return [(value, tick_label(value, step)) for value in values]
