"""A real release, its answers in a real ledger, and the verbs that watch it."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import numpy as np
import polars as pl
import pytest

import luodi
from luodi.cli import main
from luodi.monitor.intake import watched
from luodi.store.home import Home
from luodi.store.ledger.clock import now_us
from luodi.store.ledger.rows import Outcome, Prediction, Reason, new_id

DAY = 86_400_000_000


def machines(rows: int, start: datetime, seed: int) -> pl.DataFrame:
    """A year of a machine in a hall that is cold in winter; a product comes every six hours."""
    random = np.random.default_rng(seed)
    at = [start + timedelta(hours=6 * i) for i in range(rows)]
    season = np.array([np.cos(2 * np.pi * moment.timetuple().tm_yday / 365) for moment in at])
    torque = random.normal(40, 10, rows)
    fails = random.random(rows) < 1 / (1 + np.exp(-(torque - 50) / 4))
    return pl.DataFrame(
        {
            "made": at,
            "hall": 18 - 8 * season + random.normal(0, 1, rows),
            "torque": torque,
            "grade": random.choice(["L", "M", "H"], rows),
            "failed": np.where(fails, "yes", "no"),
        }
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("watched")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LUODI_KEY_DIR", str(path))
        machines(2920, datetime(2022, 1, 1), 1).write_parquet(path / "made.parquet")
        task = {
            "name": "press",
            "goal": "classify",
            "data": {"source": str(path / "made.parquet"), "target": "failed", "time": "made"},
            "split": {"by": "time"},
            "columns": {"made": "ignore"},
            "costs": {"miss": 20, "false_alarm": 2},
            "budget": "3s",
        }
        luodi.build(task, output=path / "press.luodi", force=True)
        yield path


@pytest.fixture
def home(folder, tmp_path):
    """Answers of the last 60 days to the second winter, with truths a day later."""
    return filled(folder, tmp_path / "home", machines(1200, datetime(2023, 1, 10), 2))


def filled(folder, path, table):
    release = luodi.load(folder / "press.luodi")
    with Home.create(path) as opened:
        opened.add((folder / "press.luodi").read_bytes(), release.digest, "press", {})
        opened.ledger.promote("press", release.digest, Reason("a test", "to see"))
        keep(opened, release, table)
    return path


def keep(opened, release, table, days=60):
    rows = table.drop("failed", "made").to_dicts()
    scores = release.score(rows)
    now = now_us() // DAY * DAY
    at = [now - days * DAY + i * days * DAY // len(rows) for i in range(len(rows))]
    classes = release.scorer.classes
    kept = [
        Prediction(new_id(m), release.digest, classes[int(d)], row, probability=float(p[1]), at=m)
        for m, d, p, row in zip(at, scores.decision, scores.probabilities, rows, strict=True)
    ]
    opened.ledger.keep_predictions(kept).result()
    truths = table["failed"].to_list()
    came = [
        Outcome(p.id, t, p.at + DAY) for p, t in zip(kept, truths, strict=True) if p.at + DAY < now
    ]
    opened.ledger.keep_outcomes(came).result()


def test_a_release_with_a_time_carries_its_seasons(folder, home):
    digest = luodi.load(folder / "press.luodi").digest
    with Home.open(home) as opened:
        reference = watched(opened, "press", digest).reference
    season = reference.season
    assert season is not None and set(season.counts) == {"hall", "torque", "grade"}
    for name, blocks in season.counts.items():
        whole = reference.columns[name].whole
        assert blocks.sum() == whole.known and season.missing[name].sum() == whole.missing
    assert season.wander[0].seconds > season.wander[-1].seconds
    assert len(json.dumps(luodi.load(folder / "press.luodi").reference)) < 60_000


def test_a_second_winter_is_quiet_and_status_says_how_good_it_is(home, capsys):
    assert main(["monitor", "press", "--home", str(home), "--window", "7d"]) == 0
    assert capsys.readouterr().out == ""
    assert main(["status", "--home", str(home), "--json"]) == 0
    (told,) = json.loads(capsys.readouterr().out)["tasks"]
    assert told["alarm"] is None and told["traffic"]["windows"] >= 4
    assert told["live"]["low"] <= told["live"]["value"] <= told["live"]["high"]
    assert told["live"]["coverage"] > 0.9
    for lang in ("en", "zh"):
        assert main(["status", "--home", str(home), "--lang", lang]) == 0
        assert "{" not in capsys.readouterr().out


def test_a_dead_sensor_ends_with_status_1_and_is_told_once(folder, tmp_path, capsys):
    table = machines(1200, datetime(2023, 1, 10), 2)
    late = pl.int_range(pl.len()) >= 600
    stuck = table.with_columns(torque=pl.when(late).then(40.0).otherwise(pl.col("torque")))
    home = filled(folder, tmp_path / "home", stuck)
    assert main(["monitor", "--home", str(home), "--window", "7d", "--json"]) == 1
    (told,) = json.loads(capsys.readouterr().out)["tasks"]
    last = told["raised"][-1]
    assert last["code"] == "alarm.broken"
    assert [cause["column"] for cause in last["evidence"]["causes"]] == ["torque"]
    assert main(["monitor", "--home", str(home), "--window", "7d"]) == 1
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--window", "soon"], "alarm.every"),
        (["--webhook", "file:///etc/passwd"], "alarm.webhook"),
        (["oven"], "alarm.no_champion"),
    ],
)
def test_a_slip_in_the_options_is_told(home, capsys, words, code):
    assert main(["monitor", "--home", str(home), *words]) == 2
    assert code in capsys.readouterr().err
