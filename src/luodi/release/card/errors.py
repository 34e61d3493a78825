"""What goes wrong and what it costs: the confusion table, costs by policy, sizes of errors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from luodi.release.card import numbers
from luodi.release.card.axes import Axis
from luodi.release.card.bars import bar
from luodi.release.card.markup import Markup, join, name, one_line, tag
from luodi.release.card.phrases import Voice
from luodi.release.card.tables import (
    Column,
    drawing,
    note,
    number,
    paragraph,
    scrolling,
    table,
    titled_table,
)

Card = Mapping[str, Any]
MOST_CLASSES, MOST_MIXED, MOST_POLICIES = 12, 15, 6


def confusion(card: Card, voice: Voice) -> Markup:
    """Actual against decided classes; for many classes only the pairs that are mixed up most."""
    known = card["judged"].get("confusion") or {}
    counts, classes = known.get("counts") or (), card["target"]["classes"]
    if not counts:
        return Markup("")
    if len(classes) > MOST_CLASSES:
        return _mixed(counts, classes, voice)
    reviewed = known.get("reviewed") or ()
    asked: Sequence[int | None] = reviewed if any(reviewed) else [None] * len(classes)
    heads = [tag("th", voice("confusion.corner"), scope="col", class_="corner")]
    heads += [tag("th", name(one, 24), scope="col") for one in classes]
    heads += [tag("th", voice("confusion.review"), scope="col")] if any(reviewed) else []
    rows = [_row(place, counts[place], one, asked[place]) for place, one in enumerate(classes)]
    caption = voice("confusion.caption")
    body = join(titled_table(caption), tag("thead", tag("tr", *heads)), tag("tbody", *rows))
    return scrolling(caption, tag("table", body, class_="confusion"))


def _row(place: int, counts: Sequence[int], label: str, reviewed: int | None) -> Markup:
    total = sum(counts) or 1
    cells = [_cell(cases, total, other == place) for other, cases in enumerate(counts)]
    last = _cell(reviewed, total, False, heated=False) if reviewed is not None else None
    return tag("tr", tag("th", name(label, 40), scope="row"), *cells, last)


def _cell(cases: int, total: int, hit: bool, heated: bool = True) -> Markup:
    share = cases / total
    beside = tag("small", numbers.share(share)) if cases else None
    heat = f"--heat:{share:.2f}" if heated else None
    return tag("td", numbers.count(cases), beside, class_="hit" if hit else None, style=heat)


def _mixed(counts: Sequence[Sequence[int]], classes: Sequence[str], voice: Voice) -> Markup:
    pairs = [
        (cases, cases / (sum(row) or 1), actual, classes[place])
        for actual, row in zip(classes, counts, strict=True)
        for place, cases in enumerate(row)
        if cases and classes[place] != actual
    ]
    columns = (
        Column(voice("confusion.actual"), lambda pair: name(pair[2], 40)),
        Column(voice("confusion.decided"), lambda pair: name(pair[3], 40)),
        number(voice("data.rows"), lambda pair: numbers.count(pair[0])),
        number(voice("confusion.of_actual"), lambda pair: numbers.share(pair[1])),
    )
    worst = sorted(pairs, key=lambda pair: -pair[0])[:MOST_MIXED]
    return table(voice("confusion.mixed"), columns, worst)


def costs(card: Card, voice: Voice) -> Markup:
    """What the decisions cost per case, beside the policies that need no model."""
    known = card["judged"].get("cost") or {}
    if known.get("per_row") is None:
        return Markup("")
    policies = [one for one in known.get("policies") or () if one.get("per_row") is not None]
    listed = [{"per_row": known["per_row"], "name": ""}, *policies[:MOST_POLICIES]]
    axis = Axis("", 0, max(one["per_row"] for one in listed) or 1)
    columns = (
        Column(voice("cost.policy"), lambda one: _policy(one, voice)),
        number(voice("cost.per_row"), lambda one: numbers.number(one["per_row"])),
        drawing(lambda one: bar(one["per_row"], axis, "plain" if one["name"] else "model")),
    )
    rows = numbers.count(card["judged"].get("rows"))
    said = voice("cost.total", total=numbers.number(known.get("total"), 4), rows=rows)
    shown = table(voice("cost.caption"), columns, listed, ours=lambda one: not one["name"])
    share = known.get("reviewed_share")
    asked = voice("cost.reviewed", share=numbers.share(share)) if share else ""
    return join(paragraph(said), shown, note(asked))


def _policy(one: Mapping[str, Any], voice: Voice) -> Markup:
    if not one["name"]:
        return join(voice("page.this_release"))
    if one.get("decided") is not None:
        return voice.html("cost.always", decided=name(one["decided"], 40))
    return join(voice("cost.review_all"))


def error_sizes(card: Card, voice: Voice) -> Markup:
    """How large the errors of values are: by share of cases, and by size of the prediction."""
    known = card["judged"].get("residuals") or {}
    unit = f" {one_line(card['target']['unit'], 16)}" if card["target"]["unit"] else ""
    columns = (
        Column(voice("errors.predicted"), lambda one: _ends(one) + unit),
        number(voice("data.rows"), lambda one: numbers.count(one.get("rows"))),
        number(voice("errors.mean"), lambda one: numbers.number(one.get("error")) + unit),
        number(voice("errors.bias"), lambda one: _signed(one.get("bias")) + unit),
    )
    shown = table(voice("errors.caption"), columns, known.get("by_quantile") or ())
    return join(paragraph(_within(known.get("error_quantiles") or {}, unit, voice)), shown)


def _within(quantiles: Mapping[str, Any], unit: str, voice: Voice) -> str:
    """A sentence on how far the prediction is off for which share of the records."""
    told = [
        voice("errors.within", share=numbers.share(float(level), 0), size=f"{size}{unit}")
        for level, amount in quantiles.items()
        if (size := numbers.number(amount)) != numbers.MISSING
    ]
    return voice("errors.sentence", parts=voice("page.comma").join(told)) if told else ""


def _ends(one: Mapping[str, Any]) -> str:
    return numbers.interval(one.get("low"), one.get("high"), 4) or numbers.MISSING


def _signed(value: Any) -> str:
    return ("+" if isinstance(value, int | float) and value > 0 else "") + numbers.number(value)
