"""``luodi check``: what is wrong with the data and the task, before any training."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from typer import Option

from luodi.cli.options import Json, Language, TaskFile
from luodi.cli.outcome import verb
from luodi.cli.speech import SHARED, answer, answer_json, phrase, say
from luodi.core.errors import Exit


class Format(StrEnum):
    """How findings are written."""

    text = "text"
    json = "json"
    sarif = "sarif"


@verb
def check(
    task: TaskFile,
    form: Annotated[Format, Option("--format", help="How findings are written.")] = Format.text,
    sarif: Annotated[
        Path | None, Option("--sarif", metavar="FILE", help="Also write findings as SARIF 2.1.0.")
    ] = None,
    as_json: Json = False,
    lang: Language = None,
) -> int:
    """Say what is wrong with data and task, before training."""
    from luodi import loop
    from luodi.cli.leaderboard import watching
    from luodi.data import report
    from luodi.store import disk

    with watching() as listener:
        findings = loop.check(task, listener=listener)
    if sarif:
        log = json.dumps(report.as_sarif(findings, task.name), ensure_ascii=False, default=str)
        disk.put(sarif, log.encode(), mode=SHARED)
    if as_json or form is Format.json:
        answer_json({"task": task.name, **report.as_json(findings)})
    elif form is Format.sarif:
        answer_json(report.as_sarif(findings, task.name))
    else:
        answer(report.as_text(findings))
    errors = sum(finding.severity == "error" for finding in findings)
    say(phrase("check_done", errors=errors, total=len(findings)))
    return int(Exit.DATA if errors else Exit.DONE)
