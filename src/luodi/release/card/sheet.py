"""The worst errors as a sheet of small pictures, each with its truth and what was answered."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from luodi.release.card import numbers
from luodi.release.card.markup import Markup, join, name, one_line, tag
from luodi.release.card.phrases import Voice
from luodi.release.card.tables import paragraph

Card = Mapping[str, Any]
MOST, MOST_CHARACTERS = 24, 40_000
PNG = b"\x89PNG\r\n\x1a\n"


def sheet(card: Card, voice: Voice) -> Markup:
    """The pictures of the card; nothing where it has none."""
    listed = (card["judged"].get("pictures") or ())[:MOST]
    shown = [_picture(one, voice) for one in listed if _is_png(one.get("png"))]
    if not shown:
        return Markup("")
    return join(paragraph(voice("sheet.text")), tag("div", *shown, class_="pictures"))


def _picture(one: Mapping[str, Any], voice: Voice) -> Markup:
    truth, decided = (one_line(one.get(key), 40) for key in ("truth", "decided"))
    image = tag(
        "img", src=f"data:image/png;base64,{one['png']}", alt=voice("sheet.alt", truth=truth)
    )
    share = numbers.share(one.get("probability"))
    said = voice.html("sheet.caption", truth=name(truth), decided=name(decided), share=share)
    return tag("figure", image, tag("figcaption", said))


def _is_png(text: Any) -> bool:
    """Whether a text is a small PNG file in base64: a card may come from anywhere."""
    if not isinstance(text, str) or len(text) > MOST_CHARACTERS:
        return False
    try:
        return base64.b64decode(text, validate=True).startswith(PNG)
    except (binascii.Error, ValueError):
        return False
