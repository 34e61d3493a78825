"""Cards to test with: made by ``card_data`` from a verdict as the judge writes it."""

from __future__ import annotations

import math
from typing import Any

from luodi.core.task import Task
from luodi.core.values import Artifact, Figure, Finding, GateResult, Verdict
from luodi.release.card import card_data

from . import details

TWO = {"name": "shibai", "goal": "classify", "data": {"source": "shuju.csv", "target": "故障"}}
FIGURES = (
    Figure("f1", 0.7, 0.6, 0.8, "higher"),
    Figure("ece", 0.02, None, None, "lower"),
    Figure("review_share", 0.1, 0.05, 0.2),
    Figure("one_row_ms_p99", 0.05, None, None, "lower"),
    Figure("batch_rows_per_s", 1.2e6, None, None, "higher"),
    Figure("size_mb", 0.4, None, None, "lower"),
)
BOARD = (
    {"name": "ensemble", "score": 0.8, "one_row_ms": 0.02, "size_mb": 0.4, "chosen": True},
    {"name": "lightgbm 2", "family": "lightgbm", "score": 0.79, "seconds": 3.1},
)
MADE = {
    "created": "2026-11-21T22:42:10+00:00",
    "luodi": "0.1.0",
    "platform": "Linux",
    "versions": {"numpy": "2.4.6"},
    "digests": {"model.onnx": "sha256:" + "cd" * 32},
}


def task_of(**more: Any) -> Task:
    """A task on two classes, with anything set otherwise."""
    return Task.load({**TWO, **more})


def artifact(columns: tuple[str, ...], **plan: Any) -> Artifact:
    """An artifact whose graph is a few bytes."""
    shares = [(column, 1 / (place + 2)) for place, column in enumerate(columns)]
    compared = {"rows": 2000, "leaves": 0, "flips": 0, "largest": 3.1e-9}
    parity = {"tolerance": 1e-6, "records": compared, "adversarial": compared, "passed": True}
    codec = {"numbers": list(columns), "categories": [], "times": []}
    member = {"family": "lightgbm", "features": "pairs", "rounds": [210, 190], "weight": 1.0}
    told = {"name": "ensemble", "members": [member], "calibration": {"slope": 1.1, "offset": 0.2}}
    return Artifact(b"graph", codec, {}, {}, {**told, **plan}, parity, shares)


def facts(columns: tuple[str, ...], classes: tuple[str, ...] = ()) -> dict[str, Any]:
    """Facts of records with number columns of these names."""
    column = {"kind": "number", "unit": None, "allowed": [0, None], "seen": [1.5, 9.0]}
    counts = {"missing": 0.4, "distinct": 7, "sensitive": False}
    split = {"by": "stratified", "column": None, "train_rows": 800, "holdout_rows": 200}
    counted = [{"name": name, "rows": 100} for name in classes]
    return {
        "source": "shuju.csv",
        "digest": "sha256:" + "ab" * 32,
        "rows": 1000,
        "columns": [{"name": name, **column, **counts} for name in columns],
        "ignored": ["编号"],
        "target": {"name": "故障", "unit": None, "classes": counted},
        "time": None,
        "split": {**split, "folds": 5, "seed": 0},
    }


def verdict(found: dict[str, Any], *figures: Figure) -> Verdict:
    """A verdict with gates of both outcomes and two findings."""
    blame = Finding("gate.no_errors", "error", None, {"count": 1, "codes": "leak.flag"})
    gates = (
        GateResult(found["metric"], True, ">= 0.5 at 0.95", 0.6),
        GateResult("parity", True, "<= 1e-06, no flips", None),
        GateResult("no_errors", False, "no error-level finding", 1.0, blame),
    )
    strange = Finding("strange.code", "error", "列", {"n": math.nan})
    better = "lower" if found["goal"] == "regress" else "higher"
    own = Figure(found["metric"], 0.78, 0.6, 0.9, better)
    named = {figure.name: figure for figure in (own, *figures)}
    return Verdict(named, gates, found, (strange, Finding("judge.no_rows", "warning")))


def classes_card(
    classes: tuple[str, ...] = ("0", "1"),
    columns: tuple[str, ...] = ("甲", "乙"),
    group: str = "丙",
    target: str = "故障",
    **plan: Any,
) -> dict[str, Any]:
    """The card of a task on classes, with everything that a card can hold."""
    costs = {"costs": {"miss": 500, "false_alarm": 20, "review": 5}} if len(classes) == 2 else {}
    data = {"source": "shuju.csv", "target": target}
    gates = {"average_precision": {"at_least": 0.5, "confidence": 0.95}}
    judged = details.classify(classes, columns, group)
    gap = Figure(f"hit_gap:{columns[0]}", 0.2, None, None, "lower")
    shipped = artifact(columns, pairs=[["product", columns[0], columns[-1]]], **plan)
    known = facts(columns, classes)
    task = task_of(data=data, gates=gates, **costs)
    return card_data(task, known, shipped, verdict(judged, *FIGURES, gap), BOARD, MADE)


def values_card(columns: tuple[str, ...] = ("甲", "乙")) -> dict[str, Any]:
    """The card of a task on values, without leaderboard and provenance."""
    task = task_of(goal="regress", gates={"rmse": {"at_most": 2}})
    target = {"name": "故障", "unit": "米", "seen": [1, 9.5], "mean": 4}
    known = {**facts(columns), "target": target}
    return card_data(task, known, artifact(columns), verdict(details.regress(columns)))


def bare_card() -> dict[str, Any]:
    """The card of a verdict that could judge nothing."""
    nothing = Artifact(b"", {}, {}, {}, {}, {})
    return card_data(task_of(), {}, nothing, Verdict({}, (), {}, ()))


CARDS = {
    "two": classes_card,
    "many": lambda: classes_card(("甲类", "乙类", "丙类")),
    "very_many": lambda: classes_card(tuple(f"类{i}" for i in range(30))),
    "values": values_card,
    "bare": bare_card,
}
