"""The second step of the loop: what was tried, what was chosen, and which columns it listens to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from luodi.release.card import forms, learning, numbers
from luodi.release.card.axes import Axis
from luodi.release.card.bars import bar
from luodi.release.card.markup import Markup, join, name, one_line, tag
from luodi.release.card.phrases import Voice
from luodi.release.card.records import more
from luodi.release.card.tables import Column, drawing, facts, folded, number, section, table, titled

Card = Mapping[str, Any]
MOST_IMPORTANT, MOST_OPENED, MOST_CANDIDATES = 15, 60, 25
MOST_PAIRS = 12
SIGNS = {"product": "×", "difference": "−", "ratio": "÷"}
MEASURES = ("score", "seconds", "one_row_ms", "size_mb")


def train(card: Card, voice: Voice) -> Markup:
    """The leaderboard, what was chosen, how trainings went, and what it listens to."""
    matter = (
        _chosen(card, voice),
        titled(voice("train.leaderboard"), _leaderboard(card, voice)),
        titled(voice("learning.title"), learning.drawn(card, voice)),
        titled(voice("train.importance"), _importance(card, voice)),
    )
    return section("train", voice("section.train"), matter, "2")


def _chosen(card: Card, voice: Voice) -> Markup:
    training = card["training"]
    known = facts(
        (
            (voice("train.chosen"), candidate_name(training["chosen"], voice)),
            (voice("train.calibration"), _calibration(card, voice)),
            (voice("train.pairs"), _pairs(training["pairs"])),
        )
    )
    columns = (
        Column(voice("train.learner"), lambda one: voice.term("family", one.get("family"))),
        number(voice("train.weight"), lambda one: numbers.share(one.get("weight"), 0)),
        Column(voice("train.features"), lambda one: _features(one, voice)),
        number(voice("train.rounds"), _rounds),
    )
    return join(known, table(voice("train.members"), columns, training["members"]))


def candidate_name(known: Any, voice: Voice) -> Markup:
    """A candidate's name in words where it is one of ours."""
    if voice.knows(f"candidate.{known}"):
        return join(voice(f"candidate.{known}"))
    return name(known, 60) if known else Markup("")


def _pairs(pairs: Any) -> Markup:
    """Products, differences and ratios of columns that the training found to help."""
    told = [
        join(name(left, 40), f" {SIGNS[operation]} ", name(right, 40))
        for operation, left, right in pairs[:MOST_PAIRS]
    ]
    return join(*told, "…" if len(pairs) > MOST_PAIRS else "", between=", ")


def _calibration(card: Card, voice: Voice) -> str:
    """The map that makes probabilities mean what they say."""
    given = card["training"]["calibration"]
    if card["goal"] != "classify" or not isinstance(given, Mapping) or "slope" not in given:
        return ""
    slope, offset = given["slope"], given.get("offset", 0)
    if (slope, offset) == (1, 0):
        return voice("calibration.neutral")
    many = card["target"]["positive"] is None
    path = "calibration.classes" if many else "calibration.two"
    return voice(path, slope=numbers.number(slope), offset=numbers.number(offset))


def _features(one: Mapping[str, Any], voice: Voice) -> str:
    features = one.get("features") or ""
    return voice.term("features", features, one_line(features, 60))


def _rounds(one: Mapping[str, Any]) -> str:
    """The mean of the folds' boosting rounds."""
    rounds = one.get("rounds") or ()
    rounds = rounds if isinstance(rounds, list | tuple) else [rounds]
    return numbers.count(sum(rounds) / len(rounds)) if any(rounds) else ""


def _leaderboard(card: Card, voice: Voice) -> Markup:
    board = card["training"]["leaderboard"]
    metric = forms.title(card["metric"] or "", voice)
    columns = [Column(voice("train.candidate"), lambda one: _candidate(one, voice))]
    if any(one.get("family") for one in board):
        columns.append(Column(voice("train.family"), lambda one: _family(one, voice)))
    for key in MEASURES:
        if any(one.get(key) is not None for one in board):
            columns.append(number(voice(f"train.{key}", metric=metric), _measure(key, card)))
    shown = table(
        voice("train.caption"),
        columns,
        board[:MOST_CANDIDATES],
        ours=lambda one: one.get("chosen"),
    )
    return join(shown, more(board, MOST_CANDIDATES, voice))


def _candidate(one: Mapping[str, Any], voice: Voice) -> Markup:
    said = f" ← {voice('train.is_chosen')}"
    return join(
        candidate_name(one.get("name"), voice),
        tag("span", said, class_="soft short") if one.get("chosen") else None,
    )


def _family(one: Mapping[str, Any], voice: Voice) -> str:
    return one_line(voice.term("family", one["family"]), 40) if one.get("family") else ""


def _measure(key: str, card: Card) -> Any:
    if key == "score":
        return lambda one: numbers.number(forms.as_metric(one.get(key), card))
    return lambda one: numbers.number(one.get(key))


def _importance(card: Card, voice: Voice) -> Markup:
    listed = [pair for pair in card["training"]["importance"] if pair[1] is not None]
    if not listed:
        return Markup("")
    shares = [share for _, share in listed]
    axis = Axis("", min(0.0, *shares), max(shares) or 1.0)
    columns = (
        Column(voice("data.column"), lambda pair: name(pair[0], 60)),
        number(voice("data.share"), lambda pair: numbers.share(pair[1])),
        drawing(lambda pair: bar(pair[1], axis)),
    )
    first, rest = listed[:MOST_IMPORTANT], listed[MOST_IMPORTANT:MOST_OPENED]
    opened = table(voice("train.importance_rest"), columns, rest)
    summary = voice("page.more", cases=numbers.count(len(rest)))
    return join(table(voice("train.importance_caption"), columns, first), folded(summary, opened))
