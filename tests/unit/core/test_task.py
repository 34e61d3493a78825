"""The contract refuses what it does not understand, with the line and the nearest key."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from luodi.core.errors import LuodiError
from luodi.core.task import Task, seconds

DATA = {"source": "a.csv", "target": "y"}


def task(**more: Any) -> Task:
    return Task.load({"name": "a", "goal": "classify", "data": DATA, **more})


def refused(source: Any) -> LuodiError:
    with pytest.raises(LuodiError) as caught:
        Task.load(source)
    return caught.value


def test_the_smallest_task_has_sensible_defaults() -> None:
    found = task()
    assert (found.budget, found.split_by, found.split.holdout) == (120.0, "stratified", 0.2)
    assert found.data.source == ("a.csv",)


@pytest.mark.parametrize(
    ("text", "length"), [("90", 90), ("90s", 90), ("2m", 120), ("1.5 h", 5400), (3, 3)]
)
def test_a_duration_may_have_a_unit(text: Any, length: float) -> None:
    assert seconds(text) == length


@pytest.mark.parametrize("text", ["0", 0, "-1m", "soon", True, "2 weeks", "", "9" * 400])
def test_a_budget_that_is_no_time_is_refused(text: Any) -> None:
    assert (
        refused({"name": "a", "goal": "classify", "data": DATA, "budget": text}).code
        == "task.wrong_value"
    )


def test_an_unknown_key_is_refused_with_its_line_and_the_nearest() -> None:
    error = refused("name: a\ngoal: regress\ndata:\n  source: a.csv\n  tarjet: y\n")
    assert error.code in ("task.unknown_key", "task.missing_key")
    error = refused("name: a\ngoal: regress\ndata: {source: a.csv, target: y}\nbudjet: 2m\n")
    assert error.code == "task.unknown_key"
    assert (error.facts["line"], error.facts["nearest"]) == (4, "budget")


@pytest.mark.parametrize(
    "more",
    [
        {"metric": "rmse"},
        {"metric": "cost"},
        {"split": {"by": "time"}},
        {"split": {"by": "group"}},
        {"split": {"holdout": 0.95}},
        {"split": {"folds": 1}},
        {"data": {**DATA, "ignore": "y"}},
        {"data": {**DATA, "time": "y"}},
        {"data": {**DATA, "group": "y"}},
        {"costs": {"miss": 1}},
        {"costs": {"miss": -1, "false_alarm": 1}},
        {"costs": {"miss": "inf", "false_alarm": 1}},
        {"costs": {"matrix": {"a": {"b": "nan"}}}},
        {"gates": {"f1": {}}},
        {"gates": {"f1": {"at_least": "nan"}}},
        {"gates": {"f1": {"at_least": 1, "confidence": 0.4}}},
        {"columns": {"x": {"range": [3, 1]}}},
        {"columns": {"x": "numbers"}},
        {"name": "Not A Name"},
        {"goal": "predict"},
    ],
)
def test_what_contradicts_itself_is_refused(more: dict[str, Any]) -> None:
    assert refused({"name": "a", "goal": "classify", "data": DATA, **more}).code in (
        "task.wrong_value",
        "task.missing_key",
    )


def test_the_way_to_split_follows_from_the_columns_named() -> None:
    assert task(data={**DATA, "time": "t"}).split_by == "time"
    assert task(data={**DATA, "group": "g"}).split_by == "group"
    assert task(data={**DATA, "time": "t"}, split={"by": "random"}).split_by == "random"
    assert task(goal="regress").split_by == "random"


def test_columns_may_be_named_in_short() -> None:
    found = task(columns={"id": "ignore", "zip": "category"}, data={**DATA, "ignore": "b"})
    assert found.ignored == {"id", "b"}
    assert found.rule("zip").kind == "category" and found.rule("other").kind is None


def test_a_task_cannot_be_changed_and_survives_json() -> None:
    found = task(costs={"miss": 5, "false_alarm": 1}, gates={"f1": {"at_least": 0.5}})
    with pytest.raises(ValidationError):
        found.name = "b"  # type: ignore[misc]
    again = Task.load(json.loads(found.model_dump_json(exclude_none=True)))
    assert again == found


def test_files_are_looked_for_beside_the_task(tmp_path: Path) -> None:
    path = tmp_path / "task.yaml"
    path.write_text("name: a\ngoal: regress\ndata: {source: a.csv, target: y}\n")
    assert Task.load(path).path("a.csv") == tmp_path / "a.csv"
