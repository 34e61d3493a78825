"""On honest records no detector speaks."""

import polars as pl
import pytest


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("goal", ["classify", "regress"])
def test_honest_records_give_no_finding(codes, clean, seed, goal):
    assert codes(clean(seed=seed, goal=goal), goal=goal) == []


@pytest.mark.parametrize("seed", range(3))
def test_a_rare_class_gives_no_finding(codes, clean, seed):
    frame = clean(3000, seed)
    rare = frame.with_columns(
        y=pl.when(pl.col("size") + pl.col("gappy").fill_null(2) * 3 > 78)
        .then(pl.lit("bad"))
        .otherwise(pl.lit("good"))
    )
    assert ("leak.flag", "kind") not in codes(rare)


def test_a_strong_number_is_not_a_flag(codes, clean):
    frame = clean(2000).with_columns(
        gain=pl.when(pl.int_range(pl.len()) % 12 == 0).then(pl.int_range(pl.len()) * 7).otherwise(0)
    )
    frame = frame.with_columns(y=pl.when(pl.col("gain") > 5000).then(pl.lit("bad")).otherwise("y"))
    assert [code for code, column in codes(frame) if column == "gain"] == []


def test_few_rows_and_no_rows_are_survived(codes, clean):
    for rows in (1, 2, 3, 10, 25):
        codes(clean(rows))
        codes(clean(rows, goal="regress"), goal="regress")
    assert codes(clean(5).clear()) == []


def test_a_table_of_odd_columns_is_survived(codes, clean):
    frame = clean(300).with_columns(
        nothing=pl.lit(None, pl.Float64),
        empty=pl.lit(None, pl.String),
        one=pl.when(pl.int_range(pl.len()) == 7).then(1.0),
    )
    assert {column for _, column in codes(frame)} >= {"nothing", "empty", "one"}
