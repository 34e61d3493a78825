"""Whatever the way of splitting, the holdout stays unseen and folds are fair."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest

from luodi.core.errors import LuodiError
from luodi.core.task import Task
from luodi.core.values import Column, Dataset, Parts
from luodi.data.split import split

START = datetime(2024, 1, 1)
ROWS = 200


def records(rows: int = ROWS, **columns: Any) -> Dataset:
    """Records with a number of their own each, to tell them apart."""
    rng = np.random.default_rng(0)
    table = pl.DataFrame(
        {
            "row": np.arange(rows, dtype=float),
            "when": [START + timedelta(hours=int(h)) for h in rng.permutation(rows)],
            "who": [f"p{i}" for i in rng.integers(0, 30, rows)],
            "y": [str(int(v)) for v in rng.random(rows) < 0.2],
            **columns,
        }
    )
    return Dataset(table, (Column("row", "number"),), "y", "sha256:x", "made.csv", "integer")


def task(goal: str = "classify", data: dict[str, str] | None = None, **split_: Any) -> Task:
    named = {"source": "made.csv", "target": "y", **(data or {})}
    return Task.load({"name": "made", "goal": goal, "data": named, "split": split_})


WAYS = {
    "stratified": task(),
    "random": task(by="random"),
    "time": task(data={"time": "when"}),
    "group": task(data={"group": "who"}),
    "regress": task("regress"),
}


def ids(dataset: Dataset, column: str = "row") -> list[Any]:
    return dataset.table[column].to_list()


def numbers(goal: str) -> dict[str, Any]:
    return {"y": np.arange(ROWS, dtype=float)} if goal == "regress" else {}


def cut(way: str) -> Parts:
    return split(records(**numbers(WAYS[way].goal)), WAYS[way])


@pytest.mark.parametrize("way", WAYS)
def test_every_row_is_on_one_side(way: str) -> None:
    parts = cut(way)
    assert sorted(ids(parts.train) + ids(parts.holdout)) == list(range(ROWS))
    assert abs(len(parts.holdout) - 40) <= 12


@pytest.mark.parametrize("way", WAYS)
def test_folds_part_the_training_rows(way: str) -> None:
    parts = cut(way)
    rows = np.concatenate(parts.folds)
    assert len(np.unique(rows)) == len(rows)
    if way == "time":
        assert sorted(rows) == list(range(int(rows.min()), len(parts.train)))
    else:
        assert sorted(rows) == list(range(len(parts.train)))
    assert all((np.diff(fold) > 0).all() for fold in parts.folds)


@pytest.mark.parametrize("way", WAYS)
def test_the_same_seed_cuts_the_same(way: str) -> None:
    one, two = cut(way), cut(way)
    assert ids(one.train) == ids(two.train)
    assert all(np.array_equal(a, b) for a, b in zip(one.folds, two.folds, strict=True))


@pytest.mark.parametrize("way", ["stratified", "random", "group"])
def test_another_seed_cuts_otherwise(way: str) -> None:
    other = WAYS[way].model_copy(update={"split": WAYS[way].split.model_copy(update={"seed": 1})})
    assert ids(split(records(), other).holdout) != ids(cut(way).holdout)


def test_shares_of_classes_are_kept_in_the_holdout_and_in_every_fold() -> None:
    parts = cut("stratified")
    truth = np.array(ids(parts.train, "y"))
    share = np.mean(np.array(ids(records(), "y")) == "1")
    assert abs(np.mean(np.array(ids(parts.holdout, "y")) == "1") - share) < 0.03
    counts = [(truth[fold] == "1").sum() for fold in parts.folds]
    assert max(counts) - min(counts) <= 1


def test_no_group_stands_on_two_sides() -> None:
    parts = cut("group")
    assert not set(ids(parts.train, "who")) & set(ids(parts.holdout, "who"))
    owners = np.array(ids(parts.train, "who"))
    folds = [set(owners[fold]) for fold in parts.folds]
    assert sum(map(len, folds)) == len(set().union(*folds))


def test_rows_without_a_group_stay_together() -> None:
    who = [None if i % 7 == 0 else f"p{i % 20}" for i in range(ROWS)]
    parts = split(records(who=who), WAYS["group"])
    assert (None in ids(parts.train, "who")) != (None in ids(parts.holdout, "who"))


def test_a_group_far_larger_than_the_holdout_stays_in_training() -> None:
    who = ["large" if i < 120 else f"p{i % 16}" for i in range(ROWS)]
    for seed in range(10):
        parts = split(records(who=who), task(data={"group": "who"}, seed=seed))
        assert "large" not in ids(parts.holdout, "who")
        assert 25 <= len(parts.holdout) <= 60


def test_the_holdout_is_later_than_all_training_and_each_fold_than_what_it_learns_from() -> None:
    parts = cut("time")
    times = np.array(ids(parts.train, "when"))
    assert max(times) < min(ids(parts.holdout, "when"))
    for fold in parts.folds:
        assert times[: fold[0]].max() < times[fold].min()


def test_records_of_one_moment_stay_together() -> None:
    days = [START + timedelta(days=i // 23) for i in range(ROWS)]
    parts = split(records(when=days), WAYS["time"])
    times = np.array(ids(parts.train, "when"))
    assert max(times) < min(ids(parts.holdout, "when"))
    assert len(parts.folds) >= 2
    for fold in parts.folds:
        assert times[: fold[0]].max() < times[fold].min()


def test_records_without_a_moment_are_learned_from_and_never_judged() -> None:
    times = [None if i % 5 == 0 else START + timedelta(hours=i) for i in range(ROWS)]
    parts = split(records(when=times), WAYS["time"])
    assert None not in ids(parts.holdout, "when")
    assert ids(parts.train, "when")[:40] == [None] * 40


def test_two_moments_cannot_be_cut_into_learning_tuning_and_judging() -> None:
    for moments in (1, 2):
        days = [START + timedelta(days=i % moments) for i in range(ROWS)]
        with pytest.raises(LuodiError) as caught:
            split(records(when=days), WAYS["time"])
        assert caught.value.code == "split.one_moment"


def test_a_fold_that_would_learn_of_one_class_only_is_left_out() -> None:
    truth = ["0"] * 100 + [str(i % 2) for i in range(100)]
    when = [START + timedelta(hours=i) for i in range(ROWS)]
    parts = split(records(y=truth, when=when), WAYS["time"])
    learned = [set(ids(parts.train, "y")[: fold[0]]) for fold in parts.folds]
    assert parts.folds and all(classes == {"0", "1"} for classes in learned)


def test_a_class_of_one_row_is_learned_from() -> None:
    parts = split(records(y=["1"] + ["0"] * (ROWS - 1)), WAYS["stratified"])
    assert "1" in ids(parts.train, "y")
    (rare,) = np.flatnonzero(np.array(ids(parts.train, "y")) == "1")
    assert not any(rare in fold for fold in parts.folds)


def test_a_holdout_file_leaves_all_records_for_training() -> None:
    given = records(30)
    parts = split(records(), task(holdout="other.csv"), given)
    assert len(parts.train) == ROWS and parts.holdout is given


def test_the_task_may_say_how_many_folds() -> None:
    assert len(split(records(), task(folds=4)).folds) == 4


@pytest.mark.parametrize(
    "poor",
    [
        records(8, y=["0", "1"] * 4),
        records(ROWS, y=["0"] * ROWS),
        records(ROWS, y=[f"c{i}" for i in range(ROWS)]),
    ],
)
def test_too_little_to_learn_or_to_judge_is_refused(poor: Dataset) -> None:
    with pytest.raises(LuodiError) as caught:
        split(poor, WAYS["stratified"])
    assert caught.value.code == "split.too_few_rows"


def test_one_group_cannot_be_cut() -> None:
    with pytest.raises(LuodiError) as caught:
        split(records(who=["a"] * ROWS), WAYS["group"])
    assert caught.value.code == "split.too_few_rows"


def settled(*names: str) -> Dataset:
    """Records whose part is settled: as many of each name as of the others."""
    return records(part=[names[i % len(names)] for i in range(ROWS)])


def by_part(**data: str) -> Task:
    return task(data={"part": "part", **data})


def test_a_settled_cut_is_kept() -> None:
    parts = split(settled("train", "Test ", "train", "train"), by_part())
    assert parts.by == "part" and {p.strip() for p in ids(parts.holdout, "part")} == {"Test"}
    assert set(ids(parts.train, "part")) == {"train"} and len(parts.folds) > 1


def test_records_of_the_validation_part_are_the_one_fold() -> None:
    parts = split(settled("train", "train", "val", "test"), by_part())
    (fold,) = parts.folds
    told = np.array(ids(parts.train, "part"))
    assert set(told[fold]) == {"val"} and set(np.delete(told, fold)) == {"train"}


def test_groups_stay_whole_in_the_folds_of_a_settled_cut() -> None:
    parts = split(settled("train", "train", "train", "test"), by_part(group="who"))
    owners = np.array(ids(parts.train, "who"))
    folds = [set(owners[fold]) for fold in parts.folds]
    assert len(folds) > 1 and sum(map(len, folds)) == len(set().union(*folds))


def test_a_cut_without_a_part_to_judge_is_refused() -> None:
    with pytest.raises(LuodiError) as raised:
        split(settled("train", "val"), by_part())
    assert raised.value.code == "split.no_part"
    assert raised.value.facts == {"part": "part", "seen": "train, val"}


def test_a_cut_that_leaves_nothing_to_learn_from_is_refused() -> None:
    with pytest.raises(LuodiError) as raised:
        split(settled("val", "test"), by_part())
    assert raised.value.code == "split.too_few_rows" and raised.value.facts["train"] == 0


def test_a_part_is_no_feature() -> None:
    from luodi.modalities.tabular.read.assemble import left_out

    assert "part" in left_out(by_part())


def test_a_split_by_part_needs_its_column() -> None:
    with pytest.raises(LuodiError) as raised:
        task(by="part")
    assert raised.value.code.startswith("task.")
