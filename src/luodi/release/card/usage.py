"""The last steps of the card: what the file is, how it is checked, how its answers are read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from luodi.release.card import numbers
from luodi.release.card.markup import Markup, join, name, one_line, tag
from luodi.release.card.phrases import Voice
from luodi.release.card.tables import (
    Column,
    facts,
    folded,
    number,
    paragraph,
    section,
    table,
    titled,
)

Card = Mapping[str, Any]
TOLD = ("created", "luodi", "python", "platform", "key", "release", "plan", "task", "data")
KINDS_OF_COST = ("miss", "false_alarm", "review")
FIELDS = ("value", "decision", "action", "warnings")
MOST_VERSIONS, MOST_CLASSES, MOST_PROBABILITIES = 60, 12, 6


def release(card: Card, voice: Voice) -> Markup:
    """Digests, versions and the command that checks the file."""
    made = card["provenance"]
    columns = (
        Column(voice("release.member"), lambda pair: tag("code", one_line(pair[0], 60))),
        Column(voice("release.digest"), lambda pair: tag("code", one_line(pair[1], 90))),
    )
    digests = table(voice("release.digests_caption"), columns, (made.get("digests") or {}).items())
    check = join(paragraph(voice("release.check_text")), _command("verify", card))
    matter = (
        _made(made, voice),
        titled(voice("release.check"), check),
        titled(voice("release.digests"), digests),
        folded(voice("release.versions"), _versions(made.get("versions") or {})),
    )
    return section("release", voice("section.release"), matter, "5")


def _made(made: Mapping[str, Any], voice: Voice) -> Markup:
    """When, where and by whom the release was made."""
    known = {key: made[key] for key in TOLD if isinstance(made.get(key), str | int | float)}
    if "created" in known:
        known["created"] = str(known["created"])[:19].replace("T", " ")
    return facts(
        (voice(f"release.{key}"), tag("code", one_line(value, 90))) for key, value in known.items()
    )


def _versions(versions: Mapping[str, Any]) -> Markup:
    listed = sorted(versions.items())[:MOST_VERSIONS]
    return facts((one_line(key, 60), tag("code", one_line(value, 40))) for key, value in listed)


def _command(verb: str, card: Card, rest: str = "") -> Markup:
    return tag("p", tag("code", f"luodi {verb} {one_line(card['name'])}.luodi{rest}"))


def serve(card: Card, voice: Voice) -> Markup:
    """How a decision comes about, what an answer holds, and when it carries a warning."""
    answers = join(
        paragraph(_answer(card, voice)), _command("predict", card, " new.csv -o answers.parquet")
    )
    matter = (
        titled(voice("serve.decision"), decision(card, voice)),
        titled(voice("serve.answer"), answers),
        titled(voice("serve.warnings"), paragraph(voice("serve.warnings_text"))),
    )
    return section("serve", voice("section.serve"), matter, "6")


def decision(card: Card, voice: Voice) -> Markup:
    """The rule from probabilities to a decision, with its costs."""
    rule = card["decision"]
    if not rule:
        return Markup("")
    costs = rule.get("costs") or {}
    known = facts(
        (voice(f"cost.{kind}"), numbers.exact(costs[kind]))
        for kind in KINDS_OF_COST
        if costs.get(kind) is not None
    )
    prices = _prices(rule, card["target"]["classes"], voice) if costs.get("matrix") else None
    return join(*(paragraph(said) for said in rule_texts(card, voice)), known, prices)


def rule_texts(card: Card, voice: Voice) -> list[Markup]:
    """The decision rule in sentences."""
    rule = card["decision"] or {}
    kind = rule.get("kind", "unknown")
    if kind != "threshold":
        said = [voice.html(f"serve.{kind}")]
        return [*said, voice.html("serve.review")] if rule.get("review") is not None else said
    told = {"positive": name(rule["of"], 40), "threshold": numbers.number(rule["threshold"], 4)}
    said = [voice.html("serve.threshold", **told)]
    if rule.get("review_from") is None:
        return said
    low, high = (numbers.number(rule[end], 4) for end in ("review_from", "review_to"))
    return [*said, voice.html("serve.review_band", low=low, high=high)]


def _prices(rule: Mapping[str, Any], classes: list[str], voice: Voice) -> Markup:
    """Prices by actual and decided class, where the task gave a matrix."""
    if not rule.get("prices") or len(classes) > MOST_CLASSES:
        return Markup("")
    columns = [Column(voice("confusion.corner"), lambda pair: name(pair[0], 40))]
    columns += [number(one_line(one, 24), _price(place)) for place, one in enumerate(classes)]
    pairs = list(zip(classes, rule["prices"], strict=False))
    return table(voice("cost.prices"), columns, pairs)


def _price(place: int) -> Any:
    return lambda pair: numbers.exact(pair[1][place])


def _answer(card: Card, voice: Voice) -> Markup:
    classes = card["target"]["classes"]
    shown = [tag("code", one_line(f"probability_{one}", 60)) for one in classes]
    left = "…" if len(classes) > MOST_PROBABILITIES else ""
    probabilities = join(*shown[:MOST_PROBABILITIES], left, between=", ")
    fields = {field: tag("code", field) for field in FIELDS}
    return voice.html(f"serve.answer_{card['goal']}", probabilities=probabilities, **fields)
