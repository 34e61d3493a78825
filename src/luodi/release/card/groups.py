"""Where the release does worse: slices of the records, and the groups of sensitive columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from luodi.release.card import forms, numbers
from luodi.release.card.axes import Axis
from luodi.release.card.bars import interval_strip
from luodi.release.card.gates import group
from luodi.release.card.head import axis_row
from luodi.release.card.markup import Markup, join, name, one_line, tag
from luodi.release.card.phrases import Voice
from luodi.release.card.tables import Column, drawing, note, number, table

Card = Mapping[str, Any]
MOST_SLICES, MOST_GROUPS = 10, 15
# Values have no hits and no false alarms; their means take the place of shares.
RATES = {
    "classify": ("share", "selected", "hit_rate", "false_alarm_rate"),
    "regress": ("share", "selected"),
}
GAPS = ("selection_ratio", "hit_gap", "false_alarm_gap", "equalised_odds_gap", "figure_gap")
ENDS = ("figure", "low", "high")


def slices(card: Card, voice: Voice) -> Markup:
    """The slices that differ most from the rest, those proven worse marked."""
    known = card["judged"].get("slices") or {}
    worst = [one for one in known.get("worst") or () if one.get("figure") is not None]
    if not worst:
        return note(voice("slice.none"))
    metric, overall = known.get("metric") or "", known.get("overall")
    shown = worst[:MOST_SLICES]
    axis = forms.axis(metric, [overall, *(one.get(end) for one in shown for end in ENDS)])
    lines = [(overall, "whole-line")] if overall is not None else []

    def strip(one: Mapping[str, Any]) -> Markup:
        style = "other" if one.get("worse") else "model"
        return _strip(one, axis, style, lines)

    columns = (
        Column(voice("slice.slice"), lambda one: _slice(one, voice)),
        number(voice("data.rows"), lambda one: numbers.count(one.get("rows"))),
        number(forms.title(metric, voice), lambda one: numbers.number(one["figure"])),
        number(voice("slice.rest"), lambda one: numbers.number(one.get("rest"))),
        number(voice("slice.p"), lambda one: numbers.chance(one.get("p_corrected"))),
        drawing(strip),
    )
    after = axis_row(axis, len(columns) - 1)
    return join(_outcome(known, voice), table(voice("slice.caption"), columns, shown, after=after))


def _strip(
    one: Mapping[str, Any],
    axis: Axis,
    style: str = "model",
    lines: Sequence[tuple[float, str]] = (),
) -> Markup:
    figure, low, high = (one.get(end) for end in ENDS)
    return interval_strip(figure, low, high, axis, style, lines)


def _outcome(known: Mapping[str, Any], voice: Voice) -> Markup:
    """How often was looked, and how many slices are worse beyond chance."""
    looked = {key: numbers.count(known.get(key)) for key in ("looked_at", "columns")}
    proven = sum(bool(one.get("worse")) for one in known.get("worst") or ())
    found = voice("slice.proven" if proven else "slice.not_proven", cases=numbers.count(proven))
    return tag("p", voice("slice.how", **looked), found)


def slice_name(one: Mapping[str, Any], voice: Voice) -> Markup:
    """A slice as a condition on its column."""
    relation = ": " if one.get("range") else " = "
    return join(name(one["column"], 40), relation, group(one.get("value"), one.get("range"), voice))


def _slice(one: Mapping[str, Any], voice: Voice) -> Markup:
    worse = tag("b", voice("slice.worse"), class_="bad") if one.get("worse") else None
    return join(slice_name(one, voice), worse, between=" ")


def fairness(card: Card, voice: Voice) -> Markup:
    """Rates and figures by the groups of each sensitive column."""
    compared = card["judged"].get("fairness") or ()
    if not compared:
        return tag("p", voice("fair.none"), class_="soft")
    return join(*(_compared(one, card, voice) for one in compared))


def _compared(one: Mapping[str, Any], card: Card, voice: Voice) -> Markup:
    shown = (one.get("groups") or ())[:MOST_GROUPS]
    axis = forms.axis(card["metric"] or "", [part.get(end) for part in shown for end in ENDS])
    columns = (
        Column(voice("fair.group"), lambda part: group(part.get("group"), None, voice)),
        number(voice("data.rows"), lambda part: numbers.count(part.get("rows"))),
        *(_rate(rate, card["goal"], voice) for rate in RATES[card["goal"]]),
        number(
            forms.title(card["metric"] or "", voice),
            lambda part: numbers.number(part.get("figure")),
        ),
        drawing(lambda part: _strip(part, axis)),
    )
    caption = voice("fair.caption", column=one_line(one["column"], 60))
    after = axis_row(axis, len(columns) - 1)
    return join(table(caption, columns, shown, after=after), note(_gaps(one, voice)))


def _rate(rate: str, goal: str, voice: Voice) -> Column:
    form = numbers.share if goal == "classify" else numbers.number
    return number(voice(f"fair.{goal}_{rate}"), lambda part: form(part.get(rate)))


def _gaps(one: Mapping[str, Any], voice: Voice) -> str:
    known = [gap for gap in GAPS if one.get(gap) is not None]
    return " · ".join(f"{voice.term('figure', gap)} {numbers.number(one[gap])}" for gap in known)
