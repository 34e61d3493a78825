"""What both appliances figures share: the table, and dates as numbers for the rivals."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl

from bench import measures, records
from bench.contest import Aim

TARGET = "Appliances"
Split = tuple[pl.DataFrame, pl.DataFrame]


def aims(at_most: float | None) -> tuple[Aim, ...]:
    """RMSE, asked for or only reported, and MAE."""
    return (
        Aim("rmse", measures.rmse, at_most=at_most, more_is_better=False),
        Aim("mae", measures.mae, more_is_better=False),
    )


def by_author(data: Path) -> Iterator[Split]:
    """The author's random test rows, whose neighbours in time are in training."""
    table, tested = records.appliances(data)
    yield table.filter(~tested), table.filter(tested)


def by_time(data: Path) -> Iterator[Split]:
    """The last fifth of the time is the test part."""
    table = records.appliances(data)[0].sort("date")
    cut = round(0.8 * table.height)
    yield table[:cut], table[cut:]


def calendar(table: pl.DataFrame) -> pl.DataFrame:
    """The date as the numbers that the author used, since the rivals take none."""
    moment = pl.col("date").str.to_datetime("%Y-%m-%d %H:%M:%S")
    return table.with_columns(
        elapsed=moment.dt.epoch("s"),
        second_of_day=moment.dt.hour().cast(pl.Int64) * 3600 + moment.dt.minute() * 60,
        weekday=moment.dt.weekday(),
        month=moment.dt.month(),
    ).drop("date")
