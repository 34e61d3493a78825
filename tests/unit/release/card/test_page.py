"""The page: whole, self-contained, safe from names, readable in two languages and by everybody."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from itertools import pairwise

import pytest

from luodi.core import words
from luodi.core.errors import LuodiError
from luodi.release.card import html

from .cards import classes_card, values_card
from .tree import Tree

HOSTILE = (
    '"><script>alert(1)</script>',
    "'; onload=alert(1) x='",
    "line\nbreak\r\n\t{braces} {0} %s",
    "</style></title></svg><img src=x onerror=alert(1)>",
    "列" * 500,
    "\u202eevil\u2066\x00\x1b[31m",
    "<!-- --> &lt; &amp;",
)
# Names and signs that stand as they are in a Chinese text.
LATIN = frozenset(
    re.findall(
        r"\w+",
        """
        luodi ONNX AP AUC ROC F1 RMSE MAE R p ms MB kB LightGBM Python Linux numpy shibai verify
        predict show json new csv answers parquet value decision action accept review warnings
        probability sha256 model onnx strange code judge no_rows no rows shuju lightgbm leak flag
        check o
        """,
    )
)


def test_every_tag_is_closed_in_order(card, lang):
    tree = Tree(html(card, lang))
    assert not tree.wrong and not tree.open


def test_the_page_needs_nothing_from_outside_and_runs_nothing(card, lang):
    page = html(card, lang)
    tree = Tree(page)
    assert not re.search(r"https?:|url\(|@import|javascript:|\bsrc=|srcset", page)
    assert not {"script", "iframe", "object", "embed", "img", "form", "base"} & {
        name for name, _ in tree.elements
    }
    outside = [a["href"] for a in tree.all("a") if not str(a["href"]).startswith("#")]
    assert not outside
    assert [link["href"] for link in tree.all("link")] == ["data:,"]
    assert any("default-src 'none'" in str(meta.get("content")) for meta in tree.all("meta"))


@pytest.mark.parametrize("name", HOSTILE)
def test_no_name_breaks_out_of_its_place(name, lang):
    plain = Tree(html(classes_card(), lang))
    card = classes_card((name + "0", name), (name, "乙"), name, target=name)
    tree = Tree(html(card, lang))
    assert not tree.wrong and not tree.open
    assert [element for element, _ in tree.elements] == [element for element, _ in plain.elements]
    known = {key for _, attributes in plain.elements for key in attributes} | {"title"}
    assert {key for _, attributes in tree.elements for key in attributes} <= known


def test_control_and_direction_characters_do_not_reach_the_page():
    page = html(classes_card(columns=("\u202eevil\x1b[31m\x00", "乙")), "en")
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]", page)


def test_a_lone_surrogate_is_replaced():
    card = classes_card(columns=("a\ud800b", "乙"))
    assert "a?b" in html(card, "en").encode().decode()
    json.dumps(card, ensure_ascii=False).encode()


def test_a_large_card_stays_under_500_kb(lang):
    columns = tuple(f"传感器读数{'长' * 60}{i}" for i in range(10_000))
    classes = tuple(f"类别{'名' * 40}{i}" for i in range(200))
    assert len(html(classes_card(classes, columns), lang).encode()) < 500_000


def test_a_chinese_page_leaves_no_english_but_names(card):
    text = " ".join(Tree(html(card, "zh")).words)
    left = set(re.findall(r"[A-Za-z][A-Za-z0-9]*", text)) - LATIN
    assert not {word for word in left if not re.fullmatch(r"[0-9a-f]+|e\d+", word)}


def test_chinese_labels_of_drawings_leave_no_english_either(card):
    labels = [a.get("aria-label") or "" for _, a in Tree(html(card, "zh")).elements]
    assert not set(re.findall(r"[A-Za-z]{2,}", " ".join(labels))) - LATIN


def test_an_english_page_of_english_names_has_no_chinese():
    card = classes_card(columns=("a", "b"), group="c", target="y")
    card["judged"]["fairness"][0]["groups"][1]["group"] = "d"
    card["data"]["target"]["name"] = "y"
    card["data"]["ignored"] = ["id"]
    card["findings"] = []
    assert not re.findall(r"[\u4e00-\u9fff]+", " ".join(Tree(html(card, "en")).words))


def test_the_page_says_its_language(lang):
    page = Tree(html(values_card(), lang)).all("html")[0]
    assert page["lang"] == {"en": "en", "zh": "zh-CN"}[lang]


def test_landmarks_headings_and_labels_are_there_for_screen_readers(card, lang):
    tree = Tree(html(card, lang))
    for landmark in ("header", "nav", "main", "footer", "h1"):
        assert len(tree.all(landmark)) == 1
    levels = [int(name[1]) for name, _ in tree.elements if re.fullmatch(r"h[1-6]", name)]
    assert all(after - before <= 1 for before, after in pairwise(levels))
    ids = [a["id"] for _, a in tree.elements if "id" in a]
    assert len(ids) == len(set(ids))
    for _, attributes in tree.elements:
        if "aria-labelledby" in attributes:
            assert attributes["aria-labelledby"] in ids
    assert all(a["href"][1:] in ids for a in tree.all("a"))


def test_drawings_have_a_text_or_are_hidden_and_tables_have_headings(card, lang):
    tree = Tree(html(card, lang))
    for drawing in tree.all("svg"):
        spoken = drawing.get("role") == "img" and drawing.get("aria-label")
        assert spoken or drawing.get("aria-hidden") == "true"
    assert len(tree.all("caption")) == len(tree.all("table"))
    assert all(head.get("scope") in ("col", "row") for head in tree.all("th"))


def test_colours_keep_enough_contrast_in_light_and_dark():
    style = files("luodi.release.card").joinpath("page.css").read_text(encoding="utf-8")
    blocks = re.findall(r":root \{(.*?)\}", style, re.DOTALL)
    assert len(blocks) == 3
    for block in blocks:
        colours = dict(re.findall(r"--(\w+): (#[0-9a-f]{3,6});", block))
        for name in ("ink", "soft", "model", "other", "good", "bad", "warn"):
            assert contrast(colours[name], colours["paper"]) >= 4.5, (name, colours[name])
        assert contrast(colours["ink"], colours["band"]) >= 4.5
        assert contrast(colours["soft"], colours["wash"]) >= 4.5
        assert contrast(colours["ideal"], colours["paper"]) >= 3


def contrast(one: str, other: str) -> float:
    """Contrast of two colours by WCAG 2."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(c * 2 for c in colour[1:])
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return sum(weight * p for weight, p in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def test_a_failed_gate_says_why_and_what_would_help(lang):
    page = html(classes_card(), lang)
    finding = classes_card()["gates"][2]["finding"]["text"][lang]
    assert finding["seen"].split("leak")[0] in page


def test_the_headline_is_the_metric_with_its_interval():
    page = html(classes_card(), "en")
    assert "0.780" in page and "95% interval 0.600 – 0.900" in page


def test_a_card_that_is_none_is_refused_with_a_code():
    for wrong in (
        {},
        {"name": 3},
        {**classes_card(), "figures": [1]},
        {**classes_card(), "gates": None},
    ):
        with pytest.raises(LuodiError) as caught:
            html(wrong, "en")
        assert caught.value.code == "card.unreadable"


def test_the_rows_of_single_mistakes_are_not_told():
    assert "top_errors" not in json.dumps(classes_card())


def test_every_text_of_the_card_has_both_languages_and_differs_where_it_is_words():
    for group, texts in words.room("card").items():
        for name, pair in texts.items():
            if isinstance(pair, dict) and group != "unreadable":
                assert set(pair) == {"en", "zh"}, (group, name)
                chinese = re.search(r"[\u4e00-\u9fff]", pair["zh"])
                assert chinese or pair["en"] == pair["zh"] or "{" in pair["zh"] or name == "comma"
