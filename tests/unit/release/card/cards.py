"""Cards to test with: made by ``card_data`` from a verdict as the judge writes it."""

from __future__ import annotations

import math
from html.parser import HTMLParser
from typing import Any

from luodi.core.task import Task
from luodi.core.values import Artifact, Figure, Finding, GateResult, Verdict
from luodi.release.card import card_data

VOID = {"meta", "link", "br", "hr"}
TWO = {"name": "shibai", "goal": "classify", "data": {"source": "shuju.csv", "target": "故障"}}


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
    listed = [
        {"name": c, "kind": "number", "unit": None, "allowed": [0, None], "seen": [1.5, 9.0],
         "missing": 0.4, "distinct": 7, "sensitive": False}
        for c in columns
    ]  # fmt: skip
    counted = [{"name": name, "rows": 100} for name in classes]
    return {
        "source": "shuju.csv",
        "digest": "sha256:" + "ab" * 32,
        "rows": 1000,
        "columns": listed,
        "ignored": ["编号"],
        "target": {"name": "故障", "unit": None, "classes": counted},
        "time": None,
        "split": {"by": "stratified", "column": None, "train_rows": 800, "holdout_rows": 200,
                  "folds": 5, "seed": 0},
    }  # fmt: skip


def classify_details(
    classes: tuple[str, ...], columns: tuple[str, ...], group: str
) -> dict[str, Any]:
    """Details of a verdict on classes, every part of them present."""
    steps = [i / 40 for i in range(41)]
    curves = [
        {
            "of": name,
            "share": 0.1 + place / 100,
            "precision_recall": {"recall": steps, "precision": [1 - s * s for s in steps]},
            "roc": {"false_alarm": [s**3 for s in steps], "hit": steps},
            "here": {"recall": 0.7, "precision": 0.5, "false_alarm": 0.05},
            "scores": {"edges": [i / 20 for i in range(21)], "own": [5] * 20, "others": [9] * 20},
        }
        for place, name in enumerate(classes[1:] if len(classes) == 2 else classes)
    ]
    count = len(classes)
    ends = {"low": 0.6, "high": 0.9}
    rates = {"share": 0.2, "selected": 0.3, "hit_rate": 0.8, "false_alarm_rate": 0.1}
    piece = {"rows": 50, "figure": 0.7, **ends, "rest": 0.9, "difference": -0.2, "p": 0.001}
    pieces = [
        {**piece, "column": columns[0], "value": group, "range": None, "p_corrected": 0.01, "worse": True},
        {**piece, "column": columns[0], "value": "", "range": None, "p_corrected": 0.2, "worse": False},
        {**piece, "column": columns[-1], "value": "1..2", "range": [1, 2], "p_corrected": 0.3, "worse": False},
    ]  # fmt: skip
    bins = [{"predicted": p, "observed": p * 0.9, "low": p * 0.8, "high": p, "rows": 10} for p in (0.1, 0.5, 0.9)]  # fmt: skip
    return {
        "goal": "classify",
        "metric": "average_precision",
        "rows": 200,
        "unit": None,
        "classes": list(classes),
        "positive": classes[1] if count == 2 else None,
        "class_counts": [100] + [20] * (count - 1),
        "resampling": {"resamples": 1000, "by": "classes", "clusters": None, "rows": 200},
        "confusion": {"counts": [[7 if a == d else 2 for d in range(count)] for a in range(count)],
                      "reviewed": [3] * count},
        "cost": {"per_row": 2.5, "total": 500, "table": [], "reviewed_share": 0.1,
                 "policies": [{"name": "review_all", "decided": None, "per_row": 5.0},
                              {"name": "always", "decided": classes[0], "per_row": 17.0}]},
        "calibration": {"of": "", "error": 0.07, "bins": bins, "brier": {"total": 0.1}},
        "curves": curves,
        "residuals": None,
        "top_errors": [{"row": 3, "truth": classes[0], "decided": classes[1], "loss": 4.0}],
        "slices": {"metric": "roc_auc", "overall": 0.85, "looked_at": 30, "columns": 2, "worst": pieces},
        "fairness": [{"column": columns[0], "of": "", "groups": [
            {"group": group, "rows": 90, **rates, "roc_auc": 0.8, "figure": 0.7, **ends},
            {"group": "乙", "rows": 110, **rates, "roc_auc": 0.8, "figure": 0.8, "low": None, "high": None}],
            "selection_ratio": 0.8, "hit_gap": 0.2, "false_alarm_gap": 0.1, "equalised_odds_gap": 0.2, "figure_gap": 0.1}],
        "baselines": [{"name": name, "figure": f, "mine": 0.78, "difference": 0.78 - f, "low": 0.0, "high": 0.9,
                       "p": 0.0004, "answer": answer} for name, f, answer in
                      (("dumb", 0.1, "better"), ("linear", 0.75, "no_difference"))],
        "robustness": {"rows": 200, "metric": "average_precision", "before": 0.78,
                       "noise": {"share": 0.01, "changed": 0.06, "figure": 0.77, "drop": 0.01},
                       "missing": [{"column": c, "changed": 0.3, "figure": 0.5, "drop": 0.2} for c in columns[:30]]},
        "speed": {"one_row_ms_p50": 0.02, "one_row_ms_p99": 0.05, "bare_ms_p50": 0.012, "ratio_to_bare": 1.7,
                  "batch_rows_per_s": 1.2e6, "batch_rows": 8192, "load_ms": 12.0, "size_mb": 0.4, "calls": 1000},
        "parity": {},
        "importance": [],
    }  # fmt: skip


