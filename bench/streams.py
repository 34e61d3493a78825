"""Streams with a beginning to build from and a rest to replay, in the task's own form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from luodi.testing import generate


@dataclass(frozen=True)
class Stream:
    """One stream.

    Attributes:
        name: What the table calls it.
        begin: Records that the first release is built from.
        rest: Records that are replayed.
        task: The task but for its name and source.
        delay_s: How long a truth takes to come back.
        step_s: After so long a policy may act.
        before: For a stream of classes, the true class of the record before each.
    """

    name: str
    begin: pl.DataFrame
    rest: pl.DataFrame
    task: Mapping[str, Any]
    delay_s: float
    step_s: float
    before: pl.Series | None = None


DAY_S = 86_400.0


def electricity(data: Path, quick: bool) -> Stream:
    """New South Wales prices up or down; the last class that is known is a column."""
    table = pl.read_csv(data / "elec2" / "elec.csv.gz")
    start = datetime(1996, 5, 7)
    moments = [start + timedelta(minutes=30 * row) for row in range(table.height)]
    table = table.with_columns(
        pl.Series("time", moments),
        pl.col("class").replace_strict({1: "up", 0: "down"}, return_dtype=pl.String),
    ).with_columns(
        last=pl.col("class").shift(1), day_ago=pl.col("class").shift(48),
        price_ago=pl.col("nswprice").shift(1),
    )  # fmt: skip
    table = table.head(6000) if quick else table
    task = {
        "goal": "classify",
        "data": {"target": "class", "time": "time", "positive": "up"},
        "metric": "accuracy",
        "columns": {"time": "ignore"},
    }
    return Stream(
        "elec2", table.head(4000), table.tail(-4000), task, 1800.0, 7 * DAY_S,
        table["last"].tail(-4000),
    )  # fmt: skip


def cards(data: Path, quick: bool) -> Stream:
    """Simulated card frauds, known after a week; one customer in twenty."""
    table = pl.read_parquet(data / "card_fraud_simulated" / "transactions.parquet")
    table = table.sort("TX_DATETIME").with_columns(pl.col("TX_DATETIME").cast(pl.Datetime("us")))
    table = table.with_columns(
        hour=pl.col("TX_DATETIME").dt.hour().cast(pl.Float64),
        weekday=pl.col("TX_DATETIME").dt.weekday().cast(pl.Float64),
        spent=pl.col("TX_AMOUNT").rolling_mean_by("TX_DATETIME", "7d").over("CUSTOMER_ID"),
        times=pl.int_range(pl.len()).over("CUSTOMER_ID", "TX_TIME_DAYS").cast(pl.Float64),
    )
    risk = _terminal_risk(table)
    table = table.join(risk, on=["TERMINAL_ID", "TX_TIME_DAYS"], how="left")
    table = table.filter(pl.col("CUSTOMER_ID") % 20 == 0)
    table = table.select(
        "TX_DATETIME", "TX_AMOUNT", "hour", "weekday", "spent", "times", "risk", "seen",
        fraud=pl.col("TX_FRAUD").replace_strict({1: "yes", 0: "no"}, return_dtype=pl.String),
    )  # fmt: skip
    day = (pl.col("TX_DATETIME") - pl.col("TX_DATETIME").min()).dt.total_days()
    last = 60 if quick else 183
    task = {
        "goal": "classify",
        "data": {"target": "fraud", "time": "TX_DATETIME", "positive": "yes"},
        "metric": "average_precision",
        "columns": {"TX_DATETIME": "ignore"},
        "costs": {"miss": 100, "false_alarm": 5},
    }
    begin, rest = table.filter(day < 35), table.filter((day >= 35) & (day < last))
    return Stream("card_fraud_simulated", begin, rest, task, 7 * DAY_S, 7 * DAY_S)


def _terminal_risk(table: pl.DataFrame) -> pl.DataFrame:
    """Frauds and transactions of each terminal in the 28 days that ended a week before."""
    daily = table.group_by("TERMINAL_ID", "TX_TIME_DAYS").agg(
        frauds=pl.col("TX_FRAUD").sum(), count=pl.len()
    )
    days = pl.DataFrame({"TX_TIME_DAYS": range(183)}, schema={"TX_TIME_DAYS": pl.Int32})
    grid = daily.select("TERMINAL_ID").unique().join(days, how="cross")
    grid = grid.join(daily, on=["TERMINAL_ID", "TX_TIME_DAYS"], how="left").fill_null(0)
    grid = grid.sort("TERMINAL_ID", "TX_TIME_DAYS")
    past = [
        pl.col(name).shift(8).rolling_sum(28, min_samples=1).over("TERMINAL_ID").alias(f"{name}_")
        for name in ("frauds", "count")
    ]
    return grid.with_columns(past).select(
        "TERMINAL_ID", "TX_TIME_DAYS",
        risk=pl.col("frauds_") / pl.col("count_").clip(1), seen=pl.col("count_").cast(pl.Float64),
    )  # fmt: skip


def bikes(data: Path, quick: bool) -> Stream:
    """Bikes hired an hour: one year to learn from, the next to replay, seasons and all."""
    table = pl.read_csv(data / "bike_sharing" / "hour.csv").with_columns(
        time=pl.col("dteday").str.to_datetime("%m/%d/%Y", time_unit="us")
        + pl.duration(hours=pl.col("hr"))
    )
    names = ("hr", "weekday", "holiday", "workingday", "weathersit", "temp", "hum", "windspeed")
    table = table.select("time", *(pl.col(name).cast(pl.Float64) for name in (*names, "cnt")))
    half = table.filter(pl.col("time") < datetime(2012, 1, 1))
    rest = table.filter(pl.col("time") >= datetime(2012, 1, 1))
    task = {
        "goal": "regress",
        "data": {"target": "cnt", "time": "time"},
        "metric": "mae",
        "columns": {"time": "ignore"},
        "split": {"by": "random"},
    }
    return Stream("bike_sharing", half, rest.head(1500) if quick else rest, task, DAY_S, 7 * DAY_S)


def press(data: Path, quick: bool) -> Stream:
    """A generated year of a press: a sensor dies, a unit changes, then the tools, and seasons."""
    each = 20 if quick else 40
    begin = generate.press_line(365, each, 1, start="2022-01-01")
    rest = generate.press_line(365, each, 2, start="2023-01-01", faults=True)
    task = {
        "goal": "classify",
        "data": {"target": "failed", "time": "time", "positive": "yes"},
        "columns": {"time": "ignore"},
        "costs": {"miss": 40, "false_alarm": 4, "review": 2},
    }
    return Stream("press (generated)", begin, rest, task, 3 * DAY_S, 7 * DAY_S)
