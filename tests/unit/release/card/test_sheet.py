"""Pictures stand in a card only as they should: small, plain, and nothing that could run."""

from __future__ import annotations

import base64
import io

import pytest
from PIL import Image

from luodi.release.card import html

from .cards import classes_card


def png(side: int = 8) -> str:
    buffer = io.BytesIO()
    Image.new("L", (side, side), 99).save(buffer, "PNG")
    return base64.b64encode(buffer.getvalue()).decode()


def page(*pictures: dict, lang: str = "en") -> str:
    card = classes_card()
    return html({**card, "judged": {**card["judged"], "pictures": list(pictures)}}, lang)


def one(**more: object) -> dict:
    return {"truth": "a", "decided": "b<i>", "probability": 0.02, "png": png(), **more}


@pytest.mark.parametrize(("lang", "said"), [("en", "for the truth"), ("zh", "真实类别的概率")])
def test_a_picture_has_truth_answer_and_probability_beside_it(lang, said):
    shown = page(one(), lang=lang)
    assert f'src="data:image/png;base64,{png()}"' in shown and said in shown and "2.0%" in shown
    assert "b&lt;i&gt;" in shown and "b<i>" not in shown


def test_a_card_without_pictures_has_no_sheet():
    assert "<img" not in html(classes_card(), "en")


@pytest.mark.parametrize(
    "bad",
    [
        None,
        7,
        "",
        "no base64",
        'x" onerror="alert(1)',
        base64.b64encode(b"<svg onload='alert(1)'/>").decode(),
        base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(60_000)).decode(),
    ],
)
def test_what_is_no_small_png_is_left_out(bad):
    shown = page(one(png=bad), one())
    assert shown.count("<img") == 1 and "alert" not in shown


def test_a_card_holds_so_many_pictures_and_no_more():
    assert page(*[one()] * 500).count("<img") == 24