def regress_details(columns: tuple[str, ...]) -> dict[str, Any]:
    """Details of a verdict on values; what belongs to classes is absent."""
    base = classify_details(("0", "1"), columns, "甲")
    gone = ("confusion", "cost", "calibration", "curves")
    residuals = {
        "sample": [[float(i), i * 1.1] for i in range(400)],
        "histogram": {"edges": [-2, -1, 0, 1, 2], "counts": [1, 5, 6, 0]},
        "by_quantile": [{"low": 1.0, "high": 2.0, "rows": 40, "error": 0.4, "bias": 0.1}],
        "error_quantiles": {"0.5": 0.3, "0.9": 1.2, "0.95": None},
    }
    return {**base, **dict.fromkeys(gone), "goal": "regress", "metric": "rmse", "unit": "米",
            "classes": [], "positive": None, "class_counts": [], "residuals": residuals}  # fmt: skip


def verdict(details: dict[str, Any], *figures: Figure) -> Verdict:
    """A verdict with one gate of each outcome and two findings."""
    blame = Finding("gate.no_errors", "error", None, {"count": 1, "codes": "leak.flag"})
    gates = (
        GateResult(details["metric"], True, ">= 0.5 at 0.95", 0.6),
        GateResult("parity", True, "<= 1e-06, no flips", None),
        GateResult("no_errors", False, "no error-level finding", 1.0, blame),
    )
    found = (
        Finding("strange.code", "error", "列", {"n": math.nan}),
        Finding("judge.no_rows", "warning"),
    )
    own = Figure(
        details["metric"], 0.78, 0.6, 0.9, "lower" if details["goal"] == "regress" else "higher"
    )
    return Verdict({f.name: f for f in (own, *figures)}, gates, details, found)


def two_classes(
    classes=("0", "1"), columns=("甲", "乙"), group="丙", target="故障", **more
) -> dict[str, Any]:
    """The card of a task on two classes, or as many as are named."""
    costs = {"miss": 500, "false_alarm": 20, "review": 5} if len(classes) == 2 else None
    task = task_of(
        data={"source": "shuju.csv", "target": target},
        gates={"average_precision": {"at_least": 0.5, "confidence": 0.95}},
        **({"costs": costs} if costs else {}),
    )
    details = classify_details(classes, columns, group)
    figures = (
        Figure("f1", 0.7, 0.6, 0.8, "higher"),
        Figure("ece", 0.02, None, None, "lower"),
        Figure("review_share", 0.1, 0.05, 0.2),
        Figure(f"hit_gap:{columns[0]}", 0.2, None, None, "lower"),
        Figure("one_row_ms_p99", 0.05, None, None, "lower"),
        Figure("batch_rows_per_s", 1.2e6, None, None, "higher"),
        Figure("size_mb", 0.4, None, None, "lower"),
    )
    board = [
        {"name": "ensemble", "score": 0.8, "one_row_ms": 0.02, "size_mb": 0.4, "chosen": True},
        {"name": "lightgbm 2", "family": "lightgbm", "score": 0.79, "seconds": 3.1},
    ]
    made = {"created": "2026-11-21T22:42:10+00:00", "luodi": "0.1.0", "platform": "Linux",
            "versions": {"numpy": "2.4.6"}, "digests": {"model.onnx": "sha256:" + "cd" * 32}}  # fmt: skip
    plan = {"pairs": [["product", columns[0], columns[-1]]], **more}
    known = facts(columns, classes)
    return card_data(
        task, known, artifact(columns, **plan), verdict(details, *figures), board, made
    )


def values_card(columns=("甲", "乙")) -> dict[str, Any]:
    """The card of a task on values, without leaderboard and provenance."""
    task = task_of(goal="regress", gates={"rmse": {"at_most": 2}})
    known = {
        **facts(columns),
        "target": {"name": "故障", "unit": "米", "seen": [1, 9.5], "mean": 4},
    }
    return card_data(task, known, artifact(columns), verdict(regress_details(columns)))


def bare_card() -> dict[str, Any]:
    """The card of a verdict that could judge nothing."""
    task = task_of()
    nothing = Verdict({}, (), {}, ())
    return card_data(task, {}, Artifact(b"", {}, {}, {}, {}, {}), nothing)


CARDS = {
    "two": two_classes,
    "many": lambda: two_classes(("甲类", "乙类", "丙类")),
    "very_many": lambda: two_classes(tuple(f"类{i}" for i in range(30))),
    "values": values_card,
    "bare": bare_card,
}


class Tree(HTMLParser):
    """Elements of a page with their attributes, and whether every tag is closed in order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)

    def handle_data(self, data):
        if self.open and self.open[-1] != "style":
            self.words.append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        """Attributes of all elements of one name."""
        return [attributes for name, attributes in self.elements if name == tag]
