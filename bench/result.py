"""One measured figure: what it was compared with, how it spread, and with which versions."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np

from bench.options import ROOT, Options, parsed

RESULTS = ROOT / "bench" / "results"
PACKAGES = (
    "luodi", "numpy", "onnxruntime", "lightgbm", "catboost", "xgboost-cpu", "scikit-learn",
    "polars", "torch", "pillow",
)  # fmt: skip


class Skipped(Exception):
    """A figure that cannot be measured here, with the reason."""


@dataclass(frozen=True)
class Result:
    """One row of the table.

    Attributes:
        figure: Name of the figure, which is its script's.
        title: What it is about.
        measure: What was measured, such as ``roc_auc``.
        values: What was measured in each repetition, by who was measured; ``luodi`` is one.
        wanted: The condition in words and numbers.
        reached: Whether it holds; None where nothing is asked.
        protocol: Splits, repetitions, budget.
        against: How luodi stands beside the best of the others, in words and numbers.
        details: Anything else worth keeping.
    """

    figure: str
    title: str
    measure: str
    values: Mapping[str, Sequence[float]]
    wanted: str
    reached: bool | None
    protocol: str
    against: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)


def script(description: str | None, measured: Callable[[Options], Sequence[Result]]) -> int:
    """Run one figure's script: measure, print a row for each measure, keep them as JSON.

    Args:
        description: The script's docstring.
        measured: Measures the figure.

    Returns:
        The exit status.
    """
    options = parsed(description)
    try:
        results = measured(options)
    except Skipped as reason:
        print(f"skipped: {reason}")
        return 0
    for result in results:
        kept(result, options)
        print(row(asdict(result) | {"quick": options.quick}), flush=True)
    return 0


def kept(result: Result, options: Options) -> None:
    """Append a result, with versions and machine, to ``bench/results/FIGURE.jsonl``."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    record = asdict(result) | {
        "quick": options.quick,
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
        "versions": versions(),
        "machine": {"cores": os.cpu_count(), "system": platform.system()},
    }
    name = f"{result.figure}.quick.jsonl" if options.quick else f"{result.figure}.jsonl"
    with (RESULTS / name).open("a", encoding="utf-8") as file:
        file.write(json.dumps(record, ensure_ascii=False, default=float) + "\n")


def versions() -> dict[str, str]:
    """Versions of everything that a figure depends on, and the commit that was measured."""
    found = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    command = ["git", "-C", str(ROOT), "describe", "--always", "--dirty"]
    commit = subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
    return found | ({"commit": commit} if commit else {})


def latest(figure: str, quick: bool) -> list[dict[str, Any]]:
    """The last record of each measure of a figure."""
    path = RESULTS / (f"{figure}.quick.jsonl" if quick else f"{figure}.jsonl")
    if not path.exists():
        return []
    records = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return list({record["measure"]: record for record in records}.values())


def row(record: Mapping[str, Any]) -> str:
    """A record as one row of the table."""
    said = " · ".join(f"{who} {spread(values)}" for who, values in record["values"].items())
    verdict = {True: "reached", False: "MISSED", None: "-"}[record["reached"]]
    verdict = "smoke run" if record["quick"] else verdict
    cells = (record["title"], record["measure"], said, record["against"] or "-")
    return "| " + " | ".join((*cells, record["wanted"], verdict, record["protocol"])) + " |"


def spread(values: Sequence[float]) -> str:
    """Mean and standard deviation of repetitions; a dash where there is none."""
    if not len(values):
        return "-"
    mean = np.mean(values)
    digits = max(0, 3 - int(np.floor(np.log10(abs(mean))))) if mean else 3
    text = f"{mean:,.{min(digits, 4)}f}"
    return text if len(values) < 2 else f"{text} ± {np.std(values, ddof=1):.2g}"


def end(description: str | None, measured: Callable[[Options], Sequence[Result]]) -> None:
    """``script`` for the last line of a module that is run."""
    sys.exit(script(description, measured))
