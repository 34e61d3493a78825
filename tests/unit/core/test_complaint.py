"""What is wrong with a task file is told in our own words, both languages, with its line."""

import pytest

from luodi.core.errors import LuodiError
from luodi.core.task import Task

GOOD = "name: a\ngoal: classify\ndata: {source: a.csv, target: y}\n"
WRONG = {
    "metric: aucc": ("metric", "roc_auc"),
    "split: {by: time}": ("split.by", "data.time"),
    "split: {by: group}": ("split.by", "data.group"),
    "split: {holdout: 1.5}": ("split.holdout", "0.9"),
    "split: {folds: 50}": ("split.folds", "20"),
    "split: {by: weekday}": ("split.by", "'stratified', 'random', 'time', 'group'"),
    "split: [a]": ("split", "keys"),
    "budget: soon": ("budget", "2m"),
    "costs: {miss: a}": ("costs.miss", "number"),
    "costs: {miss: -5}": ("costs.miss", "0"),
    "costs: {miss: 5}": ("costs", "false_alarm"),
    "gates: {f1: {at_least: 1, at_most: 2}}": ("gates.f1", "at_least"),
    "gates: {f1: {at_least: 1, confidence: 95}}": ("gates.f1.confidence", "1"),
    "columns: {x: {range: [5, 1]}}": ("columns.x.range", "below"),
    "columns: {x: {kind: colour}}": ("columns.x.kind", "'number', 'category', 'time'"),
    "columns: {x: {ignore: maybe}}": ("columns.x.ignore", "true or false"),
}
FOREIGN = ("Input should", "String should", "Value error", "valid", "pydantic", "NoneType")


def refused(text):
    with pytest.raises(LuodiError) as caught:
        Task.load(text)
    return caught.value


@pytest.mark.parametrize("line", WRONG)
def test_a_wrong_value_names_its_key_its_line_and_what_is_wanted(line):
    where, wanted = WRONG[line]
    error = refused(GOOD + line + "\n")
    assert (error.code, error.facts["line"], error.facts["where"]) == ("task.wrong_value", 4, where)
    assert wanted in error.facts["reason"]
    assert not any(words in str(error) for words in FOREIGN)


@pytest.mark.parametrize("line", WRONG)
def test_a_wrong_value_is_told_in_chinese(line, monkeypatch):
    monkeypatch.setenv("LUODI_LANG", "zh")
    reason = refused(GOOD + line + "\n").facts["reason"]
    assert any("\u4e00" <= sign <= "\u9fff" for sign in reason)


def test_the_metric_of_the_other_goal_is_told_with_the_nearest():
    assert "'rmse'" in refused(GOOD.replace("classify", "regress") + "metric: mse\n").text("en")


def test_a_target_that_is_ignored_stands_at_its_own_line():
    error = refused("name: a\ngoal: classify\ndata:\n  source: a.csv\n  target: y\n  ignore: [y]\n")
    assert (error.facts["line"], error.facts["where"]) == (5, "data.target")


@pytest.mark.parametrize(("text", "seen"), [("\n", "nothing"), ("- a\n- b\n", "a list")])
def test_what_is_no_mapping_is_told_without_a_type_name(text, seen):
    assert refused(text).facts["seen"] == seen


@pytest.mark.parametrize(
    ("line", "nearest"),
    [
        ("budgt: 2m", "budget"),
        ("data2: {}", "data"),
        ("split: {fold: 3}", "folds"),
        ("costs: {mis: 3}", "miss"),
        ("gates: {f1: {at_leest: 3}}", "at_least"),
        ("columns: {x: {units: m}}", "unit"),
        ("check: {acept: x}", "accept"),
    ],
)
def test_an_unknown_key_names_the_nearest_that_stands_there(line, nearest):
    error = refused(GOOD + line + "\n")
    assert (error.code, error.facts["nearest"]) == ("task.unknown_key", nearest)
