"""The page of figures says what the scripts measured, and no more."""

from pathlib import Path

from bench.__main__ import FIGURES, table

PAGE = Path(__file__).resolve().parents[2] / "docs" / "figures.md"


def rows(text):
    return [line for line in text.splitlines() if line.startswith("| ")]


def test_every_row_of_the_page_was_measured_and_none_is_left_out():
    assert rows(PAGE.read_text(encoding="utf-8")) == rows(table(FIGURES, quick=False))
