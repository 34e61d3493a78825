"""A stream is replayed as if live: nobody learns from what has not come yet, and costs add up."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from luodi import loop
from luodi.cli import main
from luodi.core.errors import LuodiError
from luodi.improve.hindsight import Change, Run
from luodi.improve.stream import BEGIN_US, streamed
from luodi.store.ledger import clock
from unit.improve import world

DAY_S = 86_400.0


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("press")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LUODI_KEY_DIR", str(path))
        yield world.built(path, 600)


@pytest.fixture(scope="module")
def done(folder):
    """1,500 records a minute apart; after a third of them the press has new tools."""
    table = pl.concat([world.records(500, 21), world.records(1000, 22, concept=True)])
    table.write_csv(folder / "stream.csv")
    rules = {"improve": {"outcomes": 200}}
    task = json.loads((folder / "task.yaml").read_text()) | rules
    (folder / "rules.yaml").write_text(json.dumps(task))
    before = clock.now_us()
    replayed = loop.replay(
        folder / "rules.yaml",
        folder / "stream.csv",
        release=folder / "press.luodi",
        delay_s=1800,
        step_s=4 * 3600,
        policies=("never", "luodi"),
    )
    assert clock.now_us() >= before, "the clock goes right again"
    return replayed


def test_the_policy_that_learns_costs_less_than_looking_away(done):
    never, luodi = done.runs
    assert never.trainings == 0 and not never.changes and never.alarms == 0
    assert len(never.losses) == len(luodi.losses) == done.rows == 1500
    assert [change.by for change in luodi.changes][:1] == ["promoted"]
    assert luodi.total < never.total and not luodi.changes[0].false


def test_all_policies_answer_alike_until_something_took_over(done):
    never, luodi = done.runs
    until = np.searchsorted(luodi.at, luodi.changes[0].at)
    assert until > 500, "truths of the new tools have to come first"
    assert (never.losses[:until] == luodi.losses[:until]).all()
    saved = never.losses[until:].sum() - luodi.losses[until:].sum()
    assert sum(change.saved for change in luodi.changes) == pytest.approx(saved)


def test_a_change_that_cost_is_called_so():
    changes = [Change(1, "replaced", -2.0), Change(2, "replaced", 0.0), Change(3, "replaced", 1.0)]
    run = Run("always", np.ones(4), None, np.arange(4), 3, changes, 0, 1, 0.1)
    assert run.false == 1 and run.total == 4 and run.record()["accuracy"] is None
    assert run.over_time(2) == [(1, 1.0), (3, 1.0)]


def test_records_come_in_order_of_their_time_and_without_one_a_minute_apart(folder):
    task = loop.pipeline.Task.load(folder / "task.yaml")
    table = pl.DataFrame({"torque": [1.0, 2.0, 3.0], "failed": ["yes", None, "no"]})
    from luodi.core.values import Dataset

    stream = streamed(Dataset(table, (), "failed", "", "made"), task, ["torque"])
    assert stream.truths == ["yes", "no"] and stream.records[1] == {"torque": 3.0}
    assert stream.at.tolist() == [BEGIN_US, BEGIN_US + 60_000_000]
    when = pl.Series("made", ["2024-01-03", "2024-01-01", None]).str.to_datetime(time_unit="us")
    timed = task.model_copy(update={"data": task.data.model_copy(update={"time": "made"})})
    table = table.with_columns(when, failed=pl.Series(["yes", "no", "no"]))
    stream = streamed(Dataset(table, (), "failed", "", "made"), timed, ["torque"])
    assert [record["torque"] for record in stream.records] == [2.0, 1.0]
    ends = list(stream.periods(int(DAY_S * 1e6)))
    assert [(first, last) for _, first, last in ends] == [(0, 1), (1, 1), (1, 2)]


def test_the_verb_prints_a_table_and_a_plot(folder, done, tmp_path, capsys, monkeypatch):
    monkeypatch.delenv("LUODI_LANG", raising=False)
    monkeypatch.setattr(loop, "replay", lambda *_, **__: done)
    words = ["replay", str(folder / "task.yaml"), "--stream", str(folder / "stream.csv")]
    assert main([*words, "--policies", "never,luodi"]) == 0
    told = capsys.readouterr().out
    assert "total cost" in told and "questions" in told and any(bar in told for bar in "▁█")
    assert main([*words, "--json", "--lang", "zh"]) == 0
    assert [run["policy"] for run in json.loads(capsys.readouterr().out)["runs"]] == [
        "never",
        "luodi",
    ]
    assert main([*words, "--policies", "often"]) == 2
    assert "improve.policy" in capsys.readouterr().err


def test_a_stream_without_truths_is_refused(folder):
    bare = Path(folder / "bare.csv")
    world.records(20, 5).drop("failed").write_csv(bare)
    with pytest.raises(LuodiError) as caught:
        loop.replay(folder / "task.yaml", bare, release=folder / "press.luodi")
    assert caught.value.code == "improve.no_truths"
