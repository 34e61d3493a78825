"""``luodi build``: from the task file to a judged release."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

from typer import Option

from luodi.cli.options import Json, Language, TaskFile
from luodi.cli.outcome import verb
from luodi.cli.speech import answer, answer_json, say
from luodi.core.errors import Exit


class Target(StrEnum):
    """Where a release goes."""

    server = "server"
    edge = "edge"


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
    target: Annotated[
        Target, Option("--target", help="edge: also a small form in whole numbers of 8 bits.")
    ] = Target.server,
    max_drop: Annotated[
        float,
        Option("--max-drop", metavar="POINTS", help="How far the figure of that one may fall."),
    ] = 0.5,
    fresh: Annotated[
        bool, Option("--fresh", help="Begin anew where a build of these records was cut off.")
    ] = False,
    tensorboard: Annotated[
        Path | None,
        Option(
            "--tensorboard", metavar="FOLDER", help="Write curves as TensorBoard's event files."
        ),
    ] = None,
    as_json: Json = False,
    lang: Language = None,
) -> int:
    """Train, convert, judge and pack a release.

    Ctrl-C in training keeps the best so far.
    """
    from luodi import loop
    from luodi.cli.leaderboard import watching
    from luodi.cli.small import edge_lines, limits
    from luodi.cli.summary import built_lines, built_record
    from luodi.core.task import Task

    contract = Task.load(task)
    small = limits(max_drop) if target is Target.edge else None
    with watching(None if plan else contract.budget, keep=True) as listener:
        built = loop.build(
            contract, output=output, plan=plan, force=force, fresh=fresh,
            tensorboard=tensorboard, edge=small, listener=listener,
        )  # fmt: skip
    tell = say if as_json else answer
    for line in built_lines(built):
        tell(line)
    if built.edge is not None and small is not None:
        for line in edge_lines(built.edge, small):
            tell(line)
    if as_json:
        answer_json(built_record(built))
    whole = built.edge is None or built.edge.int8.passed
    return int(Exit.DONE if built.verdict.passed and whole else Exit.GATE_FAILED)
