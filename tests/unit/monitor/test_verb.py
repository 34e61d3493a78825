"""The verb tells each task at once, and trouble with one ends neither the others nor the loop."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest

from luodi.cli import main
from luodi.cli import monitor as verb
from luodi.core.errors import LuodiError
from luodi.monitor import outlets, rounds
from luodi.store.ledger.rows import Reason, Release
from unit.monitor.press import NOW, answer, stuck

OTHER = "sha256:" + "c" * 64
URL = "http://127.0.0.1:9/hook"


@pytest.fixture
def two(home, one, monkeypatch):
    """A home of two tasks, the first of which cannot be read."""
    answer(home, range(6, 0, -1), stuck)
    home.ledger.add_release(Release(OTHER, "anvil", blob="sha256:" + "d" * 64))
    home.ledger.promote("anvil", OTHER, Reason("a test", "to see"))

    def watched(_, name, digest):
        if name == "anvil":
            raise LuodiError("store.blob_missing", digest=digest)
        return one

    monkeypatch.setattr(rounds, "watched", watched)
    monkeypatch.setattr(rounds, "now_us", lambda: NOW)
    home.close()
    return home


def test_a_task_that_cannot_be_read_does_not_silence_the_others(two, monkeypatch, capsys):
    posted = []
    monkeypatch.setattr(outlets, "post", lambda _, content: posted.append(content["task"]) or True)
    assert main(["monitor", "--home", str(two.folder), "--webhook", URL]) > 1
    out, err = capsys.readouterr()
    assert "alarm.broken press" in out and posted == ["press"]
    assert "store.blob_missing" in err


def test_a_round_that_fails_does_not_end_the_loop(two, monkeypatch, capsys):
    slept = []

    def sleep(seconds):
        slept.append(seconds)
        if len(slept) == 3:
            raise KeyboardInterrupt
        if len(slept) == 1:
            (two.folder / "home.json").rename(two.folder / "away.json")
        if len(slept) == 2:
            (two.folder / "away.json").rename(two.folder / "home.json")

    monkeypatch.setattr(verb, "time", SimpleNamespace(sleep=sleep))
    assert main(["monitor", "press", "--home", str(two.folder), "--every", "1h"]) == 130
    assert "home.missing" in capsys.readouterr().err and slept == [3600, 3600, 3600]


def test_json_holds_every_task_that_was_looked_at(two, capsys):
    assert main(["monitor", "--home", str(two.folder), "--json"]) > 1
    assert [one["task"] for one in json.loads(capsys.readouterr().out)["tasks"]] == ["press"]
