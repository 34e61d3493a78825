"""``luodi build``: from the task file to a judged release."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from typer import Option

from luodi.cli.options import Json, Language, TaskFile
from luodi.cli.outcome import verb
from luodi.cli.speech import answer, answer_json, say
from luodi.core.errors import Exit


@verb
def build(
    task: TaskFile,
    output: Annotated[
        Path | None,
        Option("--output", "-o", metavar="FILE", help="Where to write; NAME.luodi if not given."),
    ] = None,
    plan: Annotated[
        Path | None,
        Option("--plan", metavar="RELEASE", help="Repeat the recorded plan of this release."),
    ] = None,
    force: Annotated[
        bool, Option("--force", help="Go on over error-level findings and failed gates.")
    ] = False,
    as_json: Json = False,
    lang: Language = None,
) -> int:
    """Train, convert, judge and pack a release.

    Ctrl-C in training keeps the best so far.
    """
    from luodi import loop
    from luodi.cli.leaderboard import watching
    from luodi.cli.summary import built_lines, built_record
    from luodi.core.task import Task

    contract = Task.load(task)
    with watching(None if plan else contract.budget, keep=True) as listener:
        built = loop.build(contract, output=output, plan=plan, force=force, listener=listener)
    tell = say if as_json else answer
    for line in built_lines(built):
        tell(line)
    if as_json:
        answer_json(built_record(built))
    return int(Exit.DONE if built.verdict.passed else Exit.GATE_FAILED)
