"""Curves are read back by TensorBoard as they were told."""

from __future__ import annotations

import math
import sys

import pytest

from luodi.core.errors import LuodiError
from luodi.store.curves import Curves

WRITER = "tensorboard.summary.writer.event_file_writer"


def test_without_the_package_its_pip_command_is_told(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, WRITER, None)
    with pytest.raises(LuodiError) as caught:
        Curves(tmp_path / "runs")
    assert caught.value.code == "environment.missing_package"
    assert "luodi[tensorboard]" in str(caught.value) and not (tmp_path / "runs").exists()


@pytest.fixture
def scalars():
    """Reads the points of a curve, by TensorBoard's own reader."""
    reason = "tensorboard is not installed: pip install 'luodi[tensorboard]'"
    reader = pytest.importorskip(
        "tensorboard.backend.event_processing.event_accumulator", reason=reason
    )

    def read(folder, tag):
        events = reader.EventAccumulator(str(folder))
        events.Reload()
        return [(e.step, round(e.value, 6)) for e in events.Scalars(tag)]

    return read


def test_every_point_is_there_before_the_files_are_closed(tmp_path, scalars):
    with Curves(tmp_path / "runs") as curves:
        for step in (1, 2, 3):
            curves.add("made/lenet 2", step, {"loss": 1 / step, "accuracy": step / 4})
        curves.add("made/linear 1", 1, {"loss": 0.5, "accuracy": math.nan})
        found = scalars(tmp_path / "runs" / "made" / "lenet 2", "loss")
        assert found == [(1, 1.0), (2, 0.5), (3, 0.333333)]
    assert scalars(tmp_path / "runs" / "made" / "lenet 2", "accuracy")[-1] == (3, 0.75)
    assert scalars(tmp_path / "runs" / "made" / "linear 1", "loss") == [(1, 0.5)]


def test_a_run_that_goes_on_takes_the_place_of_what_a_killed_one_wrote_later(tmp_path, scalars):
    for first, last, value in ((1, 5, 9.0), (4, 6, 1.0)):
        with Curves(tmp_path) as curves:
            for step in range(first, last + 1):
                curves.add("lenet 2", step, {"loss": value})
    found = scalars(tmp_path / "lenet 2", "loss")
    assert found == [(1, 9.0), (2, 9.0), (3, 9.0), (4, 1.0), (5, 1.0), (6, 1.0)]
