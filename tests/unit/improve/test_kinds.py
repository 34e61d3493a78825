"""Whole rounds for tasks other than yes and no: values, many classes, groups and time."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

import luodi
from luodi import loop
from luodi.modalities import modality
from luodi.store.home import Home
from luodi.store.ledger.clock import now_us
from luodi.store.ledger.rows import Outcome, Prediction, Reason, new_id

DAY = 86_400_000_000


def features(rows: int, seed: int) -> tuple[np.random.Generator, pl.DataFrame]:
    random = np.random.default_rng(seed)
    begin = np.datetime64("2026-01-01T00:00:00", "us")
    return random, pl.DataFrame(
        {
            "torque": random.normal(40, 10, rows).round(3),
            "heat": random.normal(18, 4, rows).round(3),
            "machine": [f"m{number % 30:02d}" for number in range(rows)],
            "asked": begin + np.arange(rows) * np.timedelta64(60_000_000, "us"),
        }
    )


def wear(rows: int, seed: int, *, moved: bool = False) -> pl.DataFrame:
    """Wear of a tool in micrometres; after a change of coolant heat matters and torque does not."""
    random, table = features(rows, seed)
    cause = 6 * (table["heat"] - 18).abs() if moved else 3 * (table["torque"] - 40).abs()
    return table.with_columns(wear=(cause + random.normal(100, 8, rows)).round(3))


def surface(rows: int, seed: int, *, moved: bool = False) -> pl.DataFrame:
    """One of three surfaces, by torque; after the change by heat."""
    random, table = features(rows, seed)
    cause = (table["heat"] - 18).abs() / 4 if moved else (table["torque"] - 40).abs() / 10
    cut = cause + random.normal(0, 0.3, rows)
    names = np.array(["rough", "plain", "fine"])
    return table.with_columns(surface=pl.Series(names[np.digitize(cut.to_numpy(), [0.5, 1.2])]))


SETTINGS = {
    "values": (wear, {"goal": "regress", "data": {"target": "wear"}}),
    "values in order of time": (
        wear,
        {"goal": "regress", "data": {"target": "wear", "time": "asked"}, "split": {"by": "time"}},
    ),
    "many classes by group": (
        surface,
        {"goal": "classify", "data": {"target": "surface", "group": "machine"}},
    ),
}


def begun(folder, made, task) -> tuple[dict, Home]:
    """A home whose champion was built from the world as it was."""
    made(600, 1).write_parquet(folder / "begin.parquet")
    data = {**task["data"], "source": str(folder / "begin.parquet")}
    split = {"folds": 2, **task.get("split", {})}
    accepted = {"accept": ["leak", "time", "split"]}
    told = {**task, "name": "tool", "data": data, "budget": "1s", "split": split, "check": accepted}
    luodi.build(told, output=folder / "tool.luodi", force=True)
    release = luodi.load(folder / "tool.luodi")
    home = Home.create(folder / "home")
    home.add((folder / "tool.luodi").read_bytes(), release.digest, "tool", {})
    home.ledger.promote("tool", release.digest, Reason("a test", "to begin"))
    return told, home


def served(home: Home, folder, table: pl.DataFrame, target: str) -> None:
    """Answers of the champion over a month, each with its truth a day later."""
    release = luodi.load(folder / "tool.luodi")
    names = [column.name for column in modality("tabular").columns(release.codec)]
    asked = table.select(names)
    rows = asked.with_columns(pl.selectors.datetime().dt.to_string("iso")).to_dicts()
    answers = release.predict(rows)
    start = now_us() - 32 * DAY
    made = [
        Prediction(
            new_id(at), release.digest, str(one.get("decision", one.get("value"))), row,
            "accept", None, {"value": one["value"]} if "value" in one else {}, at=at,
        )
        for at, one, row in zip(
            range(start, now_us(), 30 * DAY // len(rows)), answers, rows, strict=False
        )
    ]  # fmt: skip
    home.ledger.keep_predictions(made).result()
    truths = table[target].to_list()
    came = [Outcome(p.id, str(t), p.at + DAY) for p, t in zip(made, truths, strict=False)]
    for first in range(0, len(came), 500):
        home.ledger.keep_outcomes(came[first : first + 500]).result()


@pytest.mark.parametrize("setting", SETTINGS)
def test_another_world_brings_a_challenger_that_takes_over_whatever_is_asked(
    setting, tmp_path, monkeypatch
):
    monkeypatch.setenv("LUODI_KEY_DIR", str(tmp_path))
    made, task = SETTINGS[setting]
    told, home = begun(tmp_path, made, task)
    with home:
        served(home, tmp_path, made(2000, 5, moved=True), task["data"]["target"])
        steps = loop.improve(told, home)
        assert [step.kind for step in steps] == ["trained", "promoted"], steps
        facts = steps[1].facts
        assert facts["challenger"] < 0.7 * facts["champion"] and facts["p"] < 0.05
        home.ledger.verify_audit()


def test_the_same_world_brings_no_change_of_a_model_of_values(tmp_path, monkeypatch):
    monkeypatch.setenv("LUODI_KEY_DIR", str(tmp_path))
    made, task = SETTINGS["values"]
    told, home = begun(tmp_path, made, task)
    before = home.ledger.aliases("tool")["champion"]
    with home:
        served(home, tmp_path, made(1500, 6), task["data"]["target"])
        kinds = [step.kind for step in loop.improve(told, home)]
        assert "promoted" not in kinds and "trained" in kinds
        assert home.ledger.aliases("tool")["champion"] == before
