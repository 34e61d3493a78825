"""What a network loses when it is made smaller, each time by the smaller file itself.

Ways are chosen on rows that nothing learned from, as ``luodi build --target edge`` and
``luodi compress`` choose them; what is told here is what the holdout says of the chosen ones.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from bench.result import Result
from luodi import evaluate
from luodi.compress import Contract
from luodi.core.errors import LuodiError
from luodi.core.events import silent
from luodi.core.task import Task
from luodi.core.values import Parts
from luodi.loop import lite
from luodi.loop.compressing import Ground, smaller
from luodi.loop.making import Made
from luodi.modalities import modality

MOST_DROP, MOST_RATIO = 0.5, 0.3
INT8 = Contract(drop=MOST_DROP)
NOT_HERE = "environment.missing_package"


@dataclass(frozen=True)
class Room:
    """How little room there is for a network, and what it has to reach in it.

    Attributes:
        size_mb: Largest graph, MB.
        wanted: Accuracy on the holdout.
        drop: Points of a hundred that may be lost on the rows that choose.
        budget_s: Time for trainings, seconds.
    """

    size_mb: float
    wanted: float
    drop: float
    budget_s: float


def measured(
    done: Made, parts: Parts, task: Task, before: Mapping[str, float], room: Room | None
) -> dict[str, Any]:
    """A build made smaller in every way that is asked for; nothing of a way that is refused.

    Args:
        done: The build.
        parts: Its records.
        task: Its task.
        before: What the judge said of it.
        room: How little room there is; None to ask only for 8 bits.
    """
    shrinker = modality("image").shrinker(done.workshop)
    ground = Ground(task, parts, (), done.workshop, shrinker, done.candidate, "", done.baselines)
    asked: dict[str, Callable[[], dict[str, Any]]] = {
        "int8": lambda: _graph(ground, INT8, None, whole=True),
        "tflite": lambda: _tflite(done, parts, task),
    }
    if room is not None:
        contract = Contract(drop=room.drop, size_mb=room.size_mb)
        asked["room"] = lambda: _graph(ground, contract, room.budget_s, whole=False)
    found = {name: _or_refused(work) for name, work in asked.items()}
    for one in found.values():
        if "accuracy" in one:
            one["drop"] = 100 * (before["accuracy"] - one["accuracy"])
            one["size_ratio"] = one["size_mb"] / (len(done.artifact.model) / 1e6)
    return found


def _or_refused(work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    try:
        return work()
    except LuodiError as error:
        return {"way": f"refused: {error.code}", "here": error.code != NOT_HERE}


def _graph(
    ground: Ground, contract: Contract, budget_s: float | None, whole: bool
) -> dict[str, Any]:
    found = smaller(ground, contract, budget_s, silent, whole=whole)
    if found.chosen is None:
        return {"way": "refused: nothing keeps to the contract", "table": list(found.table)}
    kind, row = modality("image"), found.chosen
    artifact = kind.proven(row.artifact, row.candidate, ground.parts, ground.task)
    verdict = evaluate.judge(artifact, ground.parts.holdout, ground.task)
    told = _figures(verdict, artifact.model)
    return {"way": row.candidate.name, **told, "table": list(found.table)}


def _tflite(done: Made, parts: Parts, task: Task) -> dict[str, Any]:
    file = modality("image").portable(done.candidate, parts, "int8", MOST_DROP / 100)
    verdict = lite.judged(file, done.artifact, parts, task)
    return {"way": "int8", **_figures(verdict, file.model)}


def _figures(verdict: Any, model: bytes) -> dict[str, float]:
    """What the judge says, and the size of the file itself, MB."""
    named = {name: verdict.figures[name].value for name in ("accuracy", "one_row_ms_p50")}
    return {**named, "size_mb": len(model) / 1e6}


TITLES = {"int8": "as an ONNX graph of 8 bits", "tflite": "as a .tflite file of 8 bits"}


def results(
    figure: str, title: str, protocol: str, runs: Sequence[Mapping[str, Any]], room: Room | None
) -> list[Result]:
    """The rows of the table.

    Args:
        figure: Name of the figure.
        title: What it is about.
        protocol: What it is judged on.
        runs: What ``measured`` gave, once a seed or a fold.
        room: As for ``measured``.
    """
    rows = []
    for name, told in TITLES.items():
        tries = [run[name] for run in runs if run[name].get("here", True)]
        for measure, most in (("drop", MOST_DROP), ("size_ratio", MOST_RATIO)):
            named, wanted = f"{name}_{measure}", f"<= {most:g}, or refused"
            rows.append(_row(figure, f"{title}, {told}", named, tries, wanted, most))
    if room is not None:
        tries = [run["room"] for run in runs]
        told, wanted = f"in {1000 * room.size_mb:.0f} kB", f">= {room.wanted:g}"
        limit = room.wanted
        rows.append(_row(figure, f"{title}, {told}", "room_accuracy", tries, wanted, limit))
    return [replace(row, protocol=f"{protocol}; by the file itself") for row in rows if row.values]


def _row(
    figure: str,
    title: str,
    measure: str,
    tries: Sequence[Mapping[str, Any]],
    wanted: str,
    limit: float,
) -> Result:
    """One measure; without values where nothing was tried."""
    own = measure.partition("_")[2]
    values = [one[own] for one in tries if own in one]
    ways = ", ".join(sorted({one["way"] for one in tries}))
    size = [f"{one['size_mb']:.3f} MB" for one in tries if "size_mb" in one]
    upwards = measure.startswith("room")  # what has little room must not be refused
    mean = float(np.mean(values)) if values else -np.inf
    return Result(
        figure=figure,
        title=title,
        measure=measure,
        values={"luodi": values} if tries else {},
        wanted=wanted,
        reached=mean >= limit if upwards else mean <= limit,
        protocol="",
        against="; ".join([ways, *size[:1]]),
        details={"tries": list(tries)},
    )
