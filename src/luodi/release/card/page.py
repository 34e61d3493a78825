"""The card as one HTML file: no script, no network, its style sheet inside."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from luodi.core.words import Language
from luodi.release.card.conversion import compress
from luodi.release.card.gates import gates, limits
from luodi.release.card.head import head
from luodi.release.card.judged import evaluate
from luodi.release.card.markup import Markup, join, one_line, tag
from luodi.release.card.phrases import Voice, readable
from luodi.release.card.records import data
from luodi.release.card.training import train
from luodi.release.card.usage import release, serve

Card = Mapping[str, Any]
SECTIONS = (gates, limits, data, train, compress, evaluate, release, serve)
# Nothing may be fetched and no script may run, even if an escape were ever forgotten.
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "base-uri 'none'; form-action 'none'"
)
HTML_LANGUAGE = {"en": "en", "zh": "zh-CN"}


def html(card: Card, lang: Language = "en") -> str:
    """The card as a self-contained HTML page.

    Args:
        card: The data that ``card_data`` gives, or the ``card.json`` of a release.
        lang: ``en`` or ``zh``.

    Returns:
        The page's text, to be written as UTF-8.

    Raises:
        LuodiError: ``card.unreadable`` when the data is not that of a card.
    """
    voice = Voice(lang)
    with readable():
        return f"<!DOCTYPE html>\n{_page(card, voice)}\n"


def _page(card: Card, voice: Voice) -> Markup:
    sections = [show(card, voice) for show in SECTIONS]
    body = tag(
        "div",
        tag("a", voice("page.skip"), href="#gates", class_="skip"),
        join(head(card, voice)),
        _contents(voice),
        tag("main", *sections),
        tag("footer", tag("p", voice("page.footer"))),
        class_="sheet",
    )
    return tag("html", _meta(card, voice), tag("body", body), lang=HTML_LANGUAGE[voice.lang])


def _meta(card: Card, voice: Voice) -> Markup:
    return tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=POLICY),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("meta", name="generator", content="luodi"),
        tag("link", rel="icon", href="data:,"),  # keeps a browser from asking a server for one
        tag("title", f"{one_line(card['name'], 80)} · {voice('page.kind')}"),
        tag("style", _style()),
    )


@cache
def _style() -> Markup:
    """The style sheet, with runs of white space drawn together."""
    text = files(__package__).joinpath("page.css").read_text(encoding="utf-8")
    return Markup(" ".join(text.split()))


def _contents(voice: Voice) -> Markup:
    steps = {
        name: step
        for step, name in enumerate(
            ("data", "train", "compress", "evaluate", "release", "serve"), 1
        )
    }
    names = [show.__name__ for show in SECTIONS]
    links = [
        tag(
            "li",
            tag(
                "a",
                tag("b", steps[one]) if one in steps else None,
                voice(f"section.{one}"),
                href=f"#{one}",
            ),
        )
        for one in names
    ]
    return tag("nav", tag("ol", *links), aria_label=voice("page.contents"))
