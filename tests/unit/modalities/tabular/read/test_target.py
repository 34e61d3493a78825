"""The target is canonical, and what cannot be learned from is refused."""

import polars as pl
import pytest

from unit.modalities.tabular.read.readings import codes, evidence


@pytest.mark.parametrize(
    ("labels", "texts", "kind"),
    [
        (["0", "1"], ["0", "1"], "integer"),
        (["1.0", "2.0"], ["1", "2"], "integer"),
        (["-1", "1"], ["-1", "1"], "integer"),
        (["yes", "no"], ["yes", "no"], "string"),
        (["True", "False"], ["true", "false"], "boolean"),
        (["0.5", "1.5"], ["0.5", "1.5"], "string"),
        (["好", "　坏"], ["好", "坏"], "string"),
        (["2024-01-05", "2024-01-06"], ["2024-01-05", "2024-01-06"], "string"),
        (["None", "some"], ["None", "some"], "string"),
    ],
)
def test_labels_are_canonical_text_and_know_their_type(table, labels, texts, kind):
    data = table("a,y\n" + "".join(f"{n},{label}\n" for n, label in enumerate(labels)))
    assert data.table["y"].to_list() == texts
    assert data.labels == kind


@pytest.mark.parametrize(
    ("values", "kind"), [([True, False], "boolean"), ([0, 1], "integer"), ([0.0, 1.0], "integer")]
)
def test_labels_of_typed_formats_are_the_same(table, tmp_path, values, kind):
    pl.DataFrame({"a": [1, 2], "y": values}).write_parquet(tmp_path / "a.parquet")
    assert table(tmp_path / "a.parquet").labels == kind


def test_values_are_floats(table):
    data = table("a;y\n1;1,5\n2;2,25\n", goal="regress")
    assert data.table["y"].to_list() == [1.5, 2.25]
    assert data.labels == "number"


@pytest.mark.parametrize("goal", ["classify", "regress"])
def test_records_without_a_target_are_dropped_and_told(table, goal):
    data = table("a,y\n1,0\n2,\n3,NA\n4,1\n", goal=goal)
    assert data.table["a"].to_list() == [1, 4]
    assert evidence(data, "read.target_dropped")["count"] == 2


def test_a_target_under_another_spelling_is_found_and_told(table):
    data = table("a,Machine  Failure\n1,0\n2,1\n", target="machine failure")
    assert data.target == "machine failure"
    assert "machine failure" in data.table.columns
    assert "read.renamed" in codes(data)


def test_an_absent_target_is_an_error_with_the_nearest_names(refused):
    error = refused("a,failure\n1,0\n2,1\n", target="failures")
    assert error.code == "read.column_absent"
    assert "'failure'" in error.facts["nearest"]


@pytest.mark.parametrize("key", ["time", "group"])
def test_an_absent_time_or_group_is_an_error(refused, key):
    error = refused("a,y\n1,0\n2,1\n", **{key: "when"})
    assert (error.code, error.facts["key"]) == ("read.column_absent", key)


def test_a_column_that_only_the_task_knows_is_told(table):
    data = table("torque,y\n1,0\n2,1\n", columns={"torqe": "ignore"})
    assert evidence(data, "read.unknown_column")["nearest"] == "'torque'"


def test_a_constant_target_is_an_error(refused):
    assert refused("a,y\n1,0\n2,0\n").code == "read.target_constant"
    assert refused("a,y\n1,0\n2,\n", goal="regress").code == "read.target_constant"


def test_an_empty_target_is_an_error(refused):
    assert refused("a,y\n1,\n2,NA\n").code == "read.target_missing"


@pytest.mark.parametrize("value", ["inf", "-inf", "NaN", "nan"])
def test_infinite_and_failed_values_to_predict_are_an_error(refused, value):
    error = refused(f"a,y\n1,0\n2,{value}\n3,1\n", goal="regress")
    assert (error.code, error.facts["count"]) == ("read.target_not_finite", 1)


@pytest.mark.parametrize("value", [float("inf"), float("nan")])
def test_infinite_and_failed_values_of_typed_formats_too(refused, tmp_path, value):
    pl.DataFrame({"a": [1, 2, 3], "y": [1.0, 2.0, value]}).write_parquet(tmp_path / "a.parquet")
    assert refused(tmp_path / "a.parquet", goal="regress").code == "read.target_not_finite"


def test_words_are_no_values_to_predict(refused):
    error = refused("a,y\n1,low\n2,high\n", goal="regress")
    assert error.code == "read.target_not_number"
    assert "'high'" in error.facts["examples"]


def test_nothing_to_learn_from_is_an_error(refused):
    assert refused("a,y\n1,0\n2,1\n", ignore=["a"]).code == "read.no_features"
