"""Epochs go into event files as their metric is written, and everybody else hears them too."""

from __future__ import annotations

import sys

import pytest

from luodi import loop
from luodi.core.errors import LuodiError
from luodi.core.events import Event
from luodi.loop.recording import recording

WRITER = "tensorboard.summary.writer.event_file_writer"
TASK = {"name": "made", "goal": "classify", "data": {"source": "none.csv", "target": "y"}}


def epoch(number: int) -> Event:
    facts = {"name": "lenet 2", "epoch": number, "loss": 0.5, "metric": "log_loss"}
    return Event("epoch", {**facts, "score": -0.25 * number})


def test_without_a_folder_the_listener_stays_what_it_is():
    heard: list[Event] = []
    with recording(None, "made", heard.append) as listener:
        listener(epoch(1))
    assert heard == [epoch(1)]


def test_a_missing_package_is_told_before_anything_is_read(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, WRITER, None)
    monkeypatch.setenv("LUODI_KEY_DIR", str(tmp_path / "key"))
    with pytest.raises(LuodiError) as caught:
        loop.build(TASK, output=tmp_path, tensorboard=tmp_path / "runs")
    assert caught.value.code == "environment.missing_package"


def test_errors_are_positive_and_everything_is_heard(tmp_path):
    reason = "tensorboard is not installed: pip install 'luodi[tensorboard]'"
    reader = pytest.importorskip(
        "tensorboard.backend.event_processing.event_accumulator", reason=reason
    )
    heard: list[Event] = []
    with recording(tmp_path, "made", heard.append) as listener:
        listener(Event("stage", {"name": "train"}))
        listener(epoch(1))
        listener(epoch(2))
    assert [event.kind for event in heard] == ["stage", "epoch", "epoch"]
    events = reader.EventAccumulator(str(tmp_path / "made" / "lenet 2"))
    events.Reload()
    assert sorted(events.Tags()["scalars"]) == ["log_loss", "loss"]
    assert [(e.step, e.value) for e in events.Scalars("log_loss")] == [(1, 0.25), (2, 0.5)]
