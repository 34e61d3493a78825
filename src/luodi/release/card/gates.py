"""The gates as a checklist, and the limits that a user should know before relying on the release."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from luodi.release.card import forms, numbers
from luodi.release.card.markup import Markup, join, name, one_line, tag
from luodi.release.card.phrases import Voice
from luodi.release.card.tables import section, table

Card = Mapping[str, Any]


def gates(card: Card, voice: Voice) -> Markup:
    """Whether the release may be used, condition by condition."""
    results = card["gates"]
    sentence = verdict(card, voice)
    kind = "good" if card["passed"] else "bad"
    headline = tag("p", sign(card["passed"]), sentence, class_=f"verdict {kind}")
    columns = [(voice("gate.state"), "state"), (voice("gate.condition"), ""), (voice("gate.wanted"), ""),
               (voice("gate.seen"), "number")]
    rows = [_row(gate, card, voice) for gate in results]
    listed = table(voice("gate.caption"), columns, rows, "checklist") if rows else None
    return section("gates", voice("section.gates"), (headline, listed))


def verdict(card: Card, voice: Voice) -> str:
    """The outcome of all gates in a sentence."""
    failed = sum(not gate["passed"] for gate in card["gates"])
    if not card["gates"]:
        return voice("gate.none")
    return voice("gate.some_failed" if failed else "gate.all_passed", cases=failed or len(card["gates"]), total=len(card["gates"]))


def sign(passed: bool) -> Markup:
    """A tick or a cross; the word beside it says the same."""
    return tag("span", "✓" if passed else "✗", class_="sign", aria_hidden="true")


def _row(gate: Mapping[str, Any], card: Card, voice: Voice) -> list[object]:
    passed = gate["passed"]
    state = tag("span", sign(passed), voice("gate.passed" if passed else "gate.failed"), class_="good" if passed else "bad")
    texts = (gate["finding"] or {}).get("text") if not passed else None
    helped = " ".join(one_line(voice.told(texts, part), 600) for part in ("seen", "remedy")).strip()
    condition = join(tag("span", gate_title(gate, voice)), tag("span", helped, class_="help") if helped else None)
    return [state, condition, wanted(gate, card, voice), seen(gate, card, voice)]


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
    amount = forms.value(gate["name"], condition["value"], card["target"]["unit"], voice, given=True)
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
    known = [limit for limit in card["limits"] if voice.knows(f"limit.{limit['code']}")]
    items = [tag("li", limit_text(limit, voice)) for limit in known]
    body = tag("ul", *items, class_="limits") if items else tag("p", voice("page.no_limits"))
    return section("limits", voice("section.limits"), (body,))


def limit_text(limit: Mapping[str, Any], voice: Voice) -> Markup:
    """One limit in words, its names isolated and its numbers written as the card writes them."""
    facts = {key: _fact(key, value, limit["facts"], voice) for key, value in limit["facts"].items()}
    return voice.html(f"limit.{limit['code']}", **facts)


def _fact(key: str, value: Any, all_facts: Mapping[str, Any], voice: Voice) -> object:
    if key == "metric":
        return voice.term("figure", value)
    if key == "baseline":
        return voice.term("baseline", value)
    if key == "value":
        return group(value, all_facts.get("range"), voice)
    if key == "columns":
        named = [voice.html("page.with_share", name=name(column, 60), share=numbers.share(share, 0)) for column, share in value]
        return join(*named, between=voice("page.comma"))
    if key.endswith("_share"):
        return numbers.share(value)
    if key == "cases":
        return numbers.count(value)
    return name(value, 60) if isinstance(value, str) else numbers.number(value)


def group(value: Any, ends: Any, voice: Voice) -> Markup:
    """A slice's value: a category, a range of numbers, or missing."""
    if ends and any(end is not None for end in ends):
        low, high = (numbers.exact(end) if end is not None else "" for end in ends)
        if low and high:
            return join(f"{low} – {high}")
        return join(f"≥ {low}" if low else f"≤ {high}")
    return name(value, 60) if value not in (None, "") else tag("i", voice("page.missing"))
