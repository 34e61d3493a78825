"""The composition root: the only room that knows two stages, and joins them."""

from luodi.loop.draft import new
from luodi.loop.improving import improve
from luodi.loop.pipeline import Built, build, check
from luodi.loop.release import card_html, predict, show, verify, write_answers

__all__ = [
    "Built",
    "build",
    "card_html",
    "check",
    "improve",
    "new",
    "predict",
    "show",
    "verify",
    "write_answers",
]
