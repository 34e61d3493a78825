"""Where the release does worse: slices of the records, and the groups of sensitive columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from luodi.release.card import forms, numbers
from luodi.release.card.bars import interval_strip
from luodi.release.card.gates import group
from luodi.release.card.head import axis_row
from luodi.release.card.markup import Markup, join, name, one_line, tag
from luodi.release.card.phrases import Voice
from luodi.release.card.tables import note, table

Card = Mapping[str, Any]
MOST_SLICES, MOST_GROUPS = 10, 15
RATES = ("share", "selected", "hit_rate", "false_alarm_rate")
GAPS = ("selection_ratio", "hit_gap", "false_alarm_gap", "equalised_odds_gap", "figure_gap")


def slices(card: Card, voice: Voice) -> Markup:
    """The slices that differ most from the rest, those proven worse marked."""
    known = card["judged"].get("slices")
    worst = [one for one in (known or {}).get("worst") or () if one.get("figure") is not None][:MOST_SLICES]
    if not known or not worst:
        return note(voice("slice.none")) if known else Markup("")
    metric, overall = known.get("metric") or "", known.get("overall")
    axis = forms.axis(metric, [overall, *(one.get(end) for one in worst for end in ("figure", "low", "high"))])
    lines = [(overall, "whole-line")] if overall is not None else []
    rows = [_slice(one, axis, lines, voice) for one in worst]
    heads = [(voice("slice.slice"), ""), (voice("data.rows"), "number"), (voice.term("figure", metric), "number"),
             (voice("slice.rest"), "number"), (voice("slice.p"), "number"), ("", "graph")]
    said = voice("slice.how", looked_at=numbers.count(known.get("looked_at")), columns=numbers.count(known.get("columns")))
    proven = sum(bool(one.get("worse")) for one in known.get("worst") or ())
    outcome = voice("slice.proven" if proven else "slice.not_proven", cases=numbers.count(proven))
    return join(tag("p", said, outcome), table(voice("slice.caption"), heads, rows, after=axis_row(axis, 5)))


def _slice(one: Mapping[str, Any], axis: Any, lines: Sequence[tuple[float, str]], voice: Voice) -> list[object]:
    worse = tag("b", f" {voice('slice.worse')}", class_="bad") if one.get("worse") else None
    title = join(name(one["column"], 40), " = " if not one.get("range") else ": ", group(one.get("value"), one.get("range"), voice), worse)
    strip = interval_strip(one["figure"], one.get("low"), one.get("high"), axis, "other" if one.get("worse") else "model", lines)
    chance = numbers.chance(one.get("p_corrected"))
    return [title, numbers.count(one.get("rows")), numbers.number(one["figure"]), numbers.number(one.get("rest")), chance, strip]


def fairness(card: Card, voice: Voice) -> Markup:
    """Rates and figures by the groups of each sensitive column."""
    compared = card["judged"].get("fairness") or ()
    if not compared:
        return tag("p", voice("fair.none"), class_="soft")
    return join(*(_column(one, card, voice) for one in compared))


def _column(one: Mapping[str, Any], card: Card, voice: Voice) -> Markup:
    groups = [g for g in one.get("groups") or ()]
    shown = groups[:MOST_GROUPS]
    rates = [rate for rate in RATES if any(g.get(rate) is not None for g in shown)]
    values = [g.get(end) for g in shown for end in ("figure", "low", "high")]
    axis = forms.axis(card["metric"] or "", values)
    heads = [(voice("fair.group"), ""), (voice("data.rows"), "number"), *((voice(f"fair.{card['goal']}_{rate}"), "number") for rate in rates if _told(rate, card)),
             (forms.title(card["metric"] or "", voice), "number"), ("", "graph")]
    rows = [[group(g["group"], None, voice), numbers.count(g.get("rows")), *(_rate(g.get(rate), card) for rate in rates if _told(rate, card)),
             numbers.number(g.get("figure")), interval_strip(g.get("figure"), g.get("low"), g.get("high"), axis)] for g in shown]
    caption = voice("fair.caption", column=one_line(one["column"], 60))
    said = [f"{voice.term('figure', gap)} {numbers.number(one.get(gap))}" for gap in GAPS if one.get(gap) is not None]
    return join(table(caption, heads, rows, after=axis_row(axis, len(heads) - 1)), note(" · ".join(said)) if said else None)


def _told(rate: str, card: Card) -> bool:
    """Values have no hits and no false alarms."""
    return card["goal"] == "classify" or rate in ("share", "selected")


def _rate(value: Any, card: Card) -> str:
    return numbers.share(value) if card["goal"] == "classify" else numbers.number(value)
