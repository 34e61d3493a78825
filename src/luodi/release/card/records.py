"""The first step of the loop: what the records are, how they were cut, and what the check found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from luodi.release.card import numbers
from luodi.release.card.axes import Axis
from luodi.release.card.bars import bar
from luodi.release.card.markup import Markup, join, name, one_line, tag
from luodi.release.card.phrases import Voice
from luodi.release.card.tables import facts, note, section, table, titled

Card = Mapping[str, Any]
MOST_COLUMNS, MOST_CLASSES, MOST_FINDINGS = 60, 20, 40
SEVERITY = {"error": "bad", "warning": "warn", "note": "soft"}


def data(card: Card, voice: Voice) -> Markup:
    """The records, the target, the columns and the findings."""
    return section("data", voice("section.data"), (
        _overview(card["data"], voice),
        titled(voice("data.target"), _target(card, voice)),
        titled(voice("data.columns"), _columns(card, voice)),
        titled(voice("data.findings"), _findings(card, voice)),
    ), "1")


def _overview(data: Mapping[str, Any], voice: Voice) -> Markup:
    split, time = data.get("split") or {}, data.get("time") or {}
    digest = tag("code", numbers.digest(data["digest"]), title=data["digest"]) if data.get("digest") else None
    return facts([
        (voice("data.source"), name(data["source"], 120) if data.get("source") else None),
        (voice("data.rows"), numbers.count(data["rows"]) if data.get("rows") is not None else None),
        (voice("data.split"), split_text(split, voice) if split else None),
        (voice("data.period"), voice.html("data.from_until", **{
            "from": str(time.get("from"))[:19], "until": str(time.get("until"))[:19], "column": name(time.get("column"), 60)}) if time else None),
        (voice("data.ignored"), join(*(name(n, 40) for n in data["ignored"][:30]), between=", ") if data.get("ignored") else None),
        (voice("data.digest"), digest),
    ])


def split_text(split: Mapping[str, Any], voice: Voice) -> Markup:
    """How many records were trained on and judged on, and how they were chosen."""
    column = name(split.get("column"), 60) if split.get("column") else ""
    return voice.html(
        "data.cut",
        train=numbers.count(split.get("train_rows")),
        holdout=numbers.count(split.get("holdout_rows")),
        by=voice.html(f"split.{split['by']}", column=column) if voice.knows(f"split.{split.get('by')}") else name(split.get("by")),
        folds=numbers.count(split.get("folds")),
    )


def _target(card: Card, voice: Voice) -> Markup:
    known = card["data"].get("target") or {}
    classes = known.get("classes") or ()
    if not classes:
        return _target_range(card, known, voice)
    total = sum(one["rows"] for one in classes) or 1
    axis = Axis("", 0, 1)
    rows = [[name(one["name"], 60), numbers.count(one["rows"]), numbers.share(one["rows"] / total),
             bar(one["rows"] / total, axis, "model" if one["name"] == card["target"]["positive"] else "plain")]
            for one in classes[:MOST_CLASSES]]
    columns = [(voice("data.class"), ""), (voice("data.rows"), "number"), (voice("data.share"), "number"), ("", "graph")]
    more = voice("page.more", cases=numbers.count(len(classes) - MOST_CLASSES)) if len(classes) > MOST_CLASSES else None
    return join(table(voice("data.classes", target=one_line(known.get("name", ""), 60)), columns, rows), note(more) if more else None)


def _target_range(card: Card, known: Mapping[str, Any], voice: Voice) -> Markup:
    unit = one_line(card["target"]["unit"] or "", 24)
    seen = known.get("seen") or (None, None)
    if seen[0] is None:
        return Markup("")
    low, high, mean = (f"{numbers.exact(v)} {unit}".strip() for v in (*seen, known.get("mean")))
    return tag("p", voice.html("data.target_range", target=name(known.get("name", "")), low=low, high=high, mean=mean))


def _columns(card: Card, voice: Voice) -> Markup:
    columns = card["data"]["columns"]
    if not columns:
        return Markup("")
    weight = {column: place for place, (column, _) in enumerate(card["training"]["importance"])}
    ordered = sorted(columns, key=lambda c: weight.get(c["name"], len(weight))) if len(columns) > MOST_COLUMNS else columns
    heads = [(voice("data.column"), ""), (voice("data.kind"), ""), (voice("data.values"), ""),
             (voice("data.missing"), "number"), (voice("data.distinct"), "number")]
    rows = [[_name(c, voice), voice.term("kind", c.get("kind")), values(c, voice), numbers.share(c.get("missing")), numbers.count(c.get("distinct"))]
            for c in ordered[:MOST_COLUMNS]]
    left = card["data"]["columns_total"] - len(rows)
    more = note(voice("data.more_columns", cases=numbers.count(left))) if left > 0 else None
    return join(table(voice("data.columns_caption"), heads, rows), more)


def _name(column: Mapping[str, Any], voice: Voice) -> Markup:
    said = [one_line(column["unit"], 24)] if column.get("unit") else []
    said += [voice("data.sensitive")] if column.get("sensitive") else []
    return join(name(column["name"], 60), tag("span", " · " + " · ".join(said), class_="soft") if said else None)


def values(column: Mapping[str, Any], voice: Voice) -> Markup:
    """A column's range, or its most frequent values."""
    if column.get("kind") == "category":
        top = [voice.html("data.top", value=name(one["value"], 24), share=numbers.share(one["share"], 0)) for one in column.get("top") or ()]
        return join(*top, between=", ")
    allowed = column.get("allowed") or (None, None)
    parts = [_range(column.get("seen") or (None, None))]
    if any(end is not None for end in allowed):
        parts.append(tag("span", voice("data.allowed", range=_range(allowed)), class_="soft"))
    return join(*parts, between=" ")


def _range(ends: Sequence[Any]) -> str:
    low, high = (str(e)[:19] if isinstance(e, str) else numbers.exact(e) if e is not None else "" for e in ends)
    if low and high:
        return f"{low} – {high}"
    return f"≥ {low}" if low else f"≤ {high}" if high else ""


def _findings(card: Card, voice: Voice) -> Markup:
    found = card["findings"]
    if not found:
        return tag("p", voice("data.no_findings"), class_="soft")
    order = sorted(found, key=lambda f: list(SEVERITY).index(f["severity"]) if f["severity"] in SEVERITY else 9)
    left = card["findings_total"] - min(len(order), MOST_FINDINGS)
    more = note(voice("page.more", cases=numbers.count(left))) if left > 0 else None
    return join(*(_finding(one, voice) for one in order[:MOST_FINDINGS]), more)


def _finding(found: Mapping[str, Any], voice: Voice) -> Markup:
    said = " ".join(one_line(voice.told(found["text"], part), 800) for part in ("seen", "remedy")).strip()
    kind = tag("b", voice.term("severity", found["severity"]), class_=SEVERITY.get(found["severity"], "soft"))
    about = (tag("code", one_line(found["code"], 60), class_="code"), name(found["column"], 60) if found["column"] else None)
    return tag("div", join(kind, *about, between=" "), tag("p", said) if said else None, class_="finding")
