"""The first task file loads, passes its own check, and says why for every line."""

import os
import sqlite3
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from luodi.core.errors import LuodiError
from luodi.core.task import Task
from luodi.data.check import check
from luodi.data.propose import propose
from luodi.modalities import modality


@pytest.fixture
def english(monkeypatch):
    monkeypatch.setenv("LUODI_LANG", "en")


@pytest.fixture
def source(tmp_path, monkeypatch):
    """Writes a frame beside the task, and proposes from there."""
    monkeypatch.chdir(tmp_path)

    def write(frame):
        frame.write_parquet("records.parquet")
        return "records.parquet"

    return write


def records(rows=600, seed=0):
    draw = np.random.default_rng(seed)
    size = draw.normal(0, 1, rows)
    truth = np.where(size + draw.normal(0, 1, rows) > 0.8, "bad", "good")
    return pl.DataFrame({"size [mm]": size, "weight": draw.normal(70, 9, rows), "y": truth})


def checked(text):
    task = Task.load(text)
    return task, check(modality("tabular").read(task, lambda event: None), task)


def test_a_file_without_a_header_line_is_proposed_with_names_or_numbers(english, source):
    source(records())
    records().write_csv("bare.csv", include_header=False)
    numbered, _ = checked(propose("a", "bare.csv", "column_3", reading={"header": False}))
    assert (numbered.data.header, numbered.data.target) == (False, "column_3")
    named, _ = checked(propose("a", "bare.csv", "y", reading={"header": ["s [mm]", "w", "y"]}))
    assert named.data.header == ("s [mm]", "w", "y")
    assert named.rule("s [mm]").unit == "mm"


def test_a_database_is_proposed_with_its_query(english, source):
    source(records())
    with sqlite3.connect("plant.db") as plant:
        plant.execute("create table r (size real, weight real, y text)")
        plant.executemany("insert into r values (?, ?, ?)", records().rows())
    plant.close()
    task, _ = checked(propose("a", "sqlite:plant.db", "y", reading={"query": "select * from r"}))
    assert (task.data.query, task.goal) == ("select * from r", "classify")


def test_ai4i_is_proposed_without_its_failure_modes(english, monkeypatch):
    folder = Path(__file__).resolve().parents[3]
    data = Path(os.environ.get("LUODI_DATA", folder.parent / "shared" / "data")).resolve()
    if not (data / "ai4i2020").exists():
        pytest.skip("ai4i2020 is not here; set LUODI_DATA")
    monkeypatch.chdir(data)
    text = propose("machine-failure", "ai4i2020/ai4i2020.csv", "Machine failure")
    assert text.startswith("# yaml-language-server: $schema=luodi-task.schema.json\n")
    task, findings = checked(text)
    assert task.ignored == {"UDI", "Product ID", "TWF", "HDF", "PWF", "OSF"}
    assert (task.goal, task.metric, task.data.positive) == ("classify", "average_precision", "1")
    assert task.rule("Torque [Nm]").unit == "Nm"
    assert "115 of the 115 rows" in text
    assert [finding for finding in findings if finding.severity == "error"] == []


def test_units_and_missing_codes_become_rules(english, source):
    marked = pl.when(pl.int_range(pl.len()) % 30 == 0).then(-999.0).otherwise("weight")
    text = propose("parts", source(records().with_columns(weight=marked)), "y")
    task, findings = checked(text)
    assert task.rule("size [mm]").unit == "mm"
    assert task.rule("weight").missing == (-999.0,)
    assert "[-999]" in text
    assert text.count("data.sentinel") == 1
    assert "data.sentinel" not in {finding.code for finding in findings}


@pytest.mark.parametrize(
    ("truth", "goal", "metric"),
    [
        (["a", "b"], "classify", "roc_auc"),
        ([True, False], "classify", "roc_auc"),
        ([0] * 9 + [1], "classify", "average_precision"),
        ([1, 2, 3], "classify", "accuracy"),
        (["a"] * 18 + ["b", "c"], "classify", "f1_macro"),
        (list(range(90)), "regress", "rmse"),
        ([x / 7 for x in range(150)], "regress", "rmse"),
    ],
)
def test_goal_and_metric_follow_the_target(english, source, truth, goal, metric):
    frame = records().with_columns(y=pl.Series((truth * 600)[:600]))
    task, _ = checked(propose("parts", source(frame), "y"))
    assert (task.goal, task.metric) == (goal, metric)


def test_a_time_that_matters_and_sensitive_columns_are_proposed(english, source):
    draw = np.random.default_rng(0)
    walk = np.cumsum(draw.normal(0, 1, (3, 900)), axis=1)
    start = datetime(2024, 1, 1)
    frame = pl.DataFrame(
        {
            "made": [start + timedelta(hours=hour) for hour in range(900)],
            "state": walk[0],
            "other": walk[1],
            "性别": draw.choice(["男", "女"], 900),
            "y": walk[2],
        }
    )
    task, findings = checked(propose("plant", source(frame), "y"))
    assert (task.data.time, task.split_by, task.sensitive) == ("made", "time", ("性别",))
    assert "data.time_ignored" not in {finding.code for finding in findings}


def test_odd_column_names_stay_what_they_are(english, source):
    odd = {'a "b" {c}': 1, "第一\n行": 2, "x: y # z": 3, "\x7f\u2028": 4, "n" * 500: 5}
    frame = records().with_columns(**{name: pl.lit(value) for name, value in odd.items()})
    task, _ = checked(propose("parts", source(frame), "y"))
    assert set(odd) & task.ignored


def test_comments_are_chinese_when_asked(monkeypatch, source):
    monkeypatch.setenv("LUODI_LANG", "zh")
    text = propose("parts", source(records()), "y")
    assert "训练时间" in text
    assert Task.load(text).name == "parts"


@pytest.mark.parametrize("name", ["123", "true", "1e5", "null"])
def test_a_name_that_looks_like_a_number_stays_a_name(english, source, name):
    assert Task.load(propose(name, source(records()), "y")).name == name


@pytest.mark.parametrize("name", ["Machine failure", "", "-a", "a" * 65, "名称", "a/b"])
def test_a_name_that_cannot_be_is_refused_with_a_better_one(name):
    with pytest.raises(LuodiError) as caught:
        propose(name, "records.parquet", "y")
    assert (caught.value.code, int(caught.value.exit)) == ("new.bad_name", 2)
    proposed = caught.value.facts["proposed"]
    assert Task.load({"name": proposed, "goal": "regress", "data": {"source": "a", "target": "y"}})


def test_an_absent_target_is_refused(source):
    with pytest.raises(LuodiError) as caught:
        propose("parts", source(records()), "z")
    assert caught.value.code.startswith("read.")


def test_an_orientation_in_space_is_not_taken_for_a_person_s(english, source):
    frame = records().with_columns(Orientation_Index="weight", sexual_orientation="size [mm]")
    text = propose("plates", source(frame), "y")
    assert Task.load(text).sensitive == ("sexual_orientation",)


def test_records_of_which_nothing_can_be_learned_get_no_task(english, source):
    frame = records().select("y", review=pl.Series([f"评论第{n}条很好吃" for n in range(600)]))
    with pytest.raises(LuodiError) as caught:
        propose("reviews", source(frame), "y")
    assert caught.value.code == "read.no_features"
    assert "free text" in str(caught.value)
