"""The charts of step four: curves and calibration of classes, residuals of values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from luodi.release.card import numbers
from luodi.release.card.axes import Axis, around
from luodi.release.card.chart import (
    Series,
    histogram_chart,
    line_chart,
    reliability_chart,
    scatter_chart,
)
from luodi.release.card.markup import Markup, join, one_line
from luodi.release.card.phrases import Voice
from luodi.release.card.tables import charts, figure, note

Card = Mapping[str, Any]
Curve = Mapping[str, Any]
STYLES = ("model", "other", "third")


def classify_charts(card: Card, voice: Voice) -> Markup:
    """Precision-recall, ROC, reliability and the histogram of probabilities."""
    curves = list(card["judged"].get("curves") or ())
    shown = sorted(curves, key=lambda c: c.get("share") or 0)[: len(STYLES)]
    left = len(curves) - len(shown)
    drawn = [_precision_recall(shown, voice), _roc(shown, voice)] if shown else []
    drawn += [_reliability(card["judged"].get("calibration"), voice)]
    drawn += [_scores(shown[0], voice)] if len(curves) == 1 else []
    more = note(voice("curve.rarest", cases=numbers.count(len(shown)))) if left > 0 else None
    return join(charts(one for one in drawn if one), more)


def _label(curve: Curve, shown: Sequence[Curve], voice: Voice) -> str:
    return voice("page.this_release") if len(shown) == 1 else one_line(curve["of"], 24)


def _precision_recall(shown: Sequence[Curve], voice: Voice) -> Markup:
    lines = [
        Series(
            _pairs(c["precision_recall"], "recall", "precision"),
            STYLES[place],
            _label(c, shown, voice),
        )
        for place, c in enumerate(shown)
    ]
    here = _here(shown, "recall", "precision")
    if len(shown) == 1:
        level = shown[0]["share"] or 0
        lines.append(Series([(0, level), (1, level)], "ideal", voice("curve.by_chance")))
    said = voice(
        "curve.pr_summary", of=one_line(shown[0]["of"], 40), **_at(here, "recall", "precision")
    )
    drawing = line_chart(
        lines,
        Axis(voice("curve.recall")),
        Axis(voice("curve.precision")),
        said,
        _marks(here, voice),
    )
    return figure(voice("curve.pr"), drawing, voice("curve.pr_note"))


def _roc(shown: Sequence[Curve], voice: Voice) -> Markup:
    lines = [
        Series(_pairs(c["roc"], "false_alarm", "hit"), STYLES[place], _label(c, shown, voice))
        for place, c in enumerate(shown)
    ]
    here = _here(shown, "false_alarm", "recall")
    lines.append(Series([(0, 0), (1, 1)], "ideal", voice("curve.by_chance")))
    said = voice(
        "curve.roc_summary", of=one_line(shown[0]["of"], 40), **_at(here, "false_alarm", "recall")
    )
    drawing = line_chart(
        lines, Axis(voice("curve.false_alarm")), Axis(voice("curve.hit")), said, _marks(here, voice)
    )
    return figure(voice("curve.roc"), drawing, voice("curve.roc_note"))


def _here(shown: Sequence[Curve], across: str, up: str) -> tuple[float, float] | None:
    """Where the release's own decisions stand, when one class is shown."""
    here = (shown[0].get("here") or {}) if len(shown) == 1 else {}
    a, b = here.get(across), here.get(up)
    return (a, b) if a is not None and b is not None else None


def _marks(here: tuple[float, float] | None, voice: Voice) -> list[tuple[tuple[float, float], str]]:
    return [(here, voice("curve.here"))] if here else []


def _at(here: tuple[float, float] | None, across: str, up: str) -> dict[str, str]:
    a, b = here or (None, None)
    return {across: numbers.number(a), up: numbers.number(b)}


def _pairs(curve: Mapping[str, Any], across: str, up: str) -> list[tuple[float, float]]:
    return [
        (a, b)
        for a, b in zip(curve[across], curve[up], strict=True)
        if a is not None and b is not None
    ]


