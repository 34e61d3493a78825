"""A build ends with a judged release, or with a clear error and nothing left behind."""

from __future__ import annotations

import errno
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

import luodi
from luodi import loop
from luodi.core.errors import LuodiError
from luodi.core.events import Event
from luodi.loop import pipeline
from luodi.modalities.tabular.learn import workshop
from luodi.store import disk
from unit.modalities.tabular.tables import mixed

IMPOSSIBLE = {"brier": {"at_most": 0.0}}


def contract(folder: Path, table: pl.DataFrame, goal: str = "classify", **more: Any) -> Path:
    """A task file beside its records."""
    table.write_csv(folder / "made.csv")
    data = {"source": "made.csv", "target": "y", **more.pop("data", {})}
    task = {"name": "made", "goal": goal, "data": data, "budget": "0.5s", **more}
    path = folder / "task.yaml"
    path.write_text(json.dumps(task), encoding="utf-8")
    return path


def table(goal: str = "classify", classes: int = 2, rows: int = 300) -> pl.DataFrame:
    """Records that a model can learn from."""
    found = mixed(rows, goal, classes).table
    return found.with_columns(pl.col("when").dt.strftime("%Y-%m-%d %H:%M"))


@pytest.fixture(scope="module", autouse=True)
def one_core() -> Iterator[None]:
    """Builds that take one core, so that tests beside them are not slowed down."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(workshop.os, "cpu_count", lambda: 1)
        yield


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[loop.Built, Path]:
    """One build of two classes that several tests look at, and its task."""
    folder = tmp_path_factory.mktemp("built")
    path = contract(folder, table(), split={"by": "stratified"})
    return loop.build(path, output=folder / "out" / "made.luodi", force=True), path


def test_a_build_ends_with_a_release_that_scores(built: tuple[loop.Built, Path]) -> None:
    done, _ = built
    assert done.path and done.path.exists() and done.digest and done.digest.startswith("sha256:")
    release = luodi.load(done.path)
    answer = release.predict(table().drop("y").to_dicts()[0])
    assert answer["decision"] in (0, 1)
    assert answer["probability_0"] + answer["probability_1"] == pytest.approx(1)
    assert done.artifact.parity["passed"]
    assert done.artifact.plan["metric"] == "roc_auc"
    assert done.verdict.figures["roc_auc"].value > 0.7


def test_the_card_tells_the_digests_of_the_file_that_is_shown(
    built: tuple[loop.Built, Path],
) -> None:
    done, _ = built
    assert done.path
    told = loop.show(done.path)["provenance"]
    assert told["release"] == done.digest
    assert told["digests"]["model.onnx"].startswith("sha256:")
    assert told["key"].startswith("sha256:")
    page = loop.card_html(done.path)
    assert (
        str(done.digest) in page and told["key"] in page and told["digests"]["model.onnx"] in page
    )


@pytest.fixture
def answered(built: tuple[loop.Built, Path], tmp_path: Path) -> tuple[Path, pl.DataFrame, Any]:
    """The release, some rows without their truth, and the answers to them from a plain file."""
    done, _ = built
    assert done.path
    rows = table().drop("y").head(20)
    rows.write_csv(tmp_path / "named.csv")
    return done.path, rows, loop.predict(done.path, tmp_path / "named.csv")


def test_a_file_without_a_header_line_is_answered_alike(
    answered: tuple[Path, pl.DataFrame, Any], tmp_path: Path
) -> None:
    release, rows, wanted = answered
    rows.write_csv(tmp_path / "bare.csv", include_header=False)
    assert wanted.equals(loop.predict(release, tmp_path / "bare.csv", header=rows.columns))


def test_the_answers_to_a_query_are_those_to_its_rows(
    answered: tuple[Path, pl.DataFrame, Any], tmp_path: Path
) -> None:
    release, rows, wanted = answered
    with sqlite3.connect(tmp_path / "plant.db") as plant:
        plant.execute(f"create table r ({', '.join(map(json.dumps, rows.columns))})")
        plant.executemany(f"insert into r values ({', '.join('?' * rows.width)})", rows.rows())
    plant.close()
    source = f"sqlite:{tmp_path / 'plant.db'}"
    assert wanted.equals(loop.predict(release, source, query="select * from r"))


def test_the_leaderboard_tells_what_was_tried(built: tuple[loop.Built, Path]) -> None:
    board = built[0].leaderboard
    scores = [row["score"] for row in board]
    assert scores == sorted(scores, reverse=True) and np.isfinite(scores).all()
    assert sum(bool(row.get("chosen")) for row in board) == 1
    assert "linear" in {row.get("family") for row in board}


def test_a_repeated_plan_gives_the_same_digest(
    built: tuple[loop.Built, Path], tmp_path: Path
) -> None:
    done, task = built
    again = loop.build(task, output=tmp_path / "again.luodi", plan=done.path, force=True)
    assert again.digest == done.digest


def test_a_plan_is_repeated_on_newer_data_with_other_columns(
    built: tuple[loop.Built, Path], tmp_path: Path
) -> None:
    done, _ = built
    newer = table(rows=260).drop("Torque [Nm]").with_columns(fresh=pl.lit(1.5) * pl.col("holes"))
    task = contract(tmp_path, newer, split={"by": "stratified"})
    again = loop.build(task, output=tmp_path / "newer.luodi", plan=done.path, force=True)
    assert again.path and again.digest != done.digest
    families = [member["family"] for member in done.artifact.plan["members"]]
    assert [m["family"] for m in again.artifact.plan["members"]] == families


def by_owner() -> pl.DataFrame:
    owners = np.random.default_rng(1).integers(0, 40, 300)
    return table().with_columns(owner=pl.Series([f"p{i}" for i in owners]))


CASES: dict[str, dict[str, Any]] = {
    "many classes": {"table": table(classes=4)},
    "values": {"table": table("regress"), "goal": "regress"},
    "by time": {"table": table(), "data": {"time": "when"}},
    "by group": {"table": by_owner(), "data": {"group": "owner"}},
    "over a failed gate": {"table": table(rows=200), "gates": IMPOSSIBLE},
    "a holdout file": {"table": table(), "split": {"holdout": "later.csv"}},
}


@pytest.mark.parametrize("name", CASES)
def test_a_build_ends_with_a_release_whatever_is_asked(name: str, tmp_path: Path) -> None:
    case = dict(CASES[name])
    table(rows=80).write_csv(tmp_path / "later.csv")
    goal = case.pop("goal", "classify")
    path = contract(tmp_path, case.pop("table"), goal, **case)
    done = loop.build(path, output=tmp_path / "made.luodi", force=True)
    assert done.path and done.artifact.parity["passed"]
    assert "gates" not in case or not done.verdict.passed
    release = luodi.load(done.path)
    answer = release.predict(table(goal).drop("y").to_dicts()[3])
    assert ("value" in answer) == (goal == "regress")
    metric = done.artifact.plan["metric"]
    assert np.isfinite(done.verdict.figures[metric].value)


def test_a_failed_gate_writes_nothing(tmp_path: Path) -> None:
    path = contract(tmp_path, table(), gates=IMPOSSIBLE)
    target = tmp_path / "made.luodi"
    done = loop.build(path, output=target)
    assert (done.path, done.digest) == (None, None)
    assert not done.verdict.passed
    assert not target.exists()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["made.csv", "task.yaml"]


def test_an_error_in_the_data_refuses_before_training(tmp_path: Path) -> None:
    leaking = table().with_columns(copy=pl.col("y").cast(pl.Float64) * 7 + 1)
    path = contract(tmp_path, leaking)
    heard: list[str] = []
    with pytest.raises(LuodiError) as caught:
        loop.build(
            path,
            output=tmp_path / "made.luodi",
            listener=lambda event: heard.append(str(event.data.get("name"))),
        )
    assert caught.value.code == "build.findings"
    assert "copy" in caught.value.text("en")
    assert "train" not in heard


def test_ctrl_c_in_training_still_gives_a_release(tmp_path: Path) -> None:
    pressed: list[str] = []

    def press(event: Event) -> None:
        if event.kind == "candidate" and not pressed:
            pressed.append("once")
            raise KeyboardInterrupt

    path = contract(tmp_path, table(), budget="1h")
    done = loop.build(path, output=tmp_path / "made.luodi", force=True, listener=press)
    assert pressed and done.path and done.path.exists()


def test_a_place_that_cannot_be_written_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    path = contract(tmp_path, table())
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(LuodiError) as caught:
        loop.build(path, output=tmp_path / "file" / "made.luodi")
    assert caught.value.code == "environment.disk"


def test_a_folder_as_output_gets_a_file_of_the_tasks_name(tmp_path: Path) -> None:
    assert pipeline._place(tmp_path, "made") == tmp_path / "made.luodi"
    assert pipeline._place(tmp_path / "other.luodi", "made") == tmp_path / "other.luodi"
    assert pipeline._place(None, "made") == Path("made.luodi")


def test_a_disk_that_fills_up_leaves_nothing(
    built: tuple[loop.Built, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class FullDisk:
        """The system, but writes find no room."""

        def __getattr__(self, name: str) -> Any:
            import os

            return getattr(os, name)

        def write(self, *_: Any) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    done, path = built
    (tmp_path / "out").mkdir()
    target = tmp_path / "out" / "made.luodi"
    target.write_bytes(b"the release before")
    monkeypatch.setattr(disk, "system", FullDisk())
    with pytest.raises(LuodiError) as caught:
        loop.build(path, output=target, plan=done.path, force=True)
    assert caught.value.code == "environment.disk"
    assert [p.name for p in target.parent.iterdir()] == ["made.luodi"]
    assert target.read_bytes() == b"the release before"


def test_the_check_finds_what_is_wrong_without_training(tmp_path: Path) -> None:
    path = contract(tmp_path, table().with_columns(id=pl.Series([f"r{i}" for i in range(300)])))
    assert "id" in {finding.column for finding in loop.check(path)}
