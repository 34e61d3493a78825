"""Charts as inline SVG: pure functions from numbers to text, coloured by the page's style sheet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from luodi.release.card.axes import Axis, Point, thinned
from luodi.release.card.frame import (
    BOTTOM,
    HEIGHT,
    LEFT,
    RIGHT,
    TOP,
    WIDTH,
    Frame,
    canvas,
    grid,
    legend,
)
from luodi.release.card.markup import Markup, join, tag


@dataclass(frozen=True, slots=True)
class Series:
    """One line of a chart.

    Attributes:
        points: Its points in the units of the axes.
        style: ``model``, ``other`` or ``ideal``: the class that colours and dashes it.
        label: What the legend calls it; empty for none.
        dots: Whether each point is marked.
        band: Low and high around each point, if there is an interval.
    """

    points: Sequence[Point]
    style: str
    label: str = ""
    dots: bool = False
    band: Sequence[tuple[float, float] | None] = ()


def line_chart(
    series: Sequence[Series],
    across: Axis,
    up: Axis,
    summary: str,
    marks: Sequence[tuple[Point, str]] = (),
) -> Markup:
    """Lines over two axes, such as a precision-recall or a ROC curve.

    Args:
        series: The lines; the first is drawn last, on top.
        across: The horizontal axis.
        up: The vertical axis.
        summary: What the chart shows, for those who do not see it.
        marks: Points that stand out, each with its text.

    Returns:
        The figure's drawing and legend.
    """
    frame = Frame(across, up)
    lines = [_line(frame, one) for one in reversed(series)]
    drawing = join(grid(frame), *lines, *(_mark(frame, point, text) for point, text in marks))
    return join(canvas(drawing, summary), legend([(s.style, s.label) for s in series if s.label]))


def reliability_chart(
    series: Sequence[Series],
    counts: Sequence[tuple[float, float, float]],
    across: Axis,
    up: Axis,
    summary: str,
) -> Markup:
    """Observed against predicted share, over a histogram of the predictions.

    Args:
        series: Lines as in ``line_chart``.
        counts: For each bin its lower end, upper end and number of cases.
        across: The axis of predictions.
        up: The axis of observed shares.
        summary: What the chart shows, for those who do not see it.
    """
    floor_at = HEIGHT - BOTTOM
    frame, under = (
        Frame(across, up, TOP, floor_at - 52),
        Axis("", 0, max((c for *_, c in counts), default=1)),
    )
    strip = Frame(across, under, floor_at - 40, floor_at)
    boxes = [_box(strip, low, high, cases) for low, high, cases in counts if cases]
    base = tag("line", x1=LEFT, x2=WIDTH - RIGHT, y1=floor_at, y2=floor_at, class_="axis")
    lines = [_line(frame, one) for one in reversed(series)]
    drawing = join(grid(frame, labels_at=floor_at), *boxes, base, *lines)
    return join(canvas(drawing, summary), legend([(s.style, s.label) for s in series if s.label]))


def scatter_chart(
    points: Sequence[Point],
    across: Axis,
    up: Axis,
    summary: str,
    lines: Sequence[Series] = (),
    most: int = 600,
) -> Markup:
    """Dots over two axes, such as predicted against actual values.

    Args:
        points: The dots; evenly spaced ones are drawn when there are more than ``most``.
        across: The horizontal axis.
        up: The vertical axis.
        summary: What the chart shows, for those who do not see it.
        lines: Lines behind the dots.
        most: The largest number of dots.
    """
    frame = Frame(across, up)
    step = max(1, -(-len(points) // most))
    places = dict.fromkeys((frame.x(a), frame.y(b)) for a, b in points[::step])
    # One path of zero-length round strokes is a tenth of the text of as many circles.
    dots = tag("path", d="".join(f"M{x:g} {y:g}h0" for x, y in places), class_="dots")
    behind = [_line(frame, one) for one in lines]
    drawing = join(grid(frame), *behind, dots)
    return join(canvas(drawing, summary), legend([(s.style, s.label) for s in lines if s.label]))


def histogram_chart(
    counts: Sequence[tuple[float, float, float]], across: Axis, up: Axis, summary: str
) -> Markup:
    """Numbers of cases by bin, such as a histogram of residuals.

    Args:
        counts: For each bin its lower end, upper end and number of cases.
        across: The axis of the values.
        up: The axis of the numbers.
        summary: What the chart shows, for those who do not see it.
    """
    frame = Frame(across, up)
    return canvas(
        join(grid(frame), *(_box(frame, low, high, n) for low, high, n in counts if n)), summary
    )


def _line(frame: Frame, series: Series) -> Markup:
    unit = [(frame.across.share(x), frame.up.share(y)) for x, y in series.points]
    wide, high = WIDTH - LEFT - RIGHT, frame.bottom - frame.top
    places = [(LEFT + x * wide, frame.bottom - y * high) for x, y in thinned(unit)]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    line = tag("polyline", points=path, class_=f"line {series.style}")
    ends = zip(series.points, series.band, strict=False)
    bands = [_whisker(frame, point[0], band, series.style) for point, band in ends if band]
    dots = [
        tag("circle", cx=frame.x(x), cy=frame.y(y), r=3, class_=f"dot {series.style}")
        for x, y in (series.points if series.dots else ())
    ]
    return join(*bands, line, *dots)


def _whisker(frame: Frame, x: float, band: tuple[float, float], style: str) -> Markup:
    at, low, high = frame.x(x), frame.y(band[0]), frame.y(band[1])
    return tag("line", x1=at, x2=at, y1=low, y2=high, class_=f"whisker {style}")


def _mark(frame: Frame, point: Point, text: str) -> Markup:
    x, y = frame.x(point[0]), frame.y(point[1])
    left = x > (WIDTH + LEFT) / 2
    low = y < (frame.top + frame.bottom) / 2
    label = tag(
        "text",
        text,
        x=x - 9 if left else x + 9,
        y=y + 17 if low else y - 9,
        class_="mark-text end" if left else "mark-text",
    )
    return join(tag("circle", cx=x, cy=y, r=5, class_="mark"), label)


def _box(frame: Frame, low: float, high: float, cases: float) -> Markup:
    x, y = frame.x(low), frame.y(cases)
    width = max(1.0, round(frame.x(high) - x - 1, 1))
    return tag("rect", x=x + 0.5, y=y, width=width, height=round(frame.bottom - y, 1), class_="box")
