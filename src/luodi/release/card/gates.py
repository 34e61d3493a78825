"""The gates as a checklist, and the limits to know before relying on the release."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from luodi.release.card import forms, numbers
from luodi.release.card.markup import Markup, join, name, one_line, tag
from luodi.release.card.phrases import Voice
from luodi.release.card.tables import Column, number, section, table

Card = Mapping[str, Any]


def gates(card: Card, voice: Voice) -> Markup:
    """Whether the release may be used, condition by condition."""
    kind = "good" if card["passed"] else "bad"
    outcome = tag("p", sign(card["passed"]), verdict(card, voice), class_=f"verdict {kind}")
    columns = (
        Column(voice("gate.state"), lambda gate: _state(gate, voice), "state"),
        Column(voice("gate.condition"), lambda gate: gate_title(gate, voice)),
        Column(voice("gate.wanted"), lambda gate: wanted(gate, card, voice)),
        number(voice("gate.seen"), lambda gate: seen(gate, card, voice)),
    )
    listed = table(
        voice("gate.caption"),
        columns,
        card["gates"],
        style="checklist",
        below=lambda gate: helped(gate, voice),
    )
    return section("gates", voice("section.gates"), (outcome, listed))


def verdict(card: Card, voice: Voice) -> str:
    """The outcome of all gates in a sentence."""
    total = len(card["gates"])
    failed = sum(not gate["passed"] for gate in card["gates"])
    if not total:
        return voice("gate.none")
    return voice("gate.some_failed" if failed else "gate.all_passed", cases=failed, total=total)


def sign(passed: bool) -> Markup:
    """A tick or a cross; the words beside it say the same."""
    return tag("span", "✓" if passed else "✗", class_="sign", aria_hidden="true")


def _state(gate: Mapping[str, Any], voice: Voice) -> Markup:
    passed = gate["passed"]
    said = voice("gate.passed" if passed else "gate.failed")
    return tag("span", sign(passed), said, class_="good" if passed else "bad")


def helped(gate: Mapping[str, Any], voice: Voice) -> str:
    """For a failed gate, why and what would help."""
    return "" if gate["passed"] else voice.told((gate["finding"] or {}).get("text"))


def gate_title(gate: Mapping[str, Any], voice: Voice) -> str:
    """What a gate is about."""
    if voice.knows(f"built_in.{gate['name']}"):
        return voice(f"built_in.{gate['name']}")
    return forms.title(gate["name"], voice)


def wanted(gate: Mapping[str, Any], card: Card, voice: Voice) -> str:
    """A gate's condition in words and numbers."""
    condition = gate["condition"]
    if condition is None:
        path = f"built_in_wanted.{gate['name']}"
        return voice(path) if voice.knows(path) else one_line(gate["wanted"], 120)
    unit = card["target"]["unit"]
    amount = forms.value(gate["name"], condition["value"], unit, voice, given=True)
    said = voice(f"gate.{condition['bound']}", amount=amount)
    if condition["confidence"] is None:
        return said
    return said + voice("gate.confidence", level=numbers.share(condition["confidence"], 0))


def seen(gate: Mapping[str, Any], card: Card, voice: Voice) -> str:
    """What a gate saw."""
    if gate["name"] == "no_errors":
        return numbers.count(gate["seen"])
    return forms.value(gate["name"], gate["seen"], card["target"]["unit"], voice)


def limits(card: Card, voice: Voice) -> Markup:
    """What the release cannot do, or was not seen doing."""
    items = [tag("li", said) for said in limit_texts(card, voice)]
    body = tag("ul", *items, class_="limits") if items else tag("p", voice("page.no_limits"))
    return section("limits", voice("section.limits"), (body,))


def limit_texts(card: Card, voice: Voice) -> list[Markup]:
    """The limits in words, names isolated and numbers written as the card writes them."""
    known = [limit for limit in card["limits"] if voice.knows(f"limit.{limit['code']}")]
    return [_limit(limit["code"], limit["facts"], voice) for limit in known]


def _limit(code: str, facts: Mapping[str, Any], voice: Voice) -> Markup:
    told = {key: _fact(key, value, facts, voice) for key, value in facts.items()}
    return voice.html(f"limit.{code}", **told)


def _fact(key: str, value: Any, facts: Mapping[str, Any], voice: Voice) -> object:
    """A fact as its name asks: terms in words, shares in per cent, names isolated."""
    if key == "metric":
        return voice.term("figure", value)
    if key == "baseline":
        return voice.term("baseline", value)
    if key == "value":
        return group(value, facts.get("range"), voice)
    if key == "columns":
        return _with_shares(value, voice)
    if key.endswith("_share"):
        return numbers.share(value)
    if key == "cases":
        return numbers.count(value)
    return name(value, 60) if isinstance(value, str) else numbers.number(value)


def _with_shares(columns: Any, voice: Voice) -> Markup:
    named = [
        voice.html("page.with_share", name=name(column, 60), share=numbers.share(share, 0))
        for column, share in columns
    ]
    return join(*named, between=voice("page.comma"))


def group(value: Any, ends: Any, voice: Voice) -> Markup:
    """A slice's value: a category, a range of numbers, or missing."""
    if not ends or all(end is None for end in ends):
        return name(value, 60) if value not in (None, "") else tag("i", voice("page.missing"))
    low, high = (numbers.exact(end, 4) if end is not None else "" for end in ends)
    if low and high:
        return join(low if low == high else f"{low} – {high}")
    return join(f"≥ {low}" if low else f"≤ {high}")