def _reliability(calibration: Mapping[str, Any] | None, voice: Voice) -> Markup:
    bins = [
        one
        for one in (calibration or {}).get("bins") or ()
        if one.get("predicted") is not None and one.get("observed") is not None
    ]
    if not bins:
        return Markup("")
    points = [(one["predicted"], one["observed"]) for one in bins]
    bands = [(one["low"], one["high"]) if one.get("low") is not None else None for one in bins]
    own = Series(points, "model", voice("page.this_release"), dots=True, band=bands)
    lines = [own, Series([(0, 0), (1, 1)], "ideal", voice("curve.perfect"))]
    said = voice(
        "curve.reliability_summary", error=numbers.number((calibration or {}).get("error"))
    )
    drawing = reliability_chart(
        lines,
        _spread(bins),
        Axis(voice("curve.predicted_share")),
        Axis(voice("curve.observed")),
        said,
    )
    return figure(voice("curve.reliability"), drawing, voice("curve.reliability_note"))


def _spread(bins: Sequence[Mapping[str, Any]]) -> list[tuple[float, float, float]]:
    """Cases by twentieths of the prediction, from bins of equal mass."""
    counts = [0.0] * 20
    for one in bins:
        counts[min(19, int(one["predicted"] * 20))] += one.get("rows") or 0
    return [(place / 20, (place + 1) / 20, cases) for place, cases in enumerate(counts)]


def _scores(curve: Curve, voice: Voice) -> Markup:
    scores = curve.get("scores") or {}
    edges, own, others = (_listed(scores, key) for key in ("edges", "own", "others"))
    if len(edges) < 2:
        return Markup("")
    lines = [
        Series(_steps(edges, own), "model", one_line(curve["of"], 24)),
        Series(_steps(edges, others), "other", voice("curve.others")),
    ]
    said = voice("curve.scores_summary", of=one_line(curve["of"], 40))
    top = max(y for line in lines for _, y in line.points)
    drawing = line_chart(
        lines,
        Axis(voice("curve.probability"), edges[0], edges[-1]),
        Axis(voice("curve.share_of_class"), 0, top or 1),
        said,
    )
    return figure(voice("curve.scores"), drawing, voice("curve.scores_note"))


def _listed(histogram: Mapping[str, Any], key: str) -> list[float]:
    return list(histogram.get(key) or ())


def _steps(edges: Sequence[float], counts: Sequence[float]) -> list[tuple[float, float]]:
    """A histogram's outline as shares of its own cases, so that rare and frequent compare."""
    total = sum(counts) or 1
    corners = [
        (edge, cases / total)
        for place, cases in enumerate(counts)
        for edge in (edges[place], edges[place + 1])
    ]
    return [(edges[0], 0.0), *corners, (edges[-1], 0.0)]


def regress_charts(card: Card, voice: Voice) -> Markup:
    """Predicted against actual values, and the histogram of errors."""
    residuals = card["judged"].get("residuals")
    if not residuals:
        return Markup("")
    unit = f" [{one_line(card['target']['unit'], 16)}]" if card["target"]["unit"] else ""
    return charts((_scatter(residuals, unit, voice), _errors(residuals, unit, voice)))


def _scatter(residuals: Mapping[str, Any], unit: str, voice: Voice) -> Markup:
    points = [(a, b) for a, b in residuals.get("sample") or () if a is not None and b is not None]
    if not points:
        return Markup("")
    both = around("", [v for point in points for v in point], 0.03)
    across, up = (
        Axis(voice("curve.predicted") + unit, both.low, both.high),
        Axis(voice("curve.actual") + unit, both.low, both.high),
    )
    ideal = Series([(both.low, both.low), (both.high, both.high)], "ideal", voice("curve.exact"))
    drawing = scatter_chart(
        [(b, a) for a, b in points],
        across,
        up,
        voice("curve.scatter_summary", cases=numbers.count(len(points))),
        [ideal],
    )
    return figure(voice("curve.scatter"), drawing, voice("curve.scatter_note"))


def _errors(residuals: Mapping[str, Any], unit: str, voice: Voice) -> Markup:
    histogram = residuals.get("histogram") or {}
    edges, counts = _listed(histogram, "edges"), _listed(histogram, "counts")
    if len(edges) < 2 or not any(counts):
        return Markup("")
    boxes = list(zip(edges, edges[1:], counts, strict=False))
    across, up = (
        Axis(voice("curve.error") + unit, edges[0], edges[-1]),
        Axis(voice("curve.cases"), 0, max(counts)),
    )
    drawing = histogram_chart(boxes, across, up, voice("curve.errors_summary"))
    return figure(voice("curve.errors"), drawing, voice("curve.errors_note"))
