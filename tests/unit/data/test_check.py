"""The check gathers, orders and lowers findings, and knows when a target cannot be learned."""

from dataclasses import replace
from datetime import datetime, timedelta

import polars as pl
import pytest

from luodi.core.values import Finding, Parts
from luodi.data.check import check


def by_code(findings):
    return {finding.code: finding for finding in findings}


def test_a_clean_table_has_no_finding(made, halves):
    assert check(*made(halves(600, 250))) == ()


def test_the_gravest_come_first_and_the_reader_s_notes_are_among_them(made, halves):
    note = Finding("data.too_small", "note", None, {"rows": 1, "wanted": 2})
    truth = halves(600, 280)
    copy = {"copy": [1.0 if label == "bad" else 0.0 for label in truth], "id": range(600)}
    found = check(*made(truth, notes=[note], extra=copy))
    assert [f.severity for f in found] == ["error", "warning", "note"]
    assert [f.code for f in found] == ["leak.copy", "data.identifier", "data.too_small"]


@pytest.mark.parametrize("entry", ["leak.copy", "leak.copy:copy"])
def test_an_accepted_finding_is_a_note(made, halves, entry):
    truth = halves(600, 280)
    copy = {"copy": [1.0 if label == "bad" else 0.0 for label in truth]}
    (found,) = check(*made(truth, extra=copy, check={"accept": entry}))
    assert (found.code, found.severity, found.evidence["accepted"]) == ("leak.copy", "note", True)


def test_an_entry_that_accepts_nothing_is_told(made, halves):
    found = by_code(check(*made(halves(600, 280), check={"accept": ["leak.flag:HFD"]})))
    assert found["data.accept_unused"].evidence == {"entry": "leak.flag:HFD"}


def test_a_target_that_cannot_be_learned_is_an_error(made):
    assert by_code(check(*made(["a"] * 300)))["label.constant"].severity == "error"
    none = pl.Series([None] * 300, dtype=pl.String)
    assert by_code(check(*made(none)))["label.missing"].severity == "error"


def test_missing_truth_is_counted(made, halves):
    truth = [None, None, *halves(300, 120)]
    found = by_code(check(*made(truth)))["label.missing"]
    assert (found.severity, found.evidence["rows"]) == ("note", 2)


def test_infinite_truth_is_an_error(made):
    truth = [float(i % 17) for i in range(300)] + [float("inf"), float("nan")]
    found = by_code(check(*made(truth, goal="regress")))["label.infinite"]
    assert (found.severity, found.evidence["rows"]) == ("error", 2)


def test_a_class_of_one_row_is_an_error_where_it_is_to_be_stratified(made, halves):
    truth = ["ugly", *halves(300, 140)]
    assert by_code(check(*made(truth)))["data.rare_class"].severity == "error"
    random = by_code(check(*made(truth, split={"by": "random"})))
    assert random["data.rare_class"].severity == "warning"


def test_values_taken_for_classes_are_an_error_and_grades_are_not(made):
    values = [str(round(i * 0.37, 2)) for i in range(300)]
    found = by_code(check(*made(values)))
    assert found["data.values_as_classes"].severity == "error"
    assert "regress" in found["data.values_as_classes"].part("remedy")
    assert "data.rare_class" not in found
    accepted = check(*made(values, check={"accept": ["data.values_as_classes"]}))
    assert by_code(accepted)["data.rare_class"].severity == "error"
    grades = [str(i % 20) for i in range(400)]
    assert "data.values_as_classes" not in by_code(check(*made(grades)))


def test_too_few_rows_are_told(made, halves):
    assert by_code(check(*made(halves(60, 30))))["data.too_small"].severity == "warning"
    assert by_code(check(*made(halves(12, 6))))["data.too_small"].severity == "error"


def test_too_few_positives_are_told_with_the_width_of_the_interval(made, halves):
    found = by_code(check(*made(halves(800, 60))))["data.few_positives"]
    assert (found.severity, found.evidence["label"], found.evidence["cases"]) == (
        "warning",
        "bad",
        12,
    )
    assert 0.4 < found.evidence["width"] < 0.45
    assert "data.few_positives" not in by_code(check(*made(halves(800, 350))))


def test_the_width_is_that_of_the_rate_that_a_gate_asks_for(made, halves):
    gated = made(halves(800, 60), gates={"recall": {"at_least": 0.95}})
    found = by_code(check(*gated))["data.few_positives"]
    assert (found.evidence["rate"], found.evidence["width"] < 0.35) == (0.95, True)


def cut(dataset, held, by="stratified"):
    rest = [row for row in range(len(dataset)) if row not in set(held)]
    train, holdout = (replace(dataset, table=dataset.table[rows]) for rows in (rest, list(held)))
    return Parts(train, holdout, (), by)


def test_a_class_that_training_never_sees_is_told(made, halves):
    dataset, task = made(["ugly"] * 8 + halves(300, 140), split={"by": "random"})
    found = by_code(check(dataset, task, cut(dataset, range(20))))["data.unseen_class"]
    assert found.evidence == {"label": "ugly", "rows": 8, "nearest": "good"}
    assert found.severity == "warning"


