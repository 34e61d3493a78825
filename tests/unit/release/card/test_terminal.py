"""The terminal form: plain text that fits, says the same, and cannot steer the terminal."""

from __future__ import annotations

import re

import pytest

from luodi.core.errors import LuodiError
from luodi.release.card import text
from luodi.release.card.strings import fitted, padded, paragraph, width
from luodi.release.card.terminal import WIDTH, bar

from .cards import classes_card, values_card


def test_no_line_is_wider_than_the_terminal(card, lang):
    assert max(width(line) for line in text(card, lang).splitlines()) <= WIDTH


def test_long_foreign_names_are_cut_to_fit(lang):
    card = classes_card(("0", "类" * 300), ("列" * 500, "b" * 500), "组" * 400, target="目" * 500)
    assert max(width(line) for line in text(card, lang).splitlines()) <= WIDTH


def test_nothing_foreign_steers_the_terminal(lang):
    evil = "\x1b]0;x\x07\x1b[31m\r\n\u202e"
    shown = text(classes_card(("0", evil), (evil, "b"), evil, target=evil), lang)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", shown)


def test_the_deciding_figures_and_gates_are_told():
    shown = text(classes_card(), "en")
    for part in (
        "Average precision",
        "0.780",
        "0.600 – 0.900",
        "✗ failed",
        "✓ passed",
        "linear model",
    ):
        assert part in shown
    assert "at least 0.5 at 95% confidence" in shown
    assert "at least 0.03846" in shown or "at least 0.0385" in shown


def test_values_are_told_with_their_unit():
    assert "0.780 米" in text(values_card(), "zh")


def test_a_card_that_is_none_is_refused_with_a_code():
    with pytest.raises(LuodiError) as caught:
        text({"name": "a"}, "en")
    assert caught.value.code == "card.unreadable"


def test_cells_count_chinese_characters_as_two():
    assert width("落地 ok") == 7
    assert width(padded("落地", 10)) == width(padded("落地", -10)) == 10
    assert width(fitted("落地" * 20, 11)) <= 11


def test_paragraphs_keep_every_character_but_the_blanks_at_breaks():
    said = "为每条记录给出 Machine failure 为 1 的概率，并作出决定。" * 5 + "x" * 300
    lines = paragraph(said, 40, "  ", "• ")
    assert all(width(line) <= 40 for line in lines)
    joined = "".join(line[2:] for line in lines)
    assert joined.replace(" ", "") == said.replace(" ", "")


def test_bars_grow_with_their_value():
    lengths = [len(bar(value, 1.0)) for value in (0, 0.2, 0.5, 1.0)]
    assert lengths == sorted(lengths) and lengths[0] == 0 and bar(1.0, 1.0) == "█" * 30
