"""A server of PostgreSQL for all tests that keep something."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import postgresql


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    pytest.importorskip("pg8000")
    try:
        with postgresql.running() as server:
            yield server.address
    except RuntimeError as reason:
        pytest.skip(str(reason))
