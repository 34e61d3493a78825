"""The last steps of the card: what the file is, how it is checked, and how its answers are read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from luodi.release.card import numbers
from luodi.release.card.markup import Markup, join, name, one_line, tag
from luodi.release.card.phrases import Voice
from luodi.release.card.tables import facts, folded, section, table, titled

Card = Mapping[str, Any]
TOLD = ("created", "luodi", "platform", "key", "release", "plan", "task", "data")
MOST_VERSIONS = 60


def release(card: Card, voice: Voice) -> Markup:
    """Digests, versions and the commands that check the file."""
    made = card["provenance"]
    digests = [(member, digest) for member, digest in (made.get("digests") or {}).items()]
    rows = [[tag("code", one_line(member, 60)), tag("code", one_line(digest, 90))] for member, digest in digests]
    known = [(voice(f"release.{key}"), _told(key, made[key])) for key in TOLD if isinstance(made.get(key), str | int | float)]
    versions = [(str(package), tag("code", one_line(version, 40))) for package, version in sorted((made.get("versions") or {}).items())[:MOST_VERSIONS]]
    return section("release", voice("section.release"), (
        facts(known),
        titled(voice("release.check"), tag("p", voice("release.check_text")), _command(f"luodi verify {card['name']}.luodi")),
        titled(voice("release.digests"), table(voice("release.digests_caption"), [(voice("release.member"), ""), (voice("release.digest"), "")], rows)) if rows else None,
        folded(voice("release.versions"), facts(versions)) if versions else None,
    ), "5")


def _told(key: str, value: object) -> Markup:
    text = str(value)
    if key == "created":
        return join(text[:19].replace("T", " "))
    return tag("code", one_line(text, 90))


def _command(text: str) -> Markup:
    return tag("p", tag("code", text))


def serve(card: Card, voice: Voice) -> Markup:
    """How a decision comes about, what an answer holds, and when it carries a warning."""
    return section("serve", voice("section.serve"), (
        titled(voice("serve.decision"), decision(card, voice)) if card["goal"] == "classify" else None,
        titled(voice("serve.answer"), tag("p", _answer(card, voice)), _command(f"luodi predict {card['name']}.luodi new.csv -o answers.parquet")),
        titled(voice("serve.warnings"), tag("p", voice("serve.warnings_text"))),
    ), "6")


def decision(card: Card, voice: Voice) -> Markup:
    """The rule from probabilities to a decision, with its costs."""
    rule = card["decision"] or {}
    return join(*(tag("p", said) for said in rule_texts(card, voice)), _costs(rule.get("costs") or {}, voice), _price_table(rule, card, voice))


def rule_texts(card: Card, voice: Voice) -> list[Markup]:
    """The decision rule in sentences."""
    rule = card["decision"] or {}
    if rule.get("kind") == "threshold":
        facts_told = {"positive": name(rule["of"], 40), "threshold": numbers.number(rule["threshold"], 4)}
        said = [voice.html("serve.threshold", **facts_told)]
    else:
        said = [voice.html(f"serve.{rule.get('kind', 'unknown')}")]
    if rule.get("review_from") is not None:
        ends = {"low": numbers.number(rule["review_from"], 4), "high": numbers.number(rule["review_to"], 4)}
        return [*said, voice.html("serve.review_band", **ends)]
    return [*said, voice.html("serve.review")] if rule.get("review") is not None and rule["kind"] != "threshold" else said


def _costs(costs: Mapping[str, Any], voice: Voice) -> Markup:
    named = [(voice(f"cost.{kind}"), numbers.exact(costs[kind])) for kind in ("miss", "false_alarm", "review") if costs.get(kind) is not None]
    return facts(named) if named else Markup("")


def _price_table(rule: Mapping[str, Any], card: Card, voice: Voice) -> Markup:
    """Prices by actual and decided class, where the task gave a matrix."""
    prices, classes = rule.get("prices"), card["target"]["classes"]
    if not prices or not (rule.get("costs") or {}).get("matrix") or len(classes) > 12:
        return Markup("")
    width = len(prices[0])
    heads = [(voice("confusion.corner"), ""), *((one_line(one, 24), "number") for one in classes)]
    heads += [(voice("confusion.review"), "number")] if width > len(classes) else []
    rows = [[name(one, 40), *(numbers.exact(price) for price in row)] for one, row in zip(classes, prices, strict=False)]
    return table(voice("cost.prices"), heads, rows)


def _answer(card: Card, voice: Voice) -> Markup:
    fields = {field: tag("code", field) for field in ("value", "decision", "action", "warnings")}
    shown = [tag("code", one_line(f"probability_{one}", 60)) for one in card["target"]["classes"][:6]]
    left = "…" if len(card["target"]["classes"]) > 6 else ""
    return voice.html(f"serve.answer_{card['goal']}", **fields, probabilities=join(*shown, left, between=", "))
