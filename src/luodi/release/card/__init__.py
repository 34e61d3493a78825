"""The card of a release: what it is for, what was measured, and what not to expect of it."""

from luodi.release.card.data import card_data
from luodi.release.card.facts import dataset_facts
from luodi.release.card.page import html
from luodi.release.card.terminal import text

__all__ = ["card_data", "dataset_facts", "html", "text"]
