"""Each kind of card and each language in turn."""

from __future__ import annotations

from typing import Any

import pytest

from .cards import CARDS


@pytest.fixture(params=CARDS)
def card(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Each kind of card in turn."""
    return CARDS[request.param]()


@pytest.fixture(params=["en", "zh"])
def lang(request: pytest.FixtureRequest) -> str:
    """Each language in turn."""
    return str(request.param)
