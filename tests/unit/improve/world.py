"""A press in service: records, what came true of them, and a release that answers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

import luodi
from luodi import loop
from luodi.improve.steps import Step
from luodi.store.home import Home
from luodi.store.ledger.clock import now_us
from luodi.store.ledger.rows import Outcome, Prediction, Reason, new_id

DAY = 86_400_000_000
COSTS = {"miss": 20, "false_alarm": 2}


def records(rows: int, seed: int, *, concept: bool = False) -> pl.DataFrame:
    """Records of a press; after a change of tools it fails when cold instead of when tight."""
    random = np.random.default_rng(seed)
    torque, heat = random.normal(40, 10, rows), random.normal(18, 4, rows)
    drive = (22 - heat) / 1.5 - 2.5 if concept else (torque - 52) / 3
    fails = random.random(rows) < 1 / (1 + np.exp(-drive))
    return pl.DataFrame(
        {
            "torque": torque.round(3),
            "heat": heat.round(3),
            "grade": random.choice(["L", "M", "H"], rows),
            "failed": np.where(fails, "yes", "no"),
        }
    )


def task(folder: Path, **more: object) -> dict:
    return {
        "name": "press",
        "goal": "classify",
        "data": {"source": str(folder / "press.csv"), "target": "failed", "positive": "yes"},
        "budget": "1s",
        "split": {"folds": 2},  # every round of improving fits each of them again
        **more,
    }


def flipped(truths: list[str], share: float, seed: int) -> list[str]:
    """Truths of which a share, drawn by chance, says the opposite."""
    random = np.random.default_rng(seed)
    other = {"yes": "no", "no": "yes"}
    return [other[truth] if random.random() < share else truth for truth in truths]


def built(folder: Path, rows: int = 1500, **more: object) -> Path:
    """A release of the press, in a folder of its own."""
    records(rows, 1).write_csv(folder / "press.csv")
    (folder / "task.yaml").write_text(json.dumps(task(folder, **more)))
    luodi.build(folder / "task.yaml", output=folder / "press.luodi", force=True)
    return folder


def home(folder: Path, at: Path, address: str | None = None) -> Home:
    """A home where the release of a folder is the champion."""
    opened = Home.create(at, address)
    release = luodi.load(folder / "press.luodi")
    opened.add((folder / "press.luodi").read_bytes(), release.digest, "press", {})
    opened.ledger.promote("press", release.digest, Reason("a test", "to begin"))
    return opened


def serve(
    opened: Home,
    table: pl.DataFrame,
    *,
    days: tuple[float, float] = (30, 2),
    flips: float = 0.0,
) -> None:
    """Answers of the champion over some days up to now, each with its truth a day later."""
    digest = opened.ledger.aliases("press")["champion"]
    (known,) = [one for one in opened.ledger.releases("press") if one.digest == digest]
    release = luodi.load(opened.blobs.get(known.blob))
    rows = table.drop("failed").to_dicts()
    scores = release.score(rows)
    now, (start, end) = now_us(), days
    at = [now - int((start + (end - start) * i / len(rows)) * DAY) for i in range(len(rows))]
    classes = release.scorer.classes
    made = [
        Prediction(
            new_id(m), digest, classes[int(d)], row,
            "review" if r else "accept", float(p[1]), at=m,
        )
        for m, d, p, r, row in zip(
            at, scores.decision, scores.probabilities, scores.review, rows, strict=True
        )
    ]  # fmt: skip
    opened.ledger.keep_predictions(made).result()
    truths = flipped(table["failed"].to_list(), flips, len(rows))
    came = [Outcome(p.id, t, p.at + DAY) for p, t in zip(made, truths, strict=True)]
    for start_at in range(0, len(came), 500):
        opened.ledger.keep_outcomes(came[start_at : start_at + 500]).result()


def improved(folder: Path, opened: Home, **more: Any) -> list[Step]:
    """One round of improving the task of a folder; ``rules`` is its ``improve`` part."""
    contract = json.loads((folder / "task.yaml").read_text())
    rules = {"improve": more.pop("rules")} if "rules" in more else {}
    return loop.improve({**contract, **rules}, opened, **more)


def kinds(steps: list[Step]) -> list[str]:
    return [step.kind for step in steps]
