"""Tests that claim a promise; in ``make prove`` the table of all promises ends the run."""

from __future__ import annotations

import signal
from collections.abc import Callable

import pytest

from promise import PROVING
from proof import CLAIM, TRIED, Proof

PROOF = pytest.StashKey[Proof]()


@pytest.fixture
def promise(request: pytest.FixtureRequest) -> Callable[..., None]:
    """Tells how often the promise that this test claims was tried, and how often it failed."""
    assert request.node.get_closest_marker(CLAIM), "the test claims no promise"

    def tried(trials: int, failures: int = 0) -> None:
        request.node.user_properties.append((TRIED, (trials, failures)))

    return tried


def pytest_configure(config: pytest.Config) -> None:
    config.stash[PROOF] = Proof()
    # a shell that runs these in the background has them ignore Ctrl-C, which some of them send
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    known = config.stash[PROOF].rows
    for item in items:
        for mark in item.iter_markers(CLAIM):
            (text,) = mark.args
            if text not in known:
                raise pytest.UsageError(f"{item.nodeid} claims what is not in tests/promise.py")
            item.user_properties.append((CLAIM, text))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item):
    report = yield
    item.config.stash[PROOF].note(report)
    return report


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    if PROVING and not session.config.stash[PROOF].holds and exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config) -> None:
    if PROVING:
        terminalreporter.section("promises")
        for line in config.stash[PROOF].lines():
            terminalreporter.write_line(line)
