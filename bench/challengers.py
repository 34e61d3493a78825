"""Challengers of a champion, and outcomes on which they are compared, from generated records."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from luodi.core.promise import Promise
from luodi.core.task import Task
from luodi.improve.returned import Returned
from luodi.improve.trial import promise_of
from luodi.loop.making import made, refitted
from luodi.loop.pipeline import examined
from luodi.runtime.load import Release, load
from luodi.runtime.score import Scorer
from luodi.testing import generate

TARGET = "failed"
BEFORE = 500
"""Outcomes that came back before a challenger was made."""


@dataclass(frozen=True)
class Champion:
    """A release on generated records of a press, and what it was built from."""

    task: Task
    release: Release

    @property
    def promise(self) -> Promise:
        """What it promised."""
        return promise_of(self.release)


def records(rows: int, seed: int) -> pl.DataFrame:
    """Records of a press without a time, in an order without meaning."""
    table = generate.press_line(max(1, rows // 100), 100, seed).drop("time")
    return table.sample(fraction=1.0, shuffle=True, seed=seed).head(rows)


def champion(rows: int, seed: int, budget_s: float, **more: Any) -> Champion:
    """A release on so many records."""
    folder = Path(tempfile.mkdtemp())
    os.environ["LUODI_KEY_DIR"] = str(folder)
    records(rows, seed).write_parquet(folder / "press.parquet")
    task = Task.load(
        {
            "name": "press",
            "goal": "classify",
            "data": {"source": str(folder / "press.parquet"), "target": TARGET, "positive": "yes"},
            "budget": budget_s,
            **more,
        }
    )
    parts, findings = examined(task, lambda event: None)
    packed = made(parts, findings, task, force=True).packed
    assert packed is not None
    return Champion(task, load(packed))


def reseeded(first: Champion, seed: int) -> Scorer:
    """The same recipe on the same records, with other seeds and other folds."""
    split = first.task.split.model_copy(update={"seed": seed})
    task = first.task.model_copy(update={"split": split})
    parts, _ = examined(task, lambda event: None)
    artifact = refitted(parts, task, _seeded(first.release.plan, seed))
    return Scorer(artifact.model, artifact.codec)


def _seeded(plan: Mapping[str, Any], seed: int) -> dict[str, Any]:
    members = [{**member, "seed": seed * 1000 + i} for i, member in enumerate(plan["members"])]
    return {**plan, "members": members}


def outcomes(first: Champion, rows: int, seed: int) -> Returned:
    """Fresh records with what came true of them, in the order in which they were asked."""
    table = records(rows, seed)
    sent = table.drop(TARGET).to_dicts()
    moments = np.arange(len(sent), dtype=np.int64)
    truths = table[TARGET].to_list()
    names = [str(n) for n in moments]
    return Returned(
        names, moments, moments, truths, truths, sent, [first.release.digest] * len(sent)
    )


def before_and_after(first: Champion, rows: int, seed: int) -> tuple[Returned, Returned]:
    """Outcomes from before a challenger was made, and those that judge it."""
    every = outcomes(first, BEFORE + rows, seed)
    numbers = np.arange(len(every))
    return every.take(numbers[:BEFORE]), every.take(numbers[BEFORE:])
