"""``luodi improve``: take back, judge, promote, train again; only what pays."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

from typer import Argument, Option

from luodi.cli.options import Home, Json, Language, duration
from luodi.cli.outcome import guarded, verb
from luodi.cli.speech import answer, answer_json

FAILED = ("failed", "rolled_back", "regret", "echo", "faulty")


@verb
def improve(
    task: Annotated[Path, Argument(metavar="[TASK]", help="The task file, YAML or JSON.")] = Path(
        "task.yaml"
    ),
    home: Home = Path("."),
    again: Annotated[
        bool, Option("--again", help="Train again although nothing calls for it.")
    ] = False,
    every: Annotated[
        str | None, Option("--every", metavar="TIME", help="One round after so long, for ever.")
    ] = None,
    as_json: Json = False,
    lang: Language = None,
) -> int:
    """Retrain on what came true, challenge, judge; promote only what pays."""
    wait = None if every is None else duration(every, "--every")
    status = _round(task, home, again, as_json)
    while wait is not None:
        time.sleep(wait)
        status = guarded(lambda: _round(task, home, False, as_json), as_json)
    return status


def _round(task: Path, home: Path, again: bool, as_json: bool) -> int:
    from luodi import loop
    from luodi.cli.leaderboard import watching

    with watching(None) as listener:
        steps = loop.improve(task, home, again=again, listener=listener)
    if as_json:
        answer_json({"steps": [step.record() for step in steps]})
    else:
        for step in steps:
            answer(step.text())
    return int(any(step.kind in FAILED for step in steps))
