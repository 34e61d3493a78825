"""How trainings that go by epochs went: loss and score after each, as charts and as a line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from luodi.core.plot import bars
from luodi.release.card import forms, numbers
from luodi.release.card.axes import Axis, Point, around
from luodi.release.card.chart import Series, line_chart
from luodi.release.card.markup import Markup, one_line
from luodi.release.card.phrases import Voice
from luodi.release.card.tables import charts, figure

Card = Mapping[str, Any]
Training = Mapping[str, Any]
STYLES = ("model", "other", "third")
MOST_LINES, CELLS = 3, 16


def drawn(card: Card, voice: Voice) -> Markup:
    """A chart of losses and one of scores; nothing where no training went by epochs."""
    known = trainings(card)[: len(STYLES)]
    if not known:
        return Markup("")
    metric = forms.title(card["metric"] or "", voice)
    last = max(len(one["epochs"]["loss"]) for one in known)
    across = Axis(voice("learning.epoch"), 1, max(last, 2))
    losses = _chart(known, "loss", card, across, voice("learning.loss"), voice)
    scores = _chart(known, "score", card, across, metric, voice)
    told = figure(voice("learning.losses"), losses, voice("learning.losses_note")) if losses else ""
    title = voice("learning.scores", metric=metric)
    scored = figure(title, scores, voice("learning.scores_note")) if scores else ""
    return charts((Markup(told), Markup(scored)))


def trainings(card: Card) -> list[Training]:
    """Those with a curve: what ships first, then the best."""
    board = card["training"]["leaderboard"]
    known = [one for one in board if (one.get("epochs") or {}).get("loss")]
    return sorted(known, key=lambda one: not one.get("shipped"))


def texts(card: Card, voice: Voice) -> list[str]:
    """Each of the first trainings in a line of text, with its loss as bars."""
    return [_text(one, card, voice) for one in trainings(card)[:MOST_LINES]]


def _text(one: Training, card: Card, voice: Voice) -> str:
    losses = [loss for _, loss in _points(one, "loss", card)]
    scores = [score for _, score in _points(one, "score", card)]
    said = voice(
        "learning.line",
        name=one_line(one.get("name") or "", 24),
        epochs=numbers.count(len(one["epochs"]["loss"])),
        first=numbers.number(losses[0]) if losses else numbers.MISSING,
        last=numbers.number(losses[-1]) if losses else numbers.MISSING,
    )
    drawn_loss = bars(losses, CELLS)
    return f"{said} {drawn_loss}" + (f"  {bars(scores, CELLS)}" if scores else "")


def _chart(
    known: Sequence[Training], key: str, card: Card, across: Axis, label: str, voice: Voice
) -> Markup:
    lines = [
        Series(points, style, _label(one, voice), dots=len(points) == 1)
        for one, style in zip(known, STYLES, strict=False)
        if (points := _points(one, key, card))
    ]
    if not lines:
        return Markup("")
    up = around(label, [value for line in lines for _, value in line.points])
    first = lines[0].points
    said = voice(
        f"learning.{key}_summary",
        name=_label(known[0], voice),
        first=numbers.number(first[0][1]),
        last=numbers.number(first[-1][1]),
        epochs=numbers.count(first[-1][0]),
    )
    return line_chart(lines, across, up, said)


def _points(one: Training, key: str, card: Card) -> list[Point]:
    """Epoch and value, without what was no number; scores as their metric is written."""
    values = one["epochs"].get(key) or ()
    shown = [forms.as_metric(value, card) if key == "score" else value for value in values]
    return [(place, value) for place, value in enumerate(shown, 1) if value is not None]


def _label(one: Training, voice: Voice) -> str:
    label = one_line(one.get("name") or "", 24)
    return voice("learning.ships", name=label) if one.get("shipped") else label
