"""What all tests of the store have."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def keys(tmp_path, monkeypatch) -> None:
    """Signing keys of the test's own."""
    monkeypatch.setenv("LUODI_KEY_DIR", str(tmp_path / "keys"))
