"""The card as plain text for a terminal: the figures that decide, the gates, the limits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from luodi.core.words import Language
from luodi.release.card import forms, learning, numbers
from luodi.release.card.axes import Axis
from luodi.release.card.gates import gate_title, helped, limit_texts, seen, verdict, wanted
from luodi.release.card.groups import slice_name
from luodi.release.card.head import companions, purpose
from luodi.release.card.markup import one_line
from luodi.release.card.phrases import Voice, readable
from luodi.release.card.records import split_text
from luodi.release.card.strings import fitted, padded, paragraph, plain, width
from luodi.release.card.training import candidate_name
from luodi.release.card.usage import rule_texts

Card = Mapping[str, Any]
WIDTH = 88
EIGHTHS = " ▏▎▍▌▋▊▉█"
MOST = {"columns": 10, "slices": 5, "candidates": 8}


def text(card: Card, lang: Language = "en") -> str:
    """The card in at most 88 columns of plain text, without colour codes.

    Args:
        card: The data that ``card_data`` gives, or the ``card.json`` of a release.
        lang: ``en`` or ``zh``.

    Returns:
        Lines, each ended by a line break.

    Raises:
        LuodiError: ``card.unreadable`` when the data is not that of a card.
    """
    voice = Voice(lang)
    with readable():
        blocks = [block for show in _BLOCKS if (block := list(show(card, voice)))]
    # One line at a time through one_line: nothing foreign may steer the terminal.
    lines = ("\n".join(one_line(line, 10_000).rstrip() for line in block) for block in blocks)
    return "\n\n".join(lines) + "\n"


def _title(card: Card, voice: Voice) -> Iterable[str]:
    kind = voice("page.kind")
    shown = fitted(card["name"], WIDTH - width(kind) - 2)
    yield shown + " " * (WIDTH - width(shown) - width(kind)) + kind
    yield "═" * WIDTH
    yield from _paragraph(plain(purpose(card, voice)))


def _headline(card: Card, voice: Voice) -> Iterable[str]:
    unit = card["target"]["unit"]
    known = {figure["name"]: figure for figure in card["figures"]}
    names = [n for n in (card["metric"], *companions(card)) if n in known]
    rows = [
        (
            forms.title(n, voice),
            forms.value(n, known[n]["value"], unit, voice),
            forms.interval(known[n]),
        )
        for n in names
    ]
    yield _rule(voice("judged.figures"))
    yield from _rows([("", voice("judged.value"), voice("judged.interval")), *rows], (34, -16, -24))


def _comparison(card: Card, voice: Voice) -> Iterable[str]:
    figure = forms.figure_of(card, card["metric"])
    others = forms.baselines(card)
    if figure is None or not others:
        return
    top = max(abs(one) for one in (figure["value"], *(o["figure"] for o in others))) or 1.0
    yield _rule(voice("page.compared"))
    rows = [
        (voice("page.this_release"), numbers.number(figure["value"]), bar(figure["value"], top))
    ]
    rows += [
        (voice.term("baseline", o["name"]), numbers.number(o["figure"]), bar(o["figure"], top))
        for o in others
    ]
    yield from _rows(rows, (34, -16, 32))


def _gates(card: Card, voice: Voice) -> Iterable[str]:
    yield _rule(voice("section.gates"))
    yield verdict(card, voice)
    for gate in card["gates"]:
        mark, word = ("✓", "gate.passed") if gate["passed"] else ("✗", "gate.failed")
        condition, amount = wanted(gate, card, voice), seen(gate, card, voice)
        cells = (f"{mark} {voice(word)}", gate_title(gate, voice), condition, amount)
        yield from _rows([cells], (10, 32, 33, -10))
        yield from _paragraph(helped(gate, voice), " " * 11)


def _limits(card: Card, voice: Voice) -> Iterable[str]:
    known = limit_texts(card, voice)
    if known:
        yield _rule(voice("section.limits"))
    for said in known:
        yield from _paragraph(plain(said), "  ", "• ")


def _data(card: Card, voice: Voice) -> Iterable[str]:
    data = card["data"]
    pairs = [
        (voice("data.source"), one_line(data.get("source") or "", 60)),
        (voice("data.rows"), numbers.count(data.get("rows"))),
        (voice("data.columns"), numbers.count(data["columns_total"])),
        (voice("data.split"), plain(split_text(data["split"], voice)) if data.get("split") else ""),
        (voice("data.findings"), numbers.count(card["findings_total"])),
        (voice("data.digest"), numbers.digest(data.get("digest") or "", 24)),
    ]
    yield _rule(f"1 {voice('section.data')}")
    for term, value in pairs:
        if value:
            yield from _paragraph(value, " " * 22, padded(term, 22))


def _training(card: Card, voice: Voice) -> Iterable[str]:
    board = card["training"]["leaderboard"][: MOST["candidates"]]
    if not board:
        return
    yield _rule(f"2 {voice('train.leaderboard')}")
    rows = [
        (
            ("→ " if one.get("chosen") else "  ") + plain(candidate_name(one.get("name"), voice)),
            numbers.number(forms.as_metric(one.get("score"), card)),
            numbers.number(one.get("seconds"), 2) if one.get("seconds") is not None else "",
        )
        for one in board
    ]
    metric = forms.title(card["metric"] or "", voice)
    head = ("", voice("train.score", metric=metric), voice("train.seconds"))
    yield from _rows([head, *rows], (40, -32, -14))


def _learning(card: Card, voice: Voice) -> Iterable[str]:
    told = learning.texts(card, voice)
    if told:
        yield _rule(voice("learning.title"))
    yield from (fitted(line, WIDTH) for line in told)


def _importance(card: Card, voice: Voice) -> Iterable[str]:
    listed = [
        (column, share) for column, share in card["training"]["importance"] if share is not None
    ][: MOST["columns"]]
    if not listed:
        return
    top = max(share for _, share in listed) or 1.0
    yield _rule(voice("train.importance"))
    yield from _rows(
        [(one_line(column, 80), numbers.share(share), bar(share, top)) for column, share in listed],
        (34, -16, 32),
    )


def _slices(card: Card, voice: Voice) -> Iterable[str]:
    known = card["judged"].get("slices") or {}
    worst = [one for one in known.get("worst") or () if one.get("figure") is not None][
        : MOST["slices"]
    ]
    if not worst:
        return
    yield _rule(voice("judged.slices"))
    metric = voice.term("figure", known.get("metric"))
    head = (voice("slice.slice"), voice("data.rows"), fitted(metric, 18), voice("slice.rest"))
    rows = [
        (
            plain(slice_name(one, voice)),
            numbers.count(one.get("rows")),
            numbers.number(one["figure"]),
            numbers.number(one.get("rest")),
        )
        for one in worst
    ]
    yield from _rows([head, *rows], (44, -10, -18, -12))


def _decision(card: Card, voice: Voice) -> Iterable[str]:
    if card["goal"] != "classify":
        return
    yield _rule(voice("serve.decision"))
    for said in rule_texts(card, voice):
        yield from _paragraph(plain(said))


def bar(value: float, top: float, cells: int = 30) -> str:
    """A bar of block characters, exact to an eighth of a cell.

    Example:
        >>> bar(1, 2, 5)
        '██▌'
    """
    eighths = round(Axis("", 0, top).share(value) * cells * 8)
    return "█" * (eighths // 8) + EIGHTHS[eighths % 8].strip()


def _rule(title: str) -> str:
    return f"── {title} " + "─" * max(0, WIDTH - width(title) - 4)


def _rows(rows: Sequence[Sequence[object]], widths: Sequence[int]) -> Iterable[str]:
    for row in rows:
        yield " ".join(padded(cell, size) for cell, size in zip(row, widths, strict=True))


def _paragraph(said: str, indent: str = "", first: str | None = None) -> list[str]:
    return paragraph(said, WIDTH, indent, first)


_BLOCKS = (
    _title,
    _headline,
    _comparison,
    _gates,
    _limits,
    _data,
    _training,
    _learning,
    _importance,
    _slices,
    _decision,
)
