"""The first step of the loop: what the records are, how they were cut, what the columns hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from luodi.release.card import numbers
from luodi.release.card.axes import Axis
from luodi.release.card.bars import bar
from luodi.release.card.findings import findings
from luodi.release.card.markup import Markup, join, name, one_line, tag
from luodi.release.card.phrases import Voice
from luodi.release.card.tables import (
    Column,
    drawing,
    facts,
    folded,
    note,
    number,
    section,
    table,
    titled,
)

Card = Mapping[str, Any]
OPEN_COLUMNS, MOST_COLUMNS, MOST_CLASSES, MOST_IGNORED = 15, 60, 20, 30


def data(card: Card, voice: Voice) -> Markup:
    """The records, the target, the columns and the findings."""
    matter = (
        _overview(card["data"], voice),
        titled(voice("data.target"), _target(card, voice)),
        titled(voice("data.columns"), _columns(card, voice)),
        titled(voice("data.findings"), findings(card, voice)),
    )
    return section("data", voice("section.data"), matter, "1")


def _overview(data: Mapping[str, Any], voice: Voice) -> Markup:
    digest, ignored = data.get("digest"), (data.get("ignored") or ())[:MOST_IGNORED]
    known = (
        ("source", name(data["source"], 120) if data.get("source") else None),
        ("rows", numbers.count(data["rows"]) if data.get("rows") is not None else None),
        ("split", split_text(data["split"], voice) if data.get("split") else None),
        ("period", _period(data["time"], voice) if data.get("time") else None),
        ("ignored", join(*(name(one, 40) for one in ignored), between=", ")),
        ("digest", tag("code", numbers.digest(digest), title=digest) if digest else None),
    )
    return facts((voice(f"data.{term}"), value) for term, value in known)


def _period(time: Mapping[str, Any], voice: Voice) -> Markup:
    ends = {end: str(time.get(end))[:19] for end in ("from", "until")}
    return voice.html("data.from_until", column=name(time.get("column"), 60), **ends)


def split_text(split: Mapping[str, Any], voice: Voice) -> Markup:
    """How many records were trained on and judged on, and how they were chosen."""
    column = name(split["column"], 60) if split.get("column") else ""
    known = voice.knows(f"split.{split.get('by')}")
    by = voice.html(f"split.{split['by']}", column=column) if known else name(split.get("by"))
    parts = ("train", "holdout", "validated")
    counts = {key: numbers.count(split.get(f"{key}_rows")) for key in parts}
    if split.get("folds") == 1:
        return voice.html("data.cut_once", by=by, **counts)
    return voice.html("data.cut", by=by, folds=numbers.count(split.get("folds")), **counts)


def _target(card: Card, voice: Voice) -> Markup:
    known = card["data"].get("target") or {}
    classes = known.get("classes") or ()
    if not classes:
        return _target_range(card, known, voice)
    total = sum(one["rows"] for one in classes) or 1
    positive = card["target"]["positive"]

    def share(one: Mapping[str, Any]) -> Markup:
        style = "model" if one["name"] == positive else "plain"
        return bar(one["rows"] / total, Axis("", 0, 1), style)

    columns = (
        Column(voice("data.class"), lambda one: name(one["name"], 60)),
        number(voice("data.rows"), lambda one: numbers.count(one["rows"])),
        number(voice("data.share"), lambda one: numbers.share(one["rows"] / total)),
        drawing(share),
    )
    caption = voice("data.classes", target=one_line(known.get("name", ""), 60))
    return join(table(caption, columns, classes[:MOST_CLASSES]), more(classes, MOST_CLASSES, voice))


def more(items: Sequence[object], shown: int, voice: Voice) -> Markup:
    """How many items were left out, if any."""
    left = len(items) - shown
    return note(voice("page.more", cases=numbers.count(left)) if left > 0 else None)


def _target_range(card: Card, known: Mapping[str, Any], voice: Voice) -> Markup:
    unit = one_line(card["target"]["unit"] or "", 24)
    seen = known.get("seen") or (None, None)
    if seen[0] is None:
        return Markup("")
    ends = zip(("low", "high", "mean"), (*seen, known.get("mean")), strict=True)
    told = {term: f"{numbers.exact(value)} {unit}".strip() for term, value in ends}
    return tag("p", voice.html("data.target_range", target=name(known.get("name", "")), **told))


def _columns(card: Card, voice: Voice) -> Markup:
    listed = card["data"]["columns"]
    if len(listed) > OPEN_COLUMNS:
        rank = {column: place for place, (column, _) in enumerate(card["training"]["importance"])}
        listed = sorted(listed, key=lambda one: rank.get(one["name"], len(rank)))
    columns = (
        Column(voice("data.column"), lambda one: _name(one, voice)),
        Column(voice("data.kind"), lambda one: voice.term("kind", one.get("kind")), "short"),
        Column(voice("data.values"), lambda one: values(one, voice)),
        number(voice("data.missing"), lambda one: numbers.share(one.get("missing"))),
        number(voice("data.distinct"), lambda one: numbers.count(one.get("distinct"))),
    )
    first, rest = listed[:OPEN_COLUMNS], listed[OPEN_COLUMNS:MOST_COLUMNS]
    left = card["data"]["columns_total"] - len(first) - len(rest)
    elsewhere = note(voice("data.more_columns", cases=numbers.count(left)) if left > 0 else None)
    opened = join(table(voice("data.columns_rest"), columns, rest), elsewhere)
    whole = table(voice("data.columns_caption"), columns, first)
    return join(whole, folded(voice("page.more", cases=numbers.count(len(rest))), opened))


def _name(column: Mapping[str, Any], voice: Voice) -> Markup:
    said = [one_line(column["unit"], 24)] if column.get("unit") else []
    said += [voice("data.sensitive")] if column.get("sensitive") else []
    beside = tag("span", " · ".join(["", *said]), class_="soft") if said else None
    return join(name(column["name"], 60), beside)


def values(column: Mapping[str, Any], voice: Voice) -> Markup:
    """A column's range, or its most frequent values."""
    if column.get("kind") == "category":
        return join(*(_top(one, voice) for one in column.get("top") or ()), between=", ")
    allowed = _range(column.get("allowed") or (None, None))
    beside = tag("span", voice("data.allowed", range=allowed), class_="soft") if allowed else None
    return join(_range(column.get("seen") or (None, None)), beside, between=" ")


def _top(one: Mapping[str, Any], voice: Voice) -> Markup:
    share = numbers.share(one["share"], 0)
    return voice.html("data.top", value=name(one["value"], 24), share=share)


def _range(ends: Sequence[Any]) -> str:
    low, high = (_end(end) for end in ends)
    if low and high:
        return f"{low} – {high}"
    return f"≥ {low}" if low else f"≤ {high}" if high else ""


def _end(end: Any) -> str:
    """A bound: a number as it was seen, or a time to the second."""
    if end is None:
        return ""
    return end[:19] if isinstance(end, str) else numbers.exact(end)
