"""Steps two and three of the loop: what was tried and chosen, and what became of it in the file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from luodi.release.card import forms, numbers
from luodi.release.card.axes import Axis
from luodi.release.card.bars import bar
from luodi.release.card.markup import Markup, join, name, one_line, tag
from luodi.release.card.phrases import Voice
from luodi.release.card.tables import facts, folded, note, section, table, titled

Card = Mapping[str, Any]
MOST_IMPORTANT, MOST_CANDIDATES = 15, 25
INPUTS = ("numbers", "categories", "times")


def train(card: Card, voice: Voice) -> Markup:
    """The leaderboard, what was chosen, and which columns it listens to."""
    return section("train", voice("section.train"), (
        _chosen(card, voice),
        titled(voice("train.leaderboard"), _leaderboard(card, voice)),
        titled(voice("train.importance"), _importance(card, voice)),
    ), "2")


def _chosen(card: Card, voice: Voice) -> Markup:
    training = card["training"]
    members = training["members"]
    pairs: list[tuple[str, object]] = [
        (voice("train.chosen"), name(training["chosen"]) if training["chosen"] else None),
        (voice("train.calibration"), _calibration(card, voice)),
    ]
    rows = [_member(one, voice) for one in members]
    heads = [(voice("train.learner"), ""), (voice("train.weight"), "number"), (voice("train.features"), ""), (voice("train.rounds"), "number")]
    return join(facts(pairs), table(voice("train.members"), heads, rows) if rows else None)


def _calibration(card: Card, voice: Voice) -> str:
    """The map that makes probabilities mean what they say."""
    given = card["training"]["calibration"]
    if card["goal"] != "classify" or not isinstance(given, Mapping) or "slope" not in given:
        return ""
    if (given["slope"], given.get("offset", 0)) == (1, 0):
        return voice("calibration.neutral")
    path = "calibration.two" if card["target"]["positive"] is not None else "calibration.classes"
    return voice(path, slope=numbers.number(given["slope"]), offset=numbers.number(given.get("offset", 0)))


def _member(one: Mapping[str, Any], voice: Voice) -> list[object]:
    rounds = one.get("rounds") or ()
    rounds = rounds if isinstance(rounds, list | tuple) else [rounds]
    return [
        voice.term("family", one.get("family")),
        numbers.share(one.get("weight"), 0),
        voice.term("features", one.get("features") or "", one_line(one.get("features") or "", 60)),
        numbers.count(sum(rounds) / len(rounds)) if rounds else "",
    ]


def _leaderboard(card: Card, voice: Voice) -> Markup:
    board = card["training"]["leaderboard"]
    if not board:
        return Markup("")
    known = [key for key in ("family", "score", "seconds", "one_row_ms", "size_mb") if any(c.get(key) is not None for c in board)]
    heads = [(voice("train.candidate"), ""), *((voice(f"train.{key}", metric=forms.title(card["metric"] or "", voice)), "number" if key != "family" else "") for key in known)]
    rows = [[_candidate(c, voice), *(_cell(key, c, card, voice) for key in known)] for c in board]
    ours = [place for place, c in enumerate(board) if c.get("chosen")]
    first = table(voice("train.caption"), heads, rows[:MOST_CANDIDATES], marked=ours)
    left = len(board) - MOST_CANDIDATES
    return join(first, note(voice("page.more", cases=numbers.count(left))) if left > 0 else None)


def _candidate(one: Mapping[str, Any], voice: Voice) -> Markup:
    chosen = tag("span", f" ← {voice('train.is_chosen')}", class_="soft") if one.get("chosen") else None
    return join(name(one.get("name"), 60), chosen)


def _cell(key: str, one: Mapping[str, Any], card: Card, voice: Voice) -> object:
    value = one.get(key)
    if key == "family":
        return voice.term("family", value) if value else ""
    if key == "score":
        return numbers.number(forms.as_metric(value, card))
    return numbers.number(value)


def _importance(card: Card, voice: Voice) -> Markup:
    listed = [(column, share) for column, share in card["training"]["importance"] if share is not None]
    if not listed:
        return Markup("")
    axis = Axis("", min(0.0, *(s for _, s in listed)), max(s for _, s in listed) or 1.0)
    rows = [[name(column, 60), numbers.share(share), bar(share, axis)] for column, share in listed]
    heads = [(voice("data.column"), ""), (voice("data.share"), "number"), ("", "graph")]
    shown = table(voice("train.importance_caption"), heads, rows[:MOST_IMPORTANT])
    rest = rows[MOST_IMPORTANT:60]
    more = folded(voice("page.more", cases=numbers.count(len(listed) - MOST_IMPORTANT)), table(voice("train.importance_rest"), heads, rest)) if rest else None
    return join(shown, more)


def compress(card: Card, voice: Voice) -> Markup:
    """What the file holds, and that it answers as the trained object did."""
    graph = card["graph"]
    inputs = " · ".join(voice(f"graph.{kind}", cases=numbers.count(n)) for kind in INPUTS if (n := graph["inputs"].get(kind)))
    return section("compress", voice("section.compress"), (
        tag("p", voice("graph.what")),
        facts([(voice("graph.size"), _size(graph["bytes"])), (voice("graph.inputs"), inputs)]),
        titled(voice("graph.parity"), _parity(graph["parity"], voice)),
    ), "3")


def _size(size: int) -> str:
    return f"{numbers.number(size / 1e6)} MB" if size >= 1e5 else f"{numbers.number(size / 1e3)} kB"


def _parity(parity: Mapping[str, Any], voice: Voice) -> Markup:
    """Measured differences; those without a name of ours are told by their own."""
    flat = [(key, value) for key, value in parity.items() if isinstance(value, int | float | str | bool)]
    rows = [[voice.term("parity", key, one_line(key, 40)), _measured(value, voice)] for key, value in flat]
    if not rows:
        return Markup("")
    return join(tag("p", voice("graph.parity_text")), table(voice("graph.parity_caption"), [(voice("page.what"), ""), (voice("page.measured"), "number")], rows))


def _measured(value: object, voice: Voice) -> str:
    if isinstance(value, bool):
        return voice("page.yes" if value else "page.no")
    if isinstance(value, int):
        return numbers.count(value)
    return numbers.number(value, 2) if isinstance(value, float) else one_line(value, 60)
