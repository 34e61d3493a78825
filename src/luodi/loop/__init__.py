"""The composition root: the only room that knows two stages, and joins them."""

from luodi.loop.compressing import Compressed, compress
from luodi.loop.draft import new
from luodi.loop.improving import challenge, improve
from luodi.loop.pipeline import Built, build, check
from luodi.loop.release import card_html, explain, predict, show, verify, write_answers
from luodi.loop.replaying import Replay, replay

__all__ = [
    "Built",
    "Compressed",
    "Replay",
    "build",
    "card_html",
    "challenge",
    "check",
    "compress",
    "explain",
    "improve",
    "new",
    "predict",
    "replay",
    "show",
    "verify",
    "write_answers",
]
