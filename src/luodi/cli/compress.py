"""``luodi compress``: a smaller release under a contract."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from typer import Option

from luodi.cli.options import Json, Language, Release, duration
from luodi.cli.outcome import verb
from luodi.cli.speech import answer, answer_json, say
from luodi.core.errors import Exit


@verb
def compress(
    release: Release,
    max_drop: Annotated[
        float,
        Option("--max-drop", metavar="POINTS", help="How far the figure may fall, of a hundred."),
    ] = 0.5,
    max_mb: Annotated[
        float | None, Option("--max-mb", metavar="MB", help="The largest graph.")
    ] = None,
    max_ms: Annotated[
        float | None, Option("--max-ms", metavar="MS", help="The longest time for one record.")
    ] = None,
    task: Annotated[
        Path | None,
        Option("--task", metavar="TASK", help="Its task file; task.yaml beside it if not given."),
    ] = None,
    budget: Annotated[
        str | None,
        Option("--budget", metavar="TIME", help="Time to train, such as 10m; the task's if not."),
    ] = None,
    output: Annotated[
        Path | None,
        Option("--output", "-o", metavar="FILE", help="Where to write; NAME-small.luodi if not."),
    ] = None,
    force: Annotated[bool, Option("--force", help="Write although a gate failed.")] = False,
    as_json: Json = False,
    lang: Language = None,
) -> int:
    """Make a release smaller, and judge it anew.

    Whole numbers, fewer channels, a student network: each is measured, the limits pick.
    """
    from luodi import loop
    from luodi.cli.leaderboard import watching
    from luodi.cli.small import compressed_lines, compressed_record, limits

    contract = limits(max_drop, max_mb, max_ms)
    seconds = None if budget is None else duration(budget, "--budget")
    with watching(seconds, keep=True) as listener:
        found = loop.compress(
            release, contract, task=task, output=output,
            budget_s=seconds, force=force, listener=listener,
        )  # fmt: skip
    tell = say if as_json else answer
    for line in compressed_lines(found, contract):
        tell(line)
    if as_json:
        answer_json(compressed_record(found))
    return int(Exit.DONE if found.path and found.passed else Exit.GATE_FAILED)
