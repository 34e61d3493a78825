"""Four policies of retraining on a stream: what each costs, how often it trains, what took over."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from bench.options import Options
from bench.result import Result
from bench.streams import Stream
from luodi import loop
from luodi.improve.hindsight import Run

BUDGET_S = 20.0


def compared(figure: str, made: Callable[[Path, bool], Stream], options: Options) -> list[Result]:
    """Replay a stream."""
    stream = made(options.data, options.quick)
    done = _replayed(stream, options)
    for run in done.runs:
        told = f"{run.policy} {run.total:.1f}, trained {run.trainings}"
        print(f"{stream.name}: {told}, {run.seconds:.0f} s", file=sys.stderr, flush=True)
    return [_result(figure, stream, done)]


def _replayed(stream: Stream, options: Options) -> loop.Replay:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ["LUODI_KEY_DIR"] = name
        stream.begin.write_parquet(folder / "begin.parquet")
        stream.rest.write_parquet(folder / "rest.parquet")
        data = {**stream.task["data"], "source": str(folder / "begin.parquet")}
        budget = min(options.budget_s, BUDGET_S)
        task = {"name": "stream", "budget": budget, **stream.task, "data": data}
        task["check"] = {"accept": ["leak", "time", "split"]}
        return loop.replay(
            task, folder / "rest.parquet", delay_s=stream.delay_s, step_s=stream.step_s
        )


def _result(figure: str, stream: Stream, done: loop.Replay) -> Result:
    by_name = {run.policy: run for run in done.runs}
    ours, others = by_name["luodi"], [run for run in done.runs if run.policy != "luodi"]
    best = min(others, key=lambda run: run.total)
    always = by_name["always"]
    return Result(
        figure=figure,
        title=f"replay of {stream.name}",
        measure=f"total {done.loss}",
        values={run.policy: [run.total] for run in [ours, *others]},
        wanted="no dearer than the best other, trained less than always",
        reached=ours.total <= best.total and ours.trainings < always.trainings,
        protocol=f"{done.rows:,} records, {done.periods} periods, truths after "
        f"{stream.delay_s / 86_400:g} d",
        against="; ".join(_told(run, stream) for run in done.runs),
        details={"runs": [run.record() for run in done.runs]},
    )


def _told(run: Run, stream: Stream) -> str:
    changed = f"{run.policy}: trained {run.trainings}, took over {len(run.changes)}"
    told = f"{changed} ({run.false} cost), alarms {run.alarms}"
    if run.correct is None or stream.before is None:
        return told
    right = float(run.correct.mean())
    truth = stream.rest[stream.task["data"]["target"]]
    same = float((truth == stream.before).mean())
    return f"{told}, accuracy {right:.4f}, kappa-temporal {(right - same) / (1 - same):.3f}"
