"""Each fault between rows is found where it is planted, with the measured difference."""

from datetime import datetime

import numpy as np
import polars as pl
import pytest


def test_repeated_rows_are_counted(findings, clean):
    frame = clean(500)
    finding = findings(pl.concat([frame, frame.head(40)]))["data.duplicate_rows"]
    assert (finding.severity, finding.evidence["rows"]) == ("warning", 40)


def test_repeats_are_seen_behind_a_running_number(findings, clean):
    frame = clean(500)
    both = pl.concat([frame, frame.head(40)]).with_row_index("id")
    assert findings(both)["data.duplicate_rows"].evidence["rows"] == 40


@pytest.mark.parametrize("seed", range(4))
def test_few_values_repeat_by_chance(codes, seed):
    draw = np.random.default_rng(seed)
    columns = {name: draw.integers(0, 3, 800) for name in "abcd"}
    signal = columns["a"] + draw.normal(0, 1, 800) > 1
    found = {code for code, _ in codes(pl.DataFrame(columns | {"y": signal}))}
    assert not found & {"data.duplicate_rows", "data.contradicting_labels"}


def test_equal_rows_with_different_classes_are_counted(findings, clean):
    frame = clean(500)
    other = pl.when(pl.col("y") == "bad").then(pl.lit("good")).otherwise(pl.lit("bad"))
    finding = findings(pl.concat([frame, frame.head(15).with_columns(y=other)]))
    assert finding["data.contradicting_labels"].evidence["rows"] == 30


def of_owners(seed, owners=60, each=20):
    """Records of patients: each has habits of his own, and the class is his, not the record's."""
    draw = np.random.default_rng(seed)
    owner = np.repeat(np.arange(owners), each)
    habits = draw.normal(0, 3, (owners, 3))[owner] + draw.normal(0, 0.2, (len(owner), 3))
    truth = draw.integers(0, 2, owners)[owner]
    order = draw.permutation(len(owner))
    columns = {f"m{i}": habits[:, i] for i in range(3)} | {"patient_id": owner, "y": truth}
    return pl.DataFrame(columns)[order]


@pytest.mark.parametrize("seed", range(3))
def test_owners_on_both_sides_are_told_with_the_difference(findings, seed):
    finding = findings(of_owners(seed))["data.entity_split"]
    evidence = finding.evidence
    assert (finding.column, finding.severity, evidence["owners"]) == ("patient_id", "warning", 60)
    assert evidence["both_sides"] > 0.99
    assert evidence["random"] - evidence["ordered"] > 0.2


def test_owners_are_seen_without_a_telling_name(findings):
    frame = of_owners(0, owners=80, each=8).rename({"patient_id": "p"})
    draw = np.random.default_rng(0)
    fixed = {n: draw.normal(0, 1, 80)[frame["p"].to_numpy()] for n in ("age", "weight")}
    frame = frame.with_columns(**{k: pl.Series(v) for k, v in fixed.items()})
    assert findings(frame)["data.entity_split"].column == "p"


def test_a_split_by_group_has_no_owner_to_tell(codes):
    found = codes(of_owners(0), data={"group": "patient_id"})
    assert "data.entity_split" not in {code for code, _ in found}


def test_owners_that_do_not_matter_are_a_note(findings, clean):
    frame = clean(1200).with_columns(customer_id=pl.int_range(pl.len()) % 100)
    assert findings(frame)["data.entity_split"].severity == "note"


def drifting(rows=1500, seed=0):
    """Records of a plant whose state wanders: neighbours tell the answer, the past does not."""
    draw = np.random.default_rng(seed)
    state, other = np.cumsum(draw.normal(0, 1, (2, rows)), axis=1)
    truth = np.cumsum(draw.normal(0, 1, rows))
    noise = draw.normal(0, 1, rows)
    return pl.DataFrame({"state": state, "other": other, "noise": noise, "y": truth})


def stamped(frame):
    start = datetime(2024, 1, 1)
    return frame.with_columns(
        at=pl.datetime_range(
            start, interval="1h", closed="left", end=start.replace(year=2034), eager=True
        ).head(frame.height)
    )


@pytest.mark.parametrize("seed", range(3))
def test_a_time_column_under_a_random_split_is_told_with_the_difference(findings, seed):
    finding = findings(stamped(drifting(seed=seed)), goal="regress")["data.time_ignored"]
    assert (finding.column, finding.severity) == ("at", "warning")
    assert finding.evidence["random"] - finding.evidence["ordered"] > 0.2


def test_a_split_by_time_ignores_nothing(codes):
    found = codes(stamped(drifting()), goal="regress", data={"time": "at"})
    assert not {"data.time_ignored", "data.order_ignored"} & {code for code, _ in found}


def test_rows_that_follow_each_other_are_told_without_a_time_column(codes):
    assert ("data.order_ignored", None) in codes(drifting(), goal="regress")
    shuffled = drifting().sample(fraction=1.0, shuffle=True, seed=1)
    assert "data.order_ignored" not in {code for code, _ in codes(shuffled, goal="regress")}


def test_a_time_that_does_not_matter_is_a_note(findings, clean):
    assert findings(stamped(clean(1000)))["data.time_ignored"].severity == "note"


def test_rows_sorted_by_class_are_not_taken_for_time(codes, clean):
    found = codes(clean(800).sort("y"))
    assert "data.order_ignored" not in {code for code, _ in found}


def flipped(rows, seed, share):
    """Two classes that hardly overlap, and the numbers of the rows whose label was flipped."""
    draw = np.random.default_rng(seed)
    truth = draw.integers(0, 2, rows)
    marks = draw.normal(0, 1, (rows, 4)) + 2.2 * truth[:, None] * np.array([1, 1, 0, 0])
    wrong = draw.permutation(rows)[: int(share * rows)]
    label = truth.copy()
    label[wrong] = 1 - label[wrong]
    return pl.DataFrame({f"m{i}": marks[:, i] for i in range(4)} | {"y": label}), wrong


@pytest.mark.parametrize("seed", range(4))
def test_wrong_labels_are_found_and_right_ones_left_alone(findings, seed):
    frame, wrong = flipped(1500, seed, 0.05)
    finding = findings(frame)["label.suspect"]
    assert 0.5 * len(wrong) < finding.evidence["rows"] < 1.5 * len(wrong)
    told = {int(row) - 1 for row in finding.evidence["examples"].split(", ")}
    assert len(told & set(wrong.tolist())) >= 8
    assert "label.suspect" not in findings(flipped(1500, seed, 0.0)[0])


def test_wrong_labels_of_three_classes_are_found(findings):
    draw = np.random.default_rng(0)
    truth = draw.integers(0, 3, 1500)
    marks = draw.normal(0, 1, (1500, 3)) + 4 * np.eye(3)[truth]
    label = np.where(draw.random(1500) < 0.04, (truth + 1) % 3, truth)
    frame = pl.DataFrame({f"m{i}": marks[:, i] for i in range(3)} | {"y": label})
    assert 30 < findings(frame)["label.suspect"].evidence["rows"] < 90


def test_many_rows_are_sampled_with_a_note(findings):
    draw = np.random.default_rng(0)
    frame = pl.DataFrame({"a": draw.normal(0, 1, 101_000), "y": draw.normal(0, 1, 101_000)})
    finding = findings(frame, goal="regress")["data.sampled"]
    assert (finding.severity, finding.evidence["rows"]) == ("note", 100_000)
