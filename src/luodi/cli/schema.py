"""``luodi schema``: what a task file may hold, for editors."""

from __future__ import annotations

import json

from luodi.cli.options import Json, Language
from luodi.cli.outcome import verb
from luodi.cli.speech import answer


def schema_bytes() -> bytes:
    """The JSON Schema of ``task.yaml`` as the text of a file."""
    from luodi.core.task import Task

    return (json.dumps(Task.json_schema(), ensure_ascii=False, indent=2) + "\n").encode()


@verb
def schema(as_json: Json = False, lang: Language = None) -> int:
    """Print the JSON Schema of task.yaml, for editors."""
    answer(schema_bytes().decode())
    return 0
