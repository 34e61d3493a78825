"""The end of a build in words: numbers as a person writes them, gates in the language asked for."""

from types import SimpleNamespace

import pytest

from luodi.cli.summary import built_lines, gate_lines, number
from luodi.core.values import GateResult


def test_minus_nothing_is_nothing():
    assert number(-0.0) == "0.0000"


@pytest.mark.parametrize(
    ("gate", "line"),
    [
        (
            GateResult("parity", True, "<= 1e-06, no flips", 1e-9),
            "  ✓ parity 没有一个决定不同  (1e-09)",
        ),
        (GateResult("f1", True, ">= 0.8 at 0.95", 0.9), "  ✓ f1 >= 0.8 置信度 0.95  (0.9)"),
    ],
)
def test_gates_speak_chinese(gate, line, monkeypatch):
    monkeypatch.setenv("LUODI_LANG", "zh")
    assert list(gate_lines(gate)) == [line]


def test_a_failed_gate_says_whether_something_was_written(verdict, monkeypatch):
    monkeypatch.setenv("LUODI_LANG", "en")
    built = SimpleNamespace(verdict=verdict(False), path=None, digest=None)
    assert "nothing was written" in list(built_lines(built))[-1]
    forced = SimpleNamespace(verdict=verdict(False), path="a.luodi", digest="sha256:ab")
    assert "a.luodi was written because of --force" in list(built_lines(forced))[-1]
