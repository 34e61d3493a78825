"""The card shows how trainings went: what ships first, in both languages, and no word without."""

from __future__ import annotations

import math
import re

from luodi.core.values import Artifact
from luodi.release.card import card_data, html, text
from luodi.release.card.learning import trainings

from . import details
from .cards import FIGURES, artifact, classes_card, facts, task_of, verdict


def curve(first: float, last: float, epochs: int = 5, score: float = 0.9):
    step = (last - first) / max(epochs - 1, 1)
    scores = [math.nan, *[score] * (epochs - 1)]
    loss = [first + step * place for place in range(epochs)]
    return {"loss": loss, "score": scores, "seconds": [1.0 * place for place in range(epochs)]}


def card_of(*board):
    shipped: Artifact = artifact(("a",))
    judged = verdict(details.classify(("0", "1"), ("a",), "b"), *FIGURES)
    return card_data(task_of(), facts(("a",), ("0", "1")), shipped, judged, board)


BOARD = (
    {"name": "ensemble", "score": 0.95, "chosen": True},
    {"name": "resnet8 3", "score": 0.95, "epochs": curve(2, 1), "shipped": False},
    {"name": "lenet 2", "score": 0.94, "epochs": curve(1.5, 0.25), "shipped": True},
    {"name": "linear 1", "score": 0.7, "epochs": curve(1, 0.5, 1), "shipped": False},
    {"name": "mlp 4", "score": 0.6, "epochs": curve(1, 0.5), "shipped": False},
)


def test_what_ships_comes_first_and_a_card_of_tables_has_nothing():
    names = [one["name"] for one in trainings(card_of(*BOARD))]
    assert names == ["lenet 2", "resnet8 3", "linear 1", "mlp 4"]
    assert trainings(classes_card()) == []
    assert "How trainings went" not in html(classes_card()) + text(classes_card())


def test_losses_and_scores_are_drawn_with_what_they_show_in_words(lang):
    page = html(card_of(*BOARD), lang)
    title = {"en": "How trainings went", "zh": "训练过程"}[lang]
    assert title in page
    part = page[page.index(title) : page.index(title) + 40_000]
    said = {"en": "Loss of lenet 2", "zh": "lenet 2"}[lang]
    assert said in part and "0.25" in part
    assert len(re.findall(r'class="line model"', part)) >= 2  # loss and score of what ships


def test_the_terminal_tells_each_training_in_a_line(lang):
    shown = text(card_of(*BOARD), lang)
    (line,) = [one for one in shown.splitlines() if "lenet 2" in one and "→ 0.25" in one]
    assert "1.5" in line and "█" in line and "▁" in line


def test_the_data_of_a_card_holds_the_curves_and_null_for_no_number():
    board = card_of(*BOARD)["training"]["leaderboard"]
    (one,) = [row for row in board if row["name"] == "lenet 2"]
    assert one["epochs"]["loss"][0] == 1.5 and one["epochs"]["score"][0] is None


def test_trainings_that_told_nothing_finite_are_no_error(lang):
    strange = {"loss": [math.nan, math.inf], "score": [math.nan] * 2, "seconds": [1.0, 2.0]}
    card = card_of({"name": "x", "score": 0.1, "epochs": strange, "shipped": True})
    assert html(card, lang) and text(card, lang)


def test_an_error_is_drawn_as_a_positive_number():
    row = {"name": "lenet 2", "score": -0.2, "epochs": curve(1, 0.5, score=-0.25), "shipped": True}
    card = card_of(row)
    card["metric"] = "ece"  # a figure of this card that wants to be low
    assert "0.25" in html(card)
