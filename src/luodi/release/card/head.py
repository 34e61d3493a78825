"""The top of the page: what it is for, the one figure that counts, and what it is compared with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from luodi.release.card import forms, numbers
from luodi.release.card.axes import Axis, tick_label
from luodi.release.card.bars import interval_strip
from luodi.release.card.gates import sign, verdict
from luodi.release.card.markup import Markup, join, name, one_line, tag
from luodi.release.card.phrases import Voice
from luodi.release.card.tables import Column, drawing, number, table

Card = Mapping[str, Any]

COMPANIONS = {
    "classify": ("f1", "recall", "precision", "accuracy", "f1_macro", "ece", "roc_auc", "log_loss"),
    "regress": ("mae", "r2", "median_absolute_error", "mape", "rmse"),
}
TWO_ONLY, MANY_ONLY = {"f1", "recall", "precision"}, {"accuracy", "f1_macro"}
ALWAYS = ("one_row_ms_p99", "size_mb")
MOST_COMPANIONS = 4


def head(card: Card, voice: Voice) -> Markup:
    """Title, purpose, outcome, headline figure, comparison and the small figures."""
    made = card["provenance"]
    version = f"luodi {made['luodi']}" if made.get("luodi") else ""
    parts = (voice("page.kind"), str(made.get("created") or "")[:10], version)
    outcome = tag("a", verdict(card, voice), href="#gates")
    kind = "good" if card["passed"] else "bad"
    return tag(
        "header",
        tag("p", " · ".join(part for part in parts if part), class_="overline"),
        tag("h1", name(card["name"])),
        tag("p", purpose(card, voice), class_="purpose"),
        tag("p", sign(card["passed"]), outcome, class_=f"stamp {kind}"),
        tag("div", _headline(card, voice), comparison(card, voice), class_="headline"),
        _small_figures(card, voice),
    )


def purpose(card: Card, voice: Voice) -> Markup:
    """What the release does for each record, in a sentence."""
    target = card["target"]
    facts = {"target": name(target["name"], 60), "cases": len(target["classes"])}
    if card["goal"] == "regress":
        unit = one_line(target["unit"] or "", 24)
        said = voice.html("purpose.regress", **facts)
        return join(said, voice("purpose.unit", unit=unit) if unit else "")
    if target["positive"] is None:
        return voice.html("purpose.classes", **facts)
    return voice.html("purpose.two", positive=name(target["positive"], 40), **facts)


def _headline(card: Card, voice: Voice) -> Markup:
    figure = forms.figure_of(card, card["metric"])
    if figure is None:
        return tag("p", voice("page.no_figure"), class_="figure soft")
    title = forms.title(figure["name"], voice)
    text = forms.value(figure["name"], figure["value"], card["target"]["unit"], voice)
    amount, _, unit = text.partition(" ")
    between = forms.interval(figure)
    said = voice("page.interval", interval=between) if between else None
    return tag(
        "p",
        tag("span", voice("page.on_holdout", figure=title), class_="what"),
        tag("span", amount, tag("small", unit) if unit else None, class_="value"),
        tag("span", said, class_="between") if said else None,
        class_="figure",
    )


def comparison(card: Card, voice: Voice) -> Markup:
    """This release and the baselines on one axis, with the gate where the task set one."""
    own = forms.figure_of(card, card["metric"])
    others = forms.baselines(card)
    if own is None or not others:
        return Markup("")
    wanted = _wanted(card)
    ends = (own["value"], own["low"], own["high"], wanted, *(one["figure"] for one in others))
    axis = forms.axis(own["name"], ends)
    lines = [(wanted, "gate-line")] if wanted is not None else []

    def strip(one: Mapping[str, Any]) -> Markup:
        if one is own:
            return interval_strip(own["value"], own["low"], own["high"], axis, "model", lines)
        return interval_strip(one["figure"], None, None, axis, "plain", lines)

    columns = (
        Column(voice("page.model"), lambda one: _model(one, own, voice)),
        number(
            forms.title(own["name"], voice),
            lambda one: numbers.number(one["value"] if one is own else one["figure"]),
        ),
        drawing(strip),
    )
    caption = voice("page.compared") + (voice("page.gate_line") if lines else "")
    after = axis_row(axis, 2)
    return table(caption, columns, [own, *others], ours=lambda one: one is own, after=after)


def _model(one: Mapping[str, Any], own: Mapping[str, Any], voice: Voice) -> str:
    return voice("page.this_release") if one is own else voice.term("baseline", one["name"])


def axis_row(axis: Axis, before: int) -> Markup:
    """The ticks of an axis that the strips of a table share, as its last row."""
    ticks = axis.ticks(4)
    step = ticks[1] - ticks[0] if len(ticks) > 1 else 1.0
    texts = [
        tag("text", tick_label(v, step), x=f"{3 + 94 * axis.share(v):.2f}%", y=11, class_="middle")
        for v in ticks
    ]
    scale = tag("svg", *texts, class_="strip", width="100%", height=14, aria_hidden="true")
    cells = (tag("td", "", colspan=before), tag("td", scale, class_="graph"))
    return tag("tr", *cells, class_="axis-row", aria_hidden="true")


def _wanted(card: Card) -> float | None:
    """The value that a gate on the headline figure asks for."""
    conditions = [gate["condition"] for gate in card["gates"] if gate["name"] == card["metric"]]
    return next((c["value"] for c in conditions if c), None)


def _small_figures(card: Card, voice: Voice) -> Markup:
    shown = [known for one in companions(card) if (known := forms.figure_of(card, one))]
    if not shown:
        return Markup("")
    return tag("dl", *(_small(figure, card, voice) for figure in shown), class_="small-figures")


def companions(card: Card) -> list[str]:
    """Names of the figures that stand beside the headline, most telling first."""
    known = {figure["name"] for figure in card["figures"]} - {card["metric"]}
    other = MANY_ONLY if card["target"]["positive"] is not None else TWO_ONLY
    fitting = [one for one in COMPANIONS[card["goal"]] if one in known and one not in other]
    return [*fitting[:MOST_COMPANIONS], *(one for one in ALWAYS if one in known)]


def _small(figure: Mapping[str, Any], card: Card, voice: Voice) -> Markup:
    text = forms.value(figure["name"], figure["value"], card["target"]["unit"], voice)
    between = forms.interval(figure)
    amount = tag("dd", text, tag("small", between) if between else None)
    return tag("div", tag("dt", forms.title(figure["name"], voice)), amount)
