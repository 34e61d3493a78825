"""The fourth step of the loop: every figure that the judge computed through the exported graph."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from luodi.release.card import forms, numbers
from luodi.release.card.axes import Axis
from luodi.release.card.bars import bar, interval_strip
from luodi.release.card.curves import classify_charts, regress_charts
from luodi.release.card.errors import confusion, costs, error_sizes
from luodi.release.card.groups import fairness, slices
from luodi.release.card.head import axis_row
from luodi.release.card.markup import Markup, join, name
from luodi.release.card.phrases import Voice
from luodi.release.card.sheet import sheet
from luodi.release.card.tables import (
    Column,
    drawing,
    note,
    number,
    paragraph,
    section,
    table,
    titled,
)

Card = Mapping[str, Any]
MOST_MISSING = 12
SPEED = (
    "one_row_ms_p50",
    "one_row_ms_p99",
    "bare_ms_p50",
    "batch_rows_per_s",
    "load_ms",
    "size_mb",
)


def evaluate(card: Card, voice: Voice) -> Markup:
    """Figures, comparison, curves, errors, groups, robustness and speed."""
    parts = (
        ("figures", _figures),
        ("baselines", _baselines),
        ("curves", classify_charts if card["goal"] == "classify" else regress_charts),
        ("confusion", confusion),
        ("pictures", sheet),
        ("costs", costs),
        ("error_sizes", error_sizes),
        ("slices", slices),
        ("fairness", fairness),
        ("robustness", _robustness),
        ("speed", _speed),
    )
    told = [titled(voice(f"judged.{part}"), show(card, voice)) for part, show in parts]
    matter = (paragraph(how(card, voice)), *told)
    return section("evaluate", voice("section.evaluate"), matter, "4")


def how(card: Card, voice: Voice) -> str:
    """On what the figures were computed, and how their intervals came to be."""
    judged = card["judged"]
    said = voice("judged.how", rows=numbers.count(judged.get("rows")))
    drawn = judged.get("resampling") or {}
    if not drawn.get("resamples"):
        return said
    by = voice.term("resampling", drawn.get("by"))
    return said + voice("judged.intervals", resamples=numbers.count(drawn["resamples"]), by=by)


def _figures(card: Card, voice: Voice) -> Markup:
    """All figures but those that stand with the baselines, the groups and the speed."""
    shown = [
        figure
        for figure in card["figures"]
        if figure["name"] not in SPEED and not figure["name"].startswith("gain_over_")
        if ":" not in figure["name"]
    ]
    unit = card["target"]["unit"]
    columns = (
        Column(voice("judged.figure"), lambda one: forms.title(one["name"], voice)),
        number(
            voice("judged.value"), lambda one: forms.value(one["name"], one["value"], unit, voice)
        ),
        number(voice("judged.interval"), forms.interval),
        Column(voice("judged.better"), lambda one: _direction(one, voice), "short"),
    )
    caption = voice("judged.figures_caption")
    return table(caption, columns, shown, ours=lambda one: one["name"] == card["metric"])


def _direction(figure: Mapping[str, Any], voice: Voice) -> str:
    return voice.term("better", figure["better"] or "", "")


def _baselines(card: Card, voice: Voice) -> Markup:
    others = forms.baselines(card)
    ends = [one.get(end) for one in others for end in ("low", "high", "difference")]
    axis = forms.axis("", [*ends, 0.0])
    nothing = [(0.0, "whole-line")]

    def strip(one: Mapping[str, Any]) -> Markup:
        gain, low, high = (one.get(end) for end in ("difference", "low", "high"))
        return interval_strip(gain, low, high, axis, "model", nothing)

    columns = (
        Column(voice("judged.baseline"), lambda one: voice.term("baseline", one["name"])),
        number(voice("judged.value"), lambda one: numbers.number(one.get("figure"))),
        number(voice("judged.gain"), lambda one: numbers.number(one.get("difference"))),
        number(
            voice("judged.interval"), lambda one: numbers.interval(one.get("low"), one.get("high"))
        ),
        number(voice("judged.p"), lambda one: numbers.chance(one.get("p"))),
        Column(
            voice("judged.answer"), lambda one: voice.term("answer", one.get("answer")), "short"
        ),
        drawing(strip),
    )
    caption = voice("judged.baselines_caption", metric=forms.title(card["metric"] or "", voice))
    return table(caption, columns, others, after=axis_row(axis, len(columns) - 1))


def _robustness(card: Card, voice: Voice) -> Markup:
    tried = card["judged"].get("robustness") or {}
    lost = [one for one in tried.get("missing") or () if one.get("changed") is not None]
    every = [*lost, *(tried.get("troubles") or ())]
    axis = Axis("", 0, max((one["changed"] for one in every), default=1) or 1)
    goal = card["goal"]
    columns = (
        Column(voice("judged.without"), lambda one: name(one["column"], 60)),
        number(voice(f"judged.changed_{goal}"), lambda one: numbers.share(one["changed"])),
        number(
            forms.title(tried.get("metric") or "", voice),
            lambda one: numbers.number(one.get("figure")),
        ),
        drawing(lambda one: bar(one["changed"], axis, "other")),
    )
    troubles = tried.get("troubles") or ()
    shown = table(voice("judged.missing_caption"), columns, lost[:MOST_MISSING])
    met = table(voice("judged.trouble_caption"), _trouble_columns(columns, voice), troubles)
    said = _noise(tried.get("noise"), "image" if troubles else goal, voice)
    return join(paragraph(said), shown, met)


def _trouble_columns(columns: Sequence[Column], voice: Voice) -> tuple[Column, ...]:
    """The columns of what goes missing, with the trouble's name in front."""
    named = Column(voice("judged.trouble"), lambda one: voice.term("trouble", one["trouble"]))
    return (named, *columns[1:])


def _noise(noise: Mapping[str, Any] | None, goal: str, voice: Voice) -> str:
    if not noise:
        return ""
    share, changed = numbers.share(noise.get("share"), 0), numbers.share(noise.get("changed"))
    return voice(f"judged.noise_{goal}", share=share, changed=changed)


def _speed(card: Card, voice: Voice) -> Markup:
    speed = card["judged"].get("speed") or {}
    known = {**speed, **{figure["name"]: figure["value"] for figure in card["figures"]}}
    told = [
        (forms.title(one, voice), forms.value(one, known[one], None, voice))
        for one in SPEED
        if known.get(one) is not None
    ]
    if speed.get("ratio_to_bare") is not None:
        told.append((voice("judged.ratio"), f"{numbers.number(speed['ratio_to_bare'], 2)}×"))
    columns = (
        Column(voice("page.what"), lambda pair: pair[0]),
        number(voice("page.measured"), lambda pair: pair[1]),
    )
    shown = table(voice("judged.speed_caption"), columns, told)
    return join(shown, note(voice("judged.speed_note"))) if shown else shown
