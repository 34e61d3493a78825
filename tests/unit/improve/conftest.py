"""A home where a press is served, for the rounds that improve it."""

from __future__ import annotations

import pytest

from postgresql import made_on
from unit.improve import world


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("press")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LUODI_KEY_DIR", str(path))
        yield world.built(path, 600)


@pytest.fixture
def home(request, folder, tmp_path):
    """A home with a ledger of SQLite, or of PostgreSQL where a test asks for it."""
    server = getattr(request, "param", "sqlite") == "postgresql"
    address = made_on(request.getfixturevalue("server")) if server else None
    with world.home(folder, tmp_path / "home", address) as opened:
        yield opened
