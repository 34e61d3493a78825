"""A server of PostgreSQL for all tests of the store."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import postgresql


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    pytest.importorskip("pg8000")
    try:
        with postgresql.server() as address:
            yield address
    except RuntimeError as reason:
        pytest.skip(str(reason))


@pytest.fixture(autouse=True)
def keys(tmp_path, monkeypatch) -> None:
    """Signing keys of the test's own."""
    monkeypatch.setenv("LUODI_KEY_DIR", str(tmp_path / "keys"))
