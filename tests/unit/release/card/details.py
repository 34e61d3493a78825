"""Details of a verdict as the judge writes them, every part of them present."""

from __future__ import annotations

from typing import Any

STEPS = [i / 40 for i in range(41)]
ENDS = {"low": 0.6, "high": 0.9}


def classify(classes: tuple[str, ...], columns: tuple[str, ...], group: str) -> dict[str, Any]:
    """Details of a verdict on classes."""
    count = len(classes)
    drawn = classes[1:] if count == 2 else classes
    counts = [[7 if actual == decided else 2 for decided in classes] for actual in classes]
    return {
        "goal": "classify",
        "metric": "average_precision",
        "rows": 200,
        "unit": None,
        "classes": list(classes),
        "positive": classes[1] if count == 2 else None,
        "class_counts": [100] + [20] * (count - 1),
        "resampling": {"resamples": 1000, "by": "classes", "clusters": None, "rows": 200},
        "confusion": {"counts": counts, "reviewed": [3] * count},
        "cost": cost(classes[0]),
        "calibration": calibration(),
        "curves": [curve(name, 0.1 + place / 100) for place, name in enumerate(drawn)],
        "residuals": None,
        "top_errors": [{"row": 3, "truth": classes[0], "decided": classes[1], "loss": 4.0}],
        "slices": slices(columns, group),
        "fairness": [fairness(columns[0], group)],
        "baselines": [
            baseline("dumb", 0.1, "better"),
            baseline("linear", 0.75, "no_difference"),
        ],
        "robustness": robustness(columns),
        "speed": {"one_row_ms_p50": 0.02, "bare_ms_p50": 0.012, "ratio_to_bare": 1.7},
        "parity": {},
        "importance": [],
    }


def regress(columns: tuple[str, ...]) -> dict[str, Any]:
    """Details of a verdict on values; what belongs to classes is absent."""
    gone = dict.fromkeys(("confusion", "cost", "calibration", "curves", "positive"))
    own = {"goal": "regress", "metric": "rmse", "unit": "米", "classes": [], "class_counts": []}
    return {**classify(("0", "1"), columns, "甲"), **gone, **own, "residuals": residuals()}


def cost(decided: str) -> dict[str, Any]:
    policies = [
        {"name": "review_all", "decided": None, "per_row": 5.0},
        {"name": "always", "decided": decided, "per_row": 17.0},
    ]
    return {"per_row": 2.5, "total": 500, "reviewed_share": 0.1, "policies": policies}


def calibration() -> dict[str, Any]:
    bins = [
        {"predicted": p, "observed": p * 0.9, "low": p * 0.8, "high": p, "rows": 10}
        for p in (0.1, 0.5, 0.9)
    ]
    return {"of": "", "error": 0.07, "bins": bins, "brier": {"total": 0.1}}


def curve(name: str, share: float) -> dict[str, Any]:
    return {
        "of": name,
        "share": share,
        "precision_recall": {"recall": STEPS, "precision": [1 - s * s for s in STEPS]},
        "roc": {"false_alarm": [s**3 for s in STEPS], "hit": STEPS},
        "here": {"recall": 0.7, "precision": 0.5, "false_alarm": 0.05},
        "scores": {"edges": [i / 20 for i in range(21)], "own": [5] * 20, "others": [9] * 20},
    }


def slices(columns: tuple[str, ...], group: str) -> dict[str, Any]:
    piece = {"rows": 50, "figure": 0.7, **ENDS, "rest": 0.9, "difference": -0.2, "range": None}
    worse = {"column": columns[0], "value": group, "p_corrected": 0.01, "worse": True}
    missing = {"column": columns[0], "value": "", "p_corrected": 0.2, "worse": False}
    ranged = {"column": columns[-1], "value": "1..2", "range": [1, 2], "worse": False}
    worst = [piece | worse, piece | missing, piece | ranged]
    return {"metric": "roc_auc", "overall": 0.85, "looked_at": 30, "columns": 2, "worst": worst}


def fairness(column: str, group: str) -> dict[str, Any]:
    rates = {"share": 0.2, "selected": 0.3, "hit_rate": 0.8, "false_alarm_rate": 0.1}
    part = {"rows": 90, **rates, "roc_auc": 0.8, "figure": 0.7}
    groups = [{"group": group, **part, **ENDS}, {"group": "乙", **part, "low": None, "high": None}]
    gaps = {"selection_ratio": 0.8, "hit_gap": 0.2, "false_alarm_gap": 0.1, "figure_gap": 0.1}
    return {"column": column, "of": "", "groups": groups, **gaps, "equalised_odds_gap": 0.2}


def baseline(name: str, figure: float, answer: str) -> dict[str, Any]:
    gain = {"difference": 0.78 - figure, "low": 0.0, "high": 0.9, "p": 0.0004}
    return {"name": name, "figure": figure, "mine": 0.78, **gain, "answer": answer}


def robustness(columns: tuple[str, ...]) -> dict[str, Any]:
    noise = {"share": 0.01, "changed": 0.06, "figure": 0.77, "drop": 0.01}
    lost = [{"column": c, "changed": 0.3, "figure": 0.5, "drop": 0.2} for c in columns[:30]]
    figures = {"metric": "average_precision", "before": 0.78}
    return {"rows": 200, **figures, "noise": noise, "missing": lost}


def residuals() -> dict[str, Any]:
    return {
        "sample": [[float(i), i * 1.1] for i in range(400)],
        "histogram": {"edges": [-2, -1, 0, 1, 2], "counts": [1, 5, 6, 0]},
        "by_quantile": [{"low": 1.0, "high": 2.0, "rows": 40, "error": 0.4, "bias": 0.1}],
        "error_quantiles": {"0.5": 0.3, "0.9": 1.2, "0.95": None},
    }
