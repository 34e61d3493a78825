"""One set of images: built under a clock, judged by the exported graph on the holdout."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from bench import shrunk
from bench.options import Options
from bench.result import Result, Skipped
from bench.shrunk import Room
from luodi import data
from luodi.core.events import silent
from luodi.core.task import Task
from luodi.core.values import Dataset, Parts
from luodi.loop.making import made
from luodi.loop.pipeline import examined
from luodi.modalities import modality

FOLDS = 5
QUICK_ROWS = 600


@dataclass(frozen=True)
class Album:
    """A set of images and what is wanted of it.

    Attributes:
        figure: Name of the figure, which is its script's.
        title: What it is about.
        source: The source, below the folder of data.
        budget_s: Time for a build, seconds.
        wanted: At least so much, by figure.
        folds: Whether five folds are judged in turn, for a set without a part that judges.
        seeds: Repetitions with another seed.
        network: The one network that is trained, without a clock; the search's choice if None.
        epochs: For how long it is, so that a build keeps to its budget.
        protocol: What else to know.
        task: More of the task, by name.
        room: How little room there is for a smaller network; None to ask only for 8 bits.
    """

    figure: str
    title: str
    source: str
    budget_s: float
    wanted: Mapping[str, float]
    folds: bool = False
    seeds: int = 1
    network: str | None = None
    epochs: int | None = None
    protocol: str = "official test part"
    task: Mapping[str, Any] = field(default_factory=dict)
    room: Room | None = None


def judged(album: Album, options: Options) -> list[Result]:
    """Build and judge, once a seed or a fold."""
    source = options.data / album.source
    if not source.exists():
        raise Skipped(f"{album.source} is not here")
    room = None if album.room is None or options.quick else album.room
    runs = []
    with tempfile.TemporaryDirectory() as folder:
        os.environ["LUODI_KEY_DIR"] = folder
        for number, (task, parts) in enumerate(_cuts(album, options)):
            if options.splits is not None and number >= options.splits:
                break
            runs.append(_run(album, task, parts, room))
            print(f"{album.figure}: {runs[-1]}", file=sys.stderr, flush=True)
    rows = [_result(album, name, runs) for name in album.wanted]
    small = [run["small"] for run in runs]
    return [*rows, *shrunk.results(album.figure, album.title, album.protocol, small, room)]


def _task(album: Album, options: Options, seed: int) -> Task:
    where = {"source": str(options.data / album.source), "target": "label", "modality": "image"}
    split = {"seed": seed}
    if not album.folds:
        where["part"] = "part"
    budget = min(album.budget_s, options.budget_s) if options.quick else album.budget_s
    whole = {"name": "album", "goal": "classify", "metric": "accuracy", "budget": budget}
    return Task.load({**whole, **album.task, "data": where, "split": split})


def _cuts(album: Album, options: Options) -> Iterator[tuple[Task, Parts]]:
    """What is learned from and judged by, once a seed or a fold."""
    if album.folds:
        yield from _folds(album, options)
        return
    for seed in range(album.seeds):
        task = _task(album, options, seed)
        parts, _ = examined(task, silent)
        yield task, _few(parts, task) if options.quick else parts


def _folds(album: Album, options: Options) -> Iterator[tuple[Task, Parts]]:
    from sklearn.model_selection import StratifiedKFold

    task = _task(album, options, 0)
    whole = modality("image").read(task)
    truth = whole.table["label"].to_numpy()
    for kept, held in StratifiedKFold(FOLDS, shuffle=True, random_state=0).split(truth, truth):
        parts = data.recut(_rows(whole, kept), _rows(whole, held), task)
        yield task, _few(parts, task) if options.quick else parts


def _rows(dataset: Dataset, rows: np.ndarray) -> Dataset:
    return replace(dataset, table=dataset.table[np.sort(rows)])


def _few(parts: Parts, task: Task) -> Parts:
    some = (
        np.linspace(0, len(p) - 1, QUICK_ROWS).astype(int) for p in (parts.train, parts.holdout)
    )
    train, holdout = (_rows(p, r) for p, r in zip((parts.train, parts.holdout), some, strict=True))
    return data.recut(train, holdout, task)


def _run(album: Album, task: Task, parts: Parts, room: Room | None) -> dict[str, Any]:
    began = time.monotonic()
    done = made(parts, (), task, recorded=_plan(album, task), force=True)
    seconds = time.monotonic() - began
    figures = {name: one.value for name, one in done.verdict.figures.items()}
    (member, *_) = done.artifact.plan["members"]
    held = {name: figures[name] for name in (*album.wanted, "size_mb", "one_row_ms_p50")}
    return {
        **held,
        "small": shrunk.measured(done, parts, task, figures, room),
        "family": member["family"],
        "epochs": member["rounds"],
        "seconds": seconds,
        "train": len(parts.train),
        "holdout": len(parts.holdout),
    }


def _plan(album: Album, task: Task) -> dict[str, Any] | None:
    """A plan of one network with its usual settings; None lets the search choose."""
    if album.network is None:
        return None
    from luodi.modalities.image.learn.portfolio import DEFAULTS

    params = DEFAULTS[album.network].to_json()
    rounds = [] if album.epochs is None else [album.epochs]
    one = {"family": album.network, "params": params, "features": "pixels", "rounds": rounds}
    return {"name": "single", "members": [{**one, "seed": task.split.seed, "weight": 1.0}]}


def _result(album: Album, name: str, runs: list[dict[str, Any]]) -> Result:
    values = [run[name] for run in runs]
    wanted = album.wanted[name]
    first = runs[0]
    told = ", ".join(sorted({f"{run['family']} ({run['epochs'][0]} epochs)" for run in runs}))
    return Result(
        figure=album.figure,
        title=album.title,
        measure=name,
        values={"luodi": values},
        wanted=f">= {wanted:g}",
        reached=float(np.mean(values)) >= wanted,
        protocol=f"{album.protocol}; {first['train']:,} learned from, {first['holdout']:,} judged; "
        f"{np.mean([run['seconds'] for run in runs]):.0f} s of {album.budget_s:g} s a build",
        against=f"{told}; {first['size_mb']:.2f} MB, {first['one_row_ms_p50']:.2f} ms an image",
        details={"runs": runs},
    )
