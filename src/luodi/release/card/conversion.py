"""The third step of the loop: what the file holds, and that it answers as what was trained."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from luodi.release.card import numbers
from luodi.release.card.markup import Markup, join, one_line
from luodi.release.card.phrases import Voice
from luodi.release.card.tables import Column, facts, note, number, paragraph, section, table, titled

Card = Mapping[str, Any]
INPUTS = ("numbers", "categories", "times")


def compress(card: Card, voice: Voice) -> Markup:
    """Size and inputs of the graph, and its parity with the trained object."""
    graph = card["graph"]
    read = [(kind, graph["inputs"].get(kind)) for kind in INPUTS]
    inputs = " · ".join(voice(f"graph.{kind}", cases=numbers.count(n)) for kind, n in read if n)
    if channels := graph["inputs"].get("channels"):
        colours = voice("graph.grey" if channels == 1 else "graph.colour")
        inputs = voice("graph.image", cases=colours)
    matter = (
        paragraph(voice("graph.what")),
        facts(((voice("graph.size"), _size(graph["bytes"])), (voice("graph.inputs"), inputs))),
        titled(voice("graph.parity"), _parity(graph["parity"], voice)),
    )
    return section("compress", voice("section.compress"), matter, "3")


def _size(size: int) -> str:
    return f"{numbers.number(size / 1e6)} MB" if size >= 1e6 else f"{numbers.number(size / 1e3)} kB"


def _parity(parity: Mapping[str, Any], voice: Voice) -> Markup:
    """For each set of rows, how far graph and trained object were apart."""
    compared = [(rows, one) for rows, one in parity.items() if isinstance(one, Mapping)]
    trees = any("leaves" in one for _, one in compared)
    leaves = number(voice("graph.leaves"), lambda pair: numbers.count(pair[1].get("leaves")))
    columns = (
        Column(voice("graph.rows"), lambda pair: voice.term("parity_rows", *_named(pair[0]))),
        number(voice("graph.compared"), lambda pair: numbers.count(pair[1].get("rows"))),
        *((leaves,) if trees else ()),
        number(voice("graph.flips"), lambda pair: numbers.count(pair[1].get("flips"))),
        number(voice("graph.largest"), lambda pair: numbers.number(pair[1].get("largest"), 2)),
    )
    shown = table(voice("graph.parity_caption"), columns, compared)
    bound = numbers.number(parity.get("tolerance"), 1)
    told = voice("graph.tolerance" if trees else "graph.tolerance_images", bound=bound)
    said = told if bound != numbers.MISSING else ""
    text = voice("graph.parity_text" if trees else "graph.parity_images")
    return join(paragraph(text), shown, note(said)) if shown else shown


def _named(key: str) -> tuple[str, str]:
    return key, one_line(key, 40).replace("_", " ")
