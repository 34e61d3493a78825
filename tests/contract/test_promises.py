"""No promise without a test, no claim without a promise, and none passes for kept that was not."""

import ast
import subprocess
import sys
from types import SimpleNamespace

import pytest

from contract.source import ROOT
from promise import PROMISES, Promise
from proof import CLAIM, TRIED, Proof

TESTS = ROOT / "tests"
FEW, MANY = Promise("few", 1, every=True), Promise("many", 300)


def claims(path) -> set[str]:
    """Promises that the tests of a file claim."""
    return {
        ast.literal_eval(mark.args[0])
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(function, ast.FunctionDef)
        for mark in function.decorator_list
        if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.promise"
    }


def test_every_promise_is_claimed_by_a_test_and_nothing_else_is():
    claimed = set().union(*map(claims, TESTS.rglob("test_*.py")))
    texts = [promise.text for promise in PROMISES]
    assert len(texts) == len(set(texts)) and claimed == set(texts)


def report(text, *tried, when="call", outcome="passed", reason=""):
    """A report as pytest makes it."""
    return SimpleNamespace(
        user_properties=[(CLAIM, text), *((TRIED, one) for one in tried)],
        when=when,
        duration=0.5,
        failed=outcome == "failed",
        skipped=outcome == "skipped",
        longrepr=("file", 1, f"Skipped: {reason}"),
    )


def proof(*reports) -> Proof:
    made = Proof([FEW, MANY])
    for one in (report("few", (1, 0)), *reports):
        made.note(one)
    return made


def test_promises_that_were_tried_often_enough_are_kept_with_their_bound():
    made = proof(*(report("many", (100, 0), when=when) for when in ("setup", "call", "teardown")))
    assert not made.holds, "preparing a test is no trial"
    made.note(report("many", (200, 0)))
    assert made.holds
    assert [line.split() for line in made.lines()][1:] == [
        ["few", "1", "0", "0.5", "every", "one"],
        ["many", "300", "0", "2.0", "<", "1.00%"],
    ]


@pytest.mark.parametrize(
    ("reports", "said"),
    [
        ([], "NOT RUN"),
        ([report("many", (299, 0))], "too few: 300 owed"),
        ([report("many", (300, 2))], "FAILED"),
        ([report("many", (300, 0)), report("many", outcome="failed")], "FAILED"),
        ([report("many", when="setup", outcome="failed")], "FAILED"),
        (
            [report("many", when="setup", outcome="skipped", reason="no server")],
            "NOT RUN, 1 skipped: no server",
        ),
    ],
)
def test_a_promise_that_failed_or_was_not_tried_is_told_and_fails_the_run(reports, said):
    made = proof(*reports)
    assert not made.holds and list(made.lines())[2].endswith(said)


def test_what_was_skipped_beside_enough_trials_is_told_and_fails_nothing():
    skipped = report("many", when="setup", outcome="skipped", reason="no server")
    made = proof(report("many", (300, 0)), skipped)
    assert made.holds and list(made.lines())[2].endswith("1 skipped: no server")


def test_a_run_that_proves_fails_without_its_promises(monkeypatch):
    monkeypatch.setenv("LUODI_PROVE", "1")
    quick = "tests/unit/store/test_crashes.py"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", quick]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 1 and "NOT RUN" in done.stdout, done.stdout
    assert " passed" in done.stdout and " failed" not in done.stdout
