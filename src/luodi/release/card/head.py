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
from luodi.release.card.tables import table

Card = Mapping[str, Any]

COMPANIONS = {
    "classify": ("f1", "recall", "precision", "accuracy", "f1_macro", "ece", "roc_auc", "log_loss"),
    "regress": ("mae", "r2", "median_absolute_error", "mape", "rmse"),
}
ALWAYS = ("one_row_ms_p99", "size_mb")
MOST_COMPANIONS = 4
TWO_ONLY, MANY_ONLY = {"f1", "recall", "precision"}, {"accuracy", "f1_macro"}


def head(card: Card, voice: Voice) -> Markup:
    """Title, purpose, headline figure, comparison and the small figures."""
    made = card["provenance"]
    parts = (voice("page.kind"), str(made.get("created") or "")[:10], _version(made))
    return tag(
        "header",
        tag("p", " · ".join(part for part in parts if part), class_="overline"),
        tag("h1", name(card["name"])),
        tag("p", purpose(card, voice), class_="purpose"),
        tag("p", sign(card["passed"]), tag("a", verdict(card, voice), href="#gates"), class_=f"stamp {'good' if card['passed'] else 'bad'}"),
        tag("div", _headline(card, voice), comparison(card, voice), class_="headline"),
        _small_figures(card, voice),
    )


def purpose(card: Card, voice: Voice) -> Markup:
    """What the release does for each record, in a sentence."""
    target = card["target"]
    facts = {"target": name(target["name"], 60), "cases": len(target["classes"])}
    if card["goal"] == "regress":
        said = voice.html("purpose.regress", **facts)
        return join(said, voice("purpose.unit", unit=one_line(target["unit"], 24)) if target["unit"] else "")
    if target["positive"] is None:
        return voice.html("purpose.classes", **facts)
    return voice.html("purpose.two", positive=name(target["positive"], 40), **facts)


def _version(made: Mapping[str, Any]) -> str:
    return f"luodi {made['luodi']}" if made.get("luodi") else ""


def _headline(card: Card, voice: Voice) -> Markup:
    figure = forms.figure_of(card, card["metric"]) if card["metric"] else None
    if figure is None:
        return tag("p", voice("page.no_figure"), class_="figure soft")
    text = forms.value(figure["name"], figure["value"], card["target"]["unit"], voice)
    amount, _, unit = text.partition(" ")
    between = forms.interval(figure)
    return tag(
        "p",
        tag("span", voice("page.on_holdout", figure=forms.title(figure["name"], voice)), class_="what"),
        tag("span", amount, tag("small", unit) if unit else None, class_="value"),
        tag("span", voice("page.interval", interval=between), class_="between") if between else None,
        class_="figure",
    )


def comparison(card: Card, voice: Voice) -> Markup:
    """This release and the baselines on one axis, with the gate where the task set one."""
    figure = forms.figure_of(card, card["metric"]) if card["metric"] else None
    others = [one for one in card["judged"].get("baselines") or () if one.get("figure") is not None]
    if figure is None or not others:
        return Markup("")
    wanted = _wanted(card)
    seen = [figure["value"], figure["low"], figure["high"], wanted, *(one["figure"] for one in others)]
    axis = forms.axis(figure["name"], seen)
    lines = [(wanted, "gate-line")] if wanted is not None else []
    own = interval_strip(figure["value"], figure["low"], figure["high"], axis, "model", lines)
    rows: list[list[object]] = [[voice("page.this_release"), numbers.number(figure["value"]), own]]
    for one in others:
        strip = interval_strip(one["figure"], None, None, axis, "plain", lines)
        rows.append([voice.term("baseline", one["name"]), numbers.number(one["figure"]), strip])
    caption = voice("page.compared") + (voice("page.gate_line") if lines else "")
    columns = [(voice("page.model"), ""), (voice.term("figure", figure["name"]), "number"), ("", "graph")]
    return table(caption, columns, rows, marked=(0,), after=axis_row(axis, 2))


def axis_row(axis: Axis, before: int) -> Markup:
    """The two ends of an axis that the strips above share."""
    ticks = axis.ticks(4)
    step = ticks[1] - ticks[0] if len(ticks) > 1 else 1.0
    texts = [tag("text", tick_label(v, step), x=f"{3 + 94 * axis.share(v):.2f}%", y=11, class_="middle")
             for v in ticks]
    scale = tag("svg", *texts, class_="strip", width="100%", height=14, aria_hidden="true")
    return tag("tr", tag("td", "", colspan=before), tag("td", scale, class_="graph"), class_="axis-row", aria_hidden="true")


def _wanted(card: Card) -> float | None:
    """The value that a gate on the headline figure asks for."""
    conditions = [gate["condition"] for gate in card["gates"] if gate["name"] == card["metric"]]
    return next((c["value"] for c in conditions if c), None)


def _small_figures(card: Card, voice: Voice) -> Markup:
    shown = [known for one in companions(card) if (known := forms.figure_of(card, one))]
    return tag("dl", *(_small(figure, card, voice) for figure in shown), class_="small-figures") if shown else Markup("")


def companions(card: Card) -> list[str]:
    """Names of the figures that stand beside the headline, most telling first."""
    known = {figure["name"] for figure in card["figures"]} - {card["metric"]}
    two = card["target"]["positive"] is not None
    fitting = [one for one in COMPANIONS[card["goal"]] if one in known and one not in (MANY_ONLY if two else TWO_ONLY)]
    return [*fitting[:MOST_COMPANIONS], *(one for one in ALWAYS if one in known)]


def _small(figure: Mapping[str, Any], card: Card, voice: Voice) -> Markup:
    text = forms.value(figure["name"], figure["value"], card["target"]["unit"], voice)
    between = forms.interval(figure)
    return tag("div", tag("dt", forms.title(figure["name"], voice)),
               tag("dd", text, tag("small", between) if between else None))
