"""What goes wrong and what it costs: the confusion table, costs by policy, sizes of errors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from luodi.release.card import numbers
from luodi.release.card.axes import Axis
from luodi.release.card.bars import bar
from luodi.release.card.markup import Markup, join, name, one_line, tag
from luodi.release.card.phrases import Voice
from luodi.release.card.tables import note, table

Card = Mapping[str, Any]
MOST_CLASSES, MOST_MIXED = 12, 15


def confusion(card: Card, voice: Voice) -> Markup:
    """Actual against decided classes; for many classes only the pairs that are mixed up most."""
    known = card["judged"].get("confusion")
    classes = card["target"]["classes"]
    if not known or not known.get("counts"):
        return Markup("")
    if len(classes) > MOST_CLASSES:
        return _mixed(known["counts"], classes, voice)
    reviewed = known.get("reviewed") or [0] * len(classes)
    review = any(reviewed)
    heads = [tag("th", voice("confusion.corner"), scope="col", class_="corner"), *(tag("th", name(one, 24), scope="col") for one in classes)]
    heads += [tag("th", voice("confusion.review"), scope="col")] if review else []
    rows = [_row(place, counts, classes, reviewed[place] if review else None, voice) for place, counts in enumerate(known["counts"])]
    caption = voice("confusion.caption")
    whole = tag("table", tag("caption", caption), tag("thead", tag("tr", *heads)), tag("tbody", *rows), class_="confusion")
    return tag("div", whole, class_="wide", role="region", aria_label=caption, tabindex="0")


def _row(place: int, counts: Sequence[int], classes: Sequence[str], reviewed: int | None, voice: Voice) -> Markup:
    total = sum(counts) or 1
    cells = [_cell(cases, total, other == place) for other, cases in enumerate(counts)]
    last = tag("td", numbers.count(reviewed), tag("small", numbers.share(reviewed / total))) if reviewed is not None else None
    return tag("tr", tag("th", name(classes[place], 40), scope="row"), *cells, last)


def _cell(cases: int, total: int, hit: bool) -> Markup:
    share = cases / total
    return tag("td", numbers.count(cases), tag("small", numbers.share(share)), class_="hit" if hit else None, style=f"--heat:{share:.2f}")


def _mixed(counts: Sequence[Sequence[int]], classes: Sequence[str], voice: Voice) -> Markup:
    pairs = sorted(((cases, a, d) for a, row in enumerate(counts) for d, cases in enumerate(row) if a != d and cases), reverse=True)
    rows = [[name(classes[a], 40), name(classes[d], 40), numbers.count(cases), numbers.share(cases / (sum(counts[a]) or 1))] for cases, a, d in pairs[:MOST_MIXED]]
    heads = [(voice("confusion.actual"), ""), (voice("confusion.decided"), ""), (voice("data.rows"), "number"), (voice("confusion.of_actual"), "number")]
    return table(voice("confusion.mixed"), heads, rows) if rows else Markup("")


def costs(card: Card, voice: Voice) -> Markup:
    """What the decisions cost per case, beside the policies that need no model."""
    known = card["judged"].get("cost")
    if not known:
        return Markup("")
    policies = [one for one in known.get("policies") or () if one.get("per_row") is not None]
    axis = Axis("", 0, max([known.get("per_row") or 0, *(one["per_row"] for one in policies)]) or 1)
    rows = [[voice("page.this_release"), numbers.number(known.get("per_row")), bar(known.get("per_row"), axis)]]
    rows += [[_policy(one, voice), numbers.number(one["per_row"]), bar(one["per_row"], axis, "plain")] for one in policies[:6]]
    heads = [(voice("cost.policy"), ""), (voice("cost.per_row"), "number"), ("", "graph")]
    said = voice("cost.total", total=numbers.number(known.get("total"), 4), rows=numbers.count(card["judged"].get("rows")))
    share = known.get("reviewed_share")
    reviewed = note(voice("cost.reviewed", share=numbers.share(share))) if share else None
    return join(tag("p", said), table(voice("cost.caption"), heads, rows, marked=(0,)), reviewed)


def _policy(one: Mapping[str, Any], voice: Voice) -> Markup:
    if one.get("decided") is not None:
        return voice.html("cost.always", decided=name(one["decided"], 40))
    return join(voice("cost.review_all"))


def error_sizes(card: Card, voice: Voice) -> Markup:
    """How large the errors of values are: by share of cases, and by size of the prediction."""
    known = card["judged"].get("residuals")
    if not known:
        return Markup("")
    unit = f" {one_line(card['target']['unit'], 16)}" if card["target"]["unit"] else ""
    quantiles = [(level, size) for level, size in (known.get("error_quantiles") or {}).items() if size is not None]
    said = [voice("errors.within", share=numbers.share(float(level), 0), size=numbers.number(size) + unit) for level, size in quantiles]
    parts = known.get("by_quantile") or ()
    rows = [[_ends(one) + unit, numbers.count(one.get("rows")), numbers.number(one.get("error")) + unit, _signed(one.get("bias")) + unit] for one in parts]
    heads = [(voice("errors.predicted"), ""), (voice("data.rows"), "number"), (voice("errors.mean"), "number"), (voice("errors.bias"), "number")]
    words = voice("errors.sentence", parts=voice("page.comma").join(said)) if said else None
    return join(tag("p", words) if words else None, table(voice("errors.caption"), heads, rows) if rows else None)


def _ends(one: Mapping[str, Any]) -> str:
    return numbers.interval(one.get("low"), one.get("high"), 4) or numbers.MISSING


def _signed(value: Any) -> str:
    return ("+" if isinstance(value, int | float) and value > 0 else "") + numbers.number(value)