def test_a_holdout_that_spells_its_classes_otherwise_is_an_error(made, halves):
    dataset, task = made([f"{label}." for label in halves(40, 20)] + halves(300, 140))
    found = by_code(check(dataset, task, cut(dataset, range(40))))["data.unseen_class"]
    assert (found.severity, found.evidence["nearest"]) == ("error", "good")


@pytest.mark.parametrize(
    ("said", "key"),
    [
        ({"data": {"positive": "bda"}}, "data.positive"),
        ({"costs": {"matrix": {"good": {"bad": 5}, "bda": {"good": 1}}}}, "costs.matrix"),
        ({"costs": {"matrix": {"good": {"bda": 5}}}}, "costs.matrix"),
    ],
)
def test_a_class_that_the_target_does_not_have_is_an_error(made, halves, said, key):
    found = by_code(check(*made(halves(600, 280), **said)))["data.unknown_class"]
    assert (found.severity, found.evidence["key"]) == ("error", key)
    assert (found.evidence["label"], found.evidence["nearest"]) == ("bda", "bad")


def test_positives_are_counted_in_the_holdout_that_was_cut(made, halves):
    dataset, task = made(halves(800, 350))
    good = [row for row in range(800) if dataset.table["y"][row] == "good"]
    found = by_code(check(dataset, task, cut(dataset, good[:100])))["data.few_positives"]
    assert found.evidence["cases"] == 0


def test_owners_on_both_sides_are_counted_in_the_holdout_that_was_cut(made, halves):
    owners = [float(row // 6) for row in range(600)]
    dataset, task = made(halves(600, 250), extra={"patient_id": owners})
    apart = by_code(check(dataset, task, cut(dataset, range(120))))["data.entity_split"]
    mixed = by_code(check(dataset, task, cut(dataset, range(0, 600, 5))))["data.entity_split"]
    assert (apart.evidence["both_sides"], mixed.evidence["both_sides"]) == (0.0, 1.0)


@pytest.fixture
def with_file(made, halves):
    """Builds (dataset, task, parts) with a holdout file of chosen rows of a second draw."""

    def build(train_rows, held_rows, **content):
        extra = {
            "who": [i // 4 for i in range(400)],
            "when": [datetime(2024, 1, 1) + timedelta(hours=i) for i in range(400)],
        }
        split = {"holdout": "held.csv", "by": "random"}
        whole, task = made(halves(400, 180), extra=extra, split=split, **content)
        kinds = [replace(c, kind="time" if c.name == "when" else c.kind) for c in whole.columns]
        whole = replace(whole, columns=tuple(kinds))
        train = replace(whole, table=whole.table[train_rows])
        held = replace(whole, table=whole.table[held_rows])
        return train, task, Parts(train, held, (), "random")

    return build


def test_a_holdout_file_that_training_never_saw_is_silent(with_file):
    data = {"group": "who", "time": "when"}
    found = by_code(check(*with_file(range(300), range(300, 400), data=data)))
    assert not [code for code in found if code.startswith("data.holdout_")]


def test_rows_that_stand_in_training_and_in_the_holdout_file_are_told(with_file):
    few = by_code(check(*with_file(range(310), range(300, 400))))["data.holdout_known"]
    assert (few.severity, few.evidence["rows"]) == ("warning", 10)
    same = by_code(check(*with_file(range(300), range(300))))["data.holdout_known"]
    assert (same.severity, same.evidence["share"]) == ("error", 1.0)


def test_a_group_on_both_sides_of_a_holdout_file_is_told(with_file):
    found = by_code(check(*with_file(range(302), range(302, 400), data={"group": "who"})))
    assert found["data.holdout_group"].evidence["rows"] == 2


def test_groups_are_compared_whatever_type_a_file_gives_them(with_file):
    train, task, parts = with_file(range(302), range(302, 400), data={"group": "who"})
    text = parts.holdout.table.with_columns(pl.col("who").cast(pl.String))
    held = replace(parts, holdout=replace(parts.holdout, table=text))
    assert by_code(check(train, task, held))["data.holdout_group"].evidence["rows"] == 2
    without = replace(parts, holdout=replace(parts.holdout, table=text.drop("who")))
    assert "data.holdout_group" not in by_code(check(train, task, without))


def test_a_row_number_does_not_hide_rows_that_both_files_have(with_file):
    train, task, parts = with_file(range(300), range(250, 350))

    def numbered(dataset, start):
        table = dataset.table.with_row_index("row", start)
        return replace(dataset, table=table)

    both = replace(parts, train=numbered(train, 0), holdout=numbered(parts.holdout, 900))
    assert by_code(check(train, task, both))["data.holdout_known"].evidence["rows"] == 50


def test_a_holdout_file_that_is_not_later_is_told(with_file):
    found = by_code(check(*with_file(range(100, 400), range(100), data={"time": "when"})))
    assert (found["data.holdout_time"].column, found["data.holdout_time"].evidence["rows"]) == (
        "when",
        100,
    )
