"""``luodi replay``: a historical stream as if live, under several policies."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Option

from luodi.cli.options import Json, Language, TaskFile, duration
from luodi.cli.outcome import verb
from luodi.cli.speech import answer, answer_json, phrase
from luodi.core.errors import LuodiError
from luodi.core.plot import BARS

if TYPE_CHECKING:
    from luodi.improve.hindsight import Run
    from luodi.loop import Replay
    from luodi.loop.policies import Name

TITLES = (
    *("policy", "total", "mean", "accuracy", "trainings"),
    *("changes", "false", "alarms", "questions"),
)


@verb
def replay(
    task: TaskFile,
    stream: Annotated[
        Path, Option("--stream", metavar="FILE", help="Records with their target, in time order.")
    ],
    label_delay: Annotated[
        str, Option("--label-delay", metavar="TIME", help="How long a truth takes to come back.")
    ] = "1d",
    step: Annotated[
        str, Option("--step", metavar="TIME", help="After so long a policy may act.")
    ] = "1d",
    policies: Annotated[
        str,
        Option("--policies", metavar="A,B,…", help="Of never, always, alarm and luodi."),
    ] = "never,always,alarm,luodi",
    release: Annotated[
        Path | None,
        Option("--release", metavar="RELEASE", help="What to begin with; else it is built."),
    ] = None,
    as_json: Json = False,
    lang: Language = None,
) -> int:
    """Compare policies of retraining on a stream before trusting one."""
    from luodi import loop
    from luodi.cli.leaderboard import watching

    named = _named(policies)
    delay, length = duration(label_delay, "--label-delay"), duration(step, "--step")
    with watching(None) as listener:
        done = loop.replay(
            task, stream, release=release, delay_s=delay, step_s=length,
            policies=named, listener=listener,
        )  # fmt: skip
    if as_json:
        answer_json(done.record())
    else:
        answer("\n".join(lines(done)))
    return 0


def _named(policies: str) -> list[Name]:
    """The policies asked for.

    Raises:
        LuodiError: ``improve.policy``.
    """
    from luodi.loop.policies import POLICIES

    known = {str(name): name for name in POLICIES}
    asked = [name.strip() for name in policies.split(",")]
    for name in asked:
        if name not in known:
            raise LuodiError("improve.policy", seen=name[:40], known=", ".join(known))
    return [known[name] for name in dict.fromkeys(asked)]


def lines(done: Replay) -> Iterator[str]:
    """The comparison as a table for a person, with a plot of the losses."""
    yield phrase("replay_head", task=done.task, rows=done.rows, periods=done.periods)
    rows = [[phrase(f"replay_{title}") for title in TITLES], *map(_row, done.runs)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(TITLES))]
    for row in rows:
        first, *rest = row
        told = [first.ljust(widths[0])]
        told += [text.rjust(width) for text, width in zip(rest, widths[1:], strict=True)]
        yield "  ".join(told).rstrip()
    yield ""
    yield phrase("replay_plot", loss=done.loss)
    low, high = _ends(done.runs)
    for run in done.runs:
        yield f"{run.policy.ljust(widths[0])}  {_bars(run, low, high)}"


def _row(run: Run) -> list[str]:
    told = run.record()
    accuracy = "-" if told["accuracy"] is None else f"{told['accuracy']:.4f}"
    counts = (run.trainings, len(run.changes), run.false, run.alarms, run.questions)
    return [run.policy, f"{run.total:,.1f}", f"{told['mean']:.4g}", accuracy, *map(str, counts)]


def _ends(runs: Sequence[Run]) -> tuple[float, float]:
    values = [value for run in runs for _, value in run.over_time()]
    return min(values), max(values)


def _bars(run: Run, low: float, high: float) -> str:
    """A bar for each part of the stream, taller where answers cost more."""
    steps = len(BARS) - 1
    spread = (high - low) or 1.0
    return "".join(BARS[round(steps * (value - low) / spread)] for _, value in run.over_time())
