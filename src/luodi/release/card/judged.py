"""Step four of the loop: every figure that the judge computed through the exported graph."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from luodi.release.card import forms, numbers
from luodi.release.card.axes import Axis
from luodi.release.card.bars import bar, interval_strip
from luodi.release.card.curves import classify_charts, regress_charts
from luodi.release.card.errors import confusion, costs, error_sizes
from luodi.release.card.groups import fairness, slices
from luodi.release.card.head import axis_row
from luodi.release.card.markup import Markup, join, name, tag
from luodi.release.card.phrases import Voice
from luodi.release.card.tables import note, section, table, titled

Card = Mapping[str, Any]
MOST_MISSING = 12
SPEED = ("one_row_ms_p50", "one_row_ms_p99", "bare_ms_p50", "batch_rows_per_s", "load_ms", "size_mb")


def evaluate(card: Card, voice: Voice) -> Markup:
    """Figures, comparison, curves, errors, groups, robustness and speed."""
    drawn = classify_charts(card, voice) if card["goal"] == "classify" else regress_charts(card, voice)
    return section("evaluate", voice("section.evaluate"), (
        tag("p", how(card, voice)),
        titled(voice("judged.figures"), _figures(card, voice)),
        titled(voice("judged.baselines"), _baselines(card, voice)),
        titled(voice("judged.curves"), drawn),
        titled(voice("judged.confusion"), confusion(card, voice)),
        titled(voice("judged.costs"), costs(card, voice)),
        titled(voice("judged.error_sizes"), error_sizes(card, voice)),
        titled(voice("judged.slices"), slices(card, voice)),
        titled(voice("judged.fairness"), fairness(card, voice)),
        titled(voice("judged.robustness"), _robustness(card, voice)),
        titled(voice("judged.speed"), _speed(card, voice)),
    ), "4")


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
    shown = [f for f in card["figures"] if f["name"] not in SPEED and not f["name"].startswith("gain_over_") and ":" not in f["name"]]
    rows = [[forms.title(f["name"], voice), forms.value(f["name"], f["value"], card["target"]["unit"], voice), forms.interval(f),
             voice(f"better.{f['better']}") if f["better"] else ""] for f in shown]
    heads = [(voice("judged.figure"), ""), (voice("judged.value"), "number"), (voice("judged.interval"), "number"), (voice("judged.better"), "")]
    ours = [place for place, f in enumerate(shown) if f["name"] == card["metric"]]
    return table(voice("judged.figures_caption"), heads, rows, marked=ours) if rows else Markup("")


def _baselines(card: Card, voice: Voice) -> Markup:
    others = card["judged"].get("baselines") or ()
    if not others:
        return Markup("")
    ends = [one.get(end) for one in others for end in ("low", "high", "difference")]
    axis = forms.axis("", [*ends, 0.0])
    rows = [[voice.term("baseline", one["name"]), numbers.number(one.get("figure")), numbers.number(one.get("difference")),
             numbers.interval(one.get("low"), one.get("high")), numbers.chance(one.get("p")), voice.term("answer", one.get("answer")),
             interval_strip(one.get("difference"), one.get("low"), one.get("high"), axis, "model", [(0.0, "whole-line")])]
            for one in others]
    heads = [(voice("judged.baseline"), ""), (voice("judged.value"), "number"), (voice("judged.gain"), "number"), (voice("judged.interval"), "number"),
             (voice("judged.p"), "number"), (voice("judged.answer"), ""), ("", "graph")]
    return table(voice("judged.baselines_caption", metric=forms.title(card["metric"], voice)), heads, rows, after=axis_row(axis, 6))


def _robustness(card: Card, voice: Voice) -> Markup:
    tried = card["judged"].get("robustness")
    if not tried:
        return Markup("")
    noise = tried.get("noise") or {}
    lost = [one for one in tried.get("missing") or () if one.get("changed") is not None][:MOST_MISSING]
    axis = Axis("", 0, max((one["changed"] for one in lost), default=1) or 1)
    rows = [[name(one["column"], 60), numbers.share(one["changed"]), numbers.number(one.get("figure")), bar(one["changed"], axis, "other")] for one in lost]
    key = card["goal"]
    heads = [(voice("judged.without"), ""), (voice(f"judged.changed_{key}"), "number"), (forms.title(tried.get("metric") or "", voice), "number"), ("", "graph")]
    said = voice(f"judged.noise_{key}", share=numbers.share(noise.get("share"), 0), changed=numbers.share(noise.get("changed"))) if noise else None
    return join(tag("p", said) if said else None, table(voice("judged.missing_caption"), heads, rows) if rows else None)


def _speed(card: Card, voice: Voice) -> Markup:
    known = {figure["name"]: figure["value"] for figure in card["figures"]}
    speed = card["judged"].get("speed") or {}
    known = {**{key: value for key, value in speed.items() if key in SPEED}, **known}
    rows = [[forms.title(one, voice), forms.value(one, known[one], None, voice)] for one in SPEED if known.get(one) is not None]
    if not rows:
        return Markup("")
    if speed.get("ratio_to_bare") is not None:
        rows.append([voice("judged.ratio"), f"{numbers.number(speed['ratio_to_bare'], 2)}×"])
    heads = [(voice("page.what"), ""), (voice("page.measured"), "number")]
    return join(table(voice("judged.speed_caption"), heads, rows), note(voice("judged.speed_note")))
