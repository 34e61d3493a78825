"""One server for all tests that only ask."""

import pytest

from serving import running


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    with running(tmp_path_factory.mktemp("serve"), "--access-log") as started:
        yield started


@pytest.fixture(scope="session")
def open_server(tmp_path_factory):
    """One that asks nobody for a token."""
    with running(tmp_path_factory.mktemp("open"), auth=False) as started:
        yield started
