"""A loop that answers at once, so that these tests speak of the command line alone."""

import sys
from dataclasses import dataclass
from types import ModuleType

import polars as pl
import pytest

import luodi
from luodi.core.events import Event
from luodi.core.values import Figure, Finding, GateResult, Verdict
from luodi.store import disk

TASK = "name: boards\ngoal: classify\ndata: {source: boards.csv, target: broken}\nbudget: 30s\n"


@dataclass(frozen=True)
class Built:
    path: object
    digest: str
    verdict: Verdict
    leaderboard: tuple
    seconds: float
    edge: object = None


def judged(passed=True):
    figures = {"roc_auc": Figure("roc_auc", 0.91, 0.88, 0.94), "size_mb": Figure("size_mb", 0.4)}
    failed = Finding("cli.exists", "error", None, {"path": "why it failed"})
    gates = (GateResult("roc_auc", passed, ">= 0.9", 0.91, None if passed else failed),)
    return Verdict(figures, gates, {})


def report(error=None):
    """What ``luodi.runtime.verify`` reports, whole or with an error in its second step."""
    outcome = "failed" if error else "ok"
    steps = [("size", "ok", 0.1), ("structure", outcome, 1.0)]
    return {
        "ok": error is None,
        "steps": [{"name": n, "outcome": o, "milliseconds": m} for n, o, m in steps],
        "error": error.record() if error else None,
        "digest": None if error else "sha256:ab",
        "signer": None if error else "sha256:cd",
        "signature_checked": True,
    }


@pytest.fixture
def reported():
    """Makes the report of a release that holds, or of one that does not."""
    return report


@pytest.fixture
def verdict():
    """Makes the verdict that passed, or the one that did not."""
    return judged


@pytest.fixture
def loop(monkeypatch, tmp_path):
    """A stand-in for luodi.loop; a test replaces the verb it is about."""
    module = ModuleType("luodi.loop")
    board = {"name": "lightgbm-1", "family": "lightgbm", "metric": "roc_auc"}

    def build(task, *, output=None, plan=None, force=False, listener, **how):
        listener(Event("stage", {"name": "train"}))
        listener(Event("candidate", {**board, "score": 0.91, "seconds": 1.5, "best": True}))
        path = output or tmp_path / "boards.luodi"
        return Built(path, "sha256:ab", judged(), ({**board, "score": 0.91},), 2.0)

    def write_answers(frame, path):
        disk.put(path, frame.write_csv().encode())

    module.new = lambda name, source, target, *, listener, **how: f"name: {name}\n"
    module.check = lambda task, *, listener: ()
    module.build = build
    module.show = lambda path: {"name": "boards"}
    module.card_html = lambda path, lang: f"<html lang={lang}>"
    module.verify = lambda path, key=None: report()
    module.predict = lambda path, source, *, key=None, listener=None, **how: pl.DataFrame(
        {"decision": ["no"]}
    )
    module.write_answers = write_answers
    monkeypatch.setitem(sys.modules, "luodi.loop", module)
    monkeypatch.setattr(luodi, "loop", module, raising=False)
    return module


@pytest.fixture
def task(tmp_path, monkeypatch):
    """A task file in an empty folder, which is the current one."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("LUODI_LANG", raising=False)
    (tmp_path / "task.yaml").write_text(TASK)
    return tmp_path / "task.yaml"
