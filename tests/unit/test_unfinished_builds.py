"""A build of images that is killed goes on where it stood, and Ctrl-C keeps the best: for real."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from luodi import loop
from luodi.core.task import Task
from luodi.runtime.load import load
from luodi.store.unfinished import Unfinished

sys.path.insert(0, __file__.rsplit("/", 1)[0] + "/modalities/image")
from shapes import folder

PROGRAM = """
import os, signal, sys
from dataclasses import replace
from luodi.cli import main
from luodi.modalities.image.learn import aside, portfolio, training, workshop

family, _, at = os.environ.get("KILLED_AT", "").partition(" ")
aside.EVERY_S, aside.SHARE = 0.0, 1e9  # put aside after every epoch
portfolio.LINEAR_EPOCHS = (5, 5)
told, fit = workshop.ImageWorkshop._told, training.fit

def kill(shop, progress):
    told(shop, progress)
    linear = progress.family == "linear"
    if at and linear == (family == "linear") and progress.epoch == int(at):
        os.kill(os.getpid(), signal.SIGKILL)

def without_a_clock(job):
    return fit(replace(job, epochs=job.epochs or int(os.environ["EPOCHS"])))

workshop.ImageWorkshop._told, training.fit = kill, without_a_clock
sys.exit(main(sys.argv[1:]))
"""
KEPT = ".shapes.luodi.building"


@pytest.fixture
def place(tmp_path):
    """A folder with photos, a task and a program that can be told when to die.

    Networks get epochs in place of time, so that nothing here hangs on how busy the machine is.
    """
    folder(tmp_path / "photos", 300)  # with fewer a class the first of all is a head on filters
    text = loop.new("shapes", str(tmp_path / "photos"))
    (tmp_path / "task.yaml").write_text(text.replace("budget: 5m", "budget: 2s"))
    (tmp_path / "program.py").write_text(PROGRAM)
    return tmp_path


def begun(place: Path, *more: str, killed_at: str = "", epochs: int = 6) -> subprocess.Popen:
    """A build under way in a process of its own, killed at an epoch such as ``linear 3``."""
    command = [sys.executable, "program.py", "build", "task.yaml", "--force", *more]
    env = {**os.environ, "KILLED_AT": killed_at, "EPOCHS": str(epochs)}
    return subprocess.Popen(
        command, cwd=place, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def epochs(told: str, family: str) -> list[int]:
    """Numbers of the epochs that were told of a network."""
    return [int(n) for n in re.findall(rf"{family} \d+  epoch (\d+)/", told)]


def test_a_killed_build_goes_on_where_it_stood(place):
    build = begun(place, killed_at="network 4")
    _, told = build.communicate()
    assert build.returncode == -signal.SIGKILL and "linear 1" in told
    (family,) = set(re.findall(r"(\w+) 2  epoch", told))
    assert epochs(told, family)[0] == 1 and not (place / "shapes.luodi").exists()
    kept = sorted(path.name.partition(".")[2] for path in (place / KEPT).iterdir())
    assert {"ended.kept", "training.kept"} < set(kept)  # the baseline, and what was cut off

    again = begun(place, "--json")
    out, told = again.communicate()
    assert again.returncode in (0, 1), told
    assert "Going on where it was cut off" in told and "--fresh" in told
    assert not epochs(told, "linear") and epochs(told, family)[0] == 4
    assert (place / "shapes.luodi").exists() and not (place / KEPT).exists()
    board = json.loads(out)["leaderboard"]
    (row,) = [one for one in board if one["name"] == f"{family} 2"]
    assert len(row["epochs"]["loss"]) == 6  # the curve of both processes
    assert loop.show(place / "shapes.luodi")["training"]["leaderboard"]


def test_a_build_that_was_killed_begins_anew_when_asked_or_when_the_task_is_another(place):
    assert begun(place, killed_at="linear 3").wait() == -signal.SIGKILL
    task = (place / "task.yaml").read_text()
    (place / "task.yaml").write_text(task.replace("budget: 2s", "budget: 3s"))
    _, told = begun(place, killed_at="linear 3").communicate()
    assert "is not used" in told and told.count(KEPT) == 1 and "Going on" not in told
    assert epochs(told, "linear")[0] == 1

    _, told = begun(place, "--fresh", killed_at="linear 3").communicate()
    assert "Going on" not in told and "is not used" not in told
    assert epochs(told, "linear")[0] == 1


def test_ctrl_c_in_an_epoch_keeps_the_best_and_judges_it(place):
    build = begun(place, epochs=100_000)
    told = ""
    while not re.search(r"\w+ 2  epoch \d+/", told):
        line = build.stderr.readline()
        assert line, told
        told += line
    build.send_signal(signal.SIGINT)
    told += build.stderr.read()
    assert build.wait() in (0, 1), told
    assert re.search(r"\] \w+ 2 +accuracy", told), told
    assert "Interrupted: the best so far goes on" in told
    assert not (place / KEPT).exists()
    board = loop.show(place / "shapes.luodi")["training"]["leaderboard"]
    assert any(one["name"].endswith(" 2") for one in board)
    assert load(place / "shapes.luodi").plan["members"]


def test_another_budget_seed_or_record_is_another_build(place):
    from luodi.loop.keeping import kept
    from luodi.loop.pipeline import examined

    task = Task.load(place / "task.yaml")
    parts, _ = examined(task, lambda event: None)
    path = place / "shapes.luodi"
    with pytest.raises(RuntimeError), kept(path, parts, task, None, False, print) as shelf:
        shelf.put("way", b"{}")
        raise RuntimeError  # as a kill: nothing is cleared
    heard = []

    def found(task: Task, plan=None) -> Unfinished:
        heard.clear()
        with pytest.raises(RuntimeError), kept(path, parts, task, plan, False, heard.append) as one:
            raise RuntimeError
        return one

    assert found(task).spent_s is not None and heard[0].data["text"] == "aside_found"
    for other in (task.model_copy(update={"budget": 99.0}), task.model_copy(update={"name": "b"})):
        assert found(other).strange and heard[0].data["text"] == "aside_strange"
    assert found(task, {"members": []}).strange
